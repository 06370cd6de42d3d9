/**
 * Tells whether a GIF breaks off within a block. Decoders don't: they show the frames that are there. A missing last byte, the
 * trailer, is common and harmless. https://www.w3.org/Graphics/GIF/spec-gif89a.txt
 */
export async function isGifCutOff(chunks: AsyncIterable<Buffer>): Promise<boolean> {
  const blocks = followBlocks();
  let wanted = blocks.next();
  let skip = wanted.value?.skip ?? 0;
  for await (const chunk of chunks) {
    let at = skip;
    while (at < chunk.length) {
      wanted = blocks.next(chunk[at]);
      if (wanted.done) return false;
      at += 1 + wanted.value.skip;
    }
    skip = at - chunk.length;
  }
  return !(wanted.value?.mayEnd === true && skip === 0);
}

interface WantedByte {
  /** How many bytes lie before the one wanted. */
  readonly skip: number;
  /** Whether the file may end instead. */
  readonly mayEnd?: boolean;
}

/** Asks for the bytes that say how long the next part is; returns at the trailer, and at what is no block. */
function* followBlocks(): Generator<WantedByte, undefined, number | undefined> {
  // 6 bytes of signature and 4 of size stand before the screen's flags; 2 after them.
  const screen = yield { skip: 10 };
  let next: WantedByte = { skip: 2 + colourTableBytes(screen) };
  for (;;) {
    const introducer = yield next;
    let skip: number;
    if (introducer === 0x21) {
      skip = 1; // the extension's label
    } else if (introducer === 0x2c) {
      const flags = yield { skip: 8 };
      skip = colourTableBytes(flags) + 1; // the code size
    } else {
      return undefined;
    }
    for (let size = yield { skip }; size; size = yield { skip: size });
    next = { skip: 0, mayEnd: true };
  }
}

function colourTableBytes(flags = 0): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 0x07) + 1) : 0;
}
