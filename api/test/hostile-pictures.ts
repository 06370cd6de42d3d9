import { crc32, deflateRawSync, constants } from 'node:zlib';
import { makePicture } from './pictures.ts';

/** A valid PNG of one colour: a thousand times smaller than what it decodes to. Made without ever having its pixels in memory. */
export function makePngBomb(width: number, height: number, { isInterlaced = false } = {}): Buffer {
  const lines = isInterlaced ? adam7Lines(width, height) : [{ bytes: 1 + width * 3, count: height }];
  const pieces: Buffer[] = [Buffer.from([0x78, 0x9c])];
  let totalBytes = 0;
  for (const { bytes, count } of lines) {
    // Flushed, so that the same piece can follow itself.
    const block = deflateZeros(bytes * LINES_IN_BLOCK);
    for (let i = 0; i + LINES_IN_BLOCK <= count; i += LINES_IN_BLOCK) pieces.push(block);
    pieces.push(deflateZeros(bytes * (count % LINES_IN_BLOCK)));
    totalBytes += bytes * count;
  }
  // An empty last block, and Adler-32 of so many zeros.
  pieces.push(Buffer.from([3, 0]), uint32((totalBytes % 65_521) * 65_536 + 1));
  const header = Buffer.concat([
    uint32(width),
    uint32(height),
    Buffer.from([8, 2, 0, 0, isInterlaced ? 1 : 0]),
  ]);
  return pngOf(['IHDR', header], ['IDAT', Buffer.concat(pieces)], ['IEND', Buffer.alloc(0)]);
}

const LINES_IN_BLOCK = 50;

function deflateZeros(bytes: number): Buffer {
  return deflateRawSync(Buffer.alloc(bytes), { finishFlush: constants.Z_FULL_FLUSH, level: 9 });
}

/** A small picture with a comment that unpacks to very many bytes. */
export async function makePngCommentBomb(unpackedBytes: number): Promise<Buffer> {
  const picture = await makePicture('png');
  const piece = deflateZeros(2 ** 20);
  const pieces = Array.from({ length: unpackedBytes / 2 ** 20 }, () => piece);
  const comment = Buffer.concat([
    Buffer.from('Comment\0\0\x78\x9c', 'latin1'),
    ...pieces,
    Buffer.from([3, 0, 0, 0, 0, 1]),
  ]);
  const afterHeader = 8 + 25;
  return Buffer.concat([
    picture.subarray(0, afterHeader),
    pngChunk('zTXt', comment),
    picture.subarray(afterHeader),
  ]);
}

/** An animation of frames of one pixel each on a screen of any size. */
export function makeGifBomb(frames: number, width: number, height: number): Buffer {
  const screen = Buffer.from('GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff', 'latin1');
  screen.writeUInt16LE(width, 6);
  screen.writeUInt16LE(height, 8);
  const control = '21f9040a01000000'; // 10 ms; what was there before stays
  const pixel = '2c00000000010001000002024401 00'.replace(' ', '');
  const frame = Buffer.from(control + pixel, 'hex');
  return Buffer.concat([screen, ...Array.from({ length: frames }, () => frame), Buffer.from(';')]);
}

export interface AvifGrid {
  readonly columns: number;
  readonly rows: number;
  /** What the grid says that it is in all. */
  readonly width: number;
  readonly height: number;
  /** What the properties of the file say instead. */
  readonly shownWidth?: number;
  readonly shownHeight?: number;
  /** How many tiles it names; as many as it has places unless given. */
  readonly tiles?: number;
}

/** An AVIF made of one tile again and again: ISO/IEC 23008-12, section 6.6.2.3. */
export async function makeAvifGrid(grid: AvifGrid, tileSide = 64): Promise<Buffer> {
  const tile = await makePicture('avif', tileSide, tileSide);
  const { columns, rows, width, height, shownWidth = width, shownHeight = height } = grid;
  const tileBytes = payloadOf(tile, 'mdat');
  const gridBytes = Buffer.concat([
    Buffer.from([0, 1, rows - 1, columns - 1]),
    uint32(width),
    uint32(height),
  ]);
  const tiles = grid.tiles ?? columns * rows;
  const build = (dataAt: number) =>
    Buffer.concat([
      box('ftyp', Buffer.from('avif\0\0\0\0avifmif1miaf', 'latin1')),
      fullBox(
        'meta',
        fullBox('hdlr', Buffer.from('\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0', 'latin1')),
        fullBox('pitm', uint16(1)),
        fullBox('iinf', uint16(2), itemInfo(1, 'grid', 0), itemInfo(2, 'av01', HIDDEN)),
        fullBox(
          'iref',
          box('dimg', uint16(1), uint16(tiles), ...Array.from({ length: tiles }, () => uint16(2))),
        ),
        box(
          'iprp',
          box(
            'ipco',
            fullBox('ispe', uint32(shownWidth), uint32(shownHeight)),
            fullBox('ispe', uint32(tileSide), uint32(tileSide)),
            box('av1C', payloadOf(tile, 'av1C')),
            fullBox('pixi', Buffer.from([3, 8, 8, 8])),
          ),
          fullBox(
            'ipma',
            uint32(2),
            uint16(1),
            Buffer.from([2, 1, 4]),
            uint16(2),
            Buffer.from([3, 2, 0x83, 4]),
          ),
        ),
        fullBox(
          'iloc',
          Buffer.from([0x44, 0]),
          uint16(2),
          ...[uint16(1), uint16(0), uint16(1), uint32(dataAt), uint32(gridBytes.length)],
          ...[uint16(2), uint16(0), uint16(1), uint32(dataAt + gridBytes.length), uint32(tileBytes.length)],
        ),
      ),
      box('mdat', gridBytes, tileBytes),
    ]);
  return build(build(0).length - gridBytes.length - tileBytes.length);
}

/** The payload of the first box of a kind, wherever it lies. */
function payloadOf(file: Buffer, kind: string): Buffer {
  const at = file.indexOf(kind, 0, 'latin1');
  return file.subarray(at + 4, at - 4 + file.readUInt32BE(at - 4));
}

/** Not an image of its own. */
const HIDDEN = 1;

function itemInfo(id: number, kind: string, flags: number): Buffer {
  return box(
    'infe',
    Buffer.from([2, 0, 0, flags]),
    uint16(id),
    uint16(0),
    Buffer.from(`${kind}\0`, 'latin1'),
  );
}

function fullBox(kind: string, ...parts: Buffer[]): Buffer {
  return box(kind, uint32(0), ...parts);
}

function box(kind: string, ...parts: Buffer[]): Buffer {
  const payload = Buffer.concat(parts);
  return Buffer.concat([uint32(payload.length + 8), Buffer.from(kind, 'latin1'), payload]);
}

function pngOf(...chunks: readonly (readonly [string, Buffer])[]): Buffer {
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, ...chunks.map(([kind, data]) => pngChunk(kind, data))]);
}

function pngChunk(kind: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  return Buffer.concat([uint32(data.length), named, uint32(crc32(named))]);
}

/** Interlaced, a PNG comes in seven passes, each with lines of its own length. */
function adam7Lines(width: number, height: number): { bytes: number; count: number }[] {
  const passes = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ] as const;
  return passes.map(([left, top, across, down]) => ({
    bytes: 1 + Math.ceil((width - left) / across) * 3,
    count: Math.ceil((height - top) / down),
  }));
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
