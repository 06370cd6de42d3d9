/** Amounts of the left rotations, four for each round (RFC 1321). */
const ROTATIONS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const;
const CONSTANTS = Array.from({ length: 64 }, (_, step) => Math.floor(Math.abs(Math.sin(step + 1)) * 2 ** 32));
const START = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476] as const;
const BLOCK_BYTES = 64;

/** The MD5 of a text in UTF-8 as four little-endian 32-bit words, which are a ring's points. Browsers have no MD5 of their own. */
export function md5Words(text: string): Uint32Array {
  const words = paddedWords(new TextEncoder().encode(text));
  const state = Uint32Array.from(START);
  for (let block = 0; block < words.length; block += 16) addBlock(state, words.subarray(block, block + 16));
  return state;
}

/** The message with a one, zeros, and its length in bits: RFC 1321, 3.1 and 3.2. */
function paddedWords(message: Uint8Array): Uint32Array {
  const blocks = Math.ceil((message.length + 9) / BLOCK_BYTES);
  const padded = new DataView(new ArrayBuffer(blocks * BLOCK_BYTES));
  message.forEach((byte, at) => padded.setUint8(at, byte));
  padded.setUint8(message.length, 0x80);
  padded.setUint32(padded.byteLength - 8, message.length * 8, true);
  return Uint32Array.from({ length: blocks * 16 }, (_, at) => padded.getUint32(at * 4, true));
}

function addBlock(state: Uint32Array, words: Uint32Array): void {
  let [a, b, c, d] = state as unknown as [number, number, number, number];
  for (let step = 0; step < 64; step++) {
    const round = step >> 4;
    const [mix, at] = mixOf(round, step, b, c, d);
    const sum = (a + mix + CONSTANTS[step]! + words[at]!) >>> 0;
    const rotation = ROTATIONS[round]![step % 4]!;
    [a, d, c, b] = [d, c, b, (b + ((sum << rotation) | (sum >>> (32 - rotation)))) >>> 0];
  }
  [a, b, c, d].forEach((value, at) => (state[at]! += value));
}

function mixOf(round: number, step: number, b: number, c: number, d: number): readonly [number, number] {
  if (round === 0) return [(b & c) | (~b & d), step];
  if (round === 1) return [(d & b) | (~d & c), (5 * step + 1) % 16];
  if (round === 2) return [b ^ c ^ d, (3 * step + 5) % 16];
  return [c ^ (b | ~d), (7 * step) % 16];
}
