import { createHash } from 'node:crypto';
import type { ObjectBody } from '../objects/object-store.ts';

/** The object's bytes are not those that were stored. */
export class CorruptObjectError extends Error {
  override readonly name = 'CorruptObjectError';
}

/**
 * The chunks of an object. The last one comes only after size and SHA-256 of the whole were found right, so that no reader takes
 * a damaged object for a whole one.
 * @throws CorruptObjectError, or what the stream was destroyed with
 */
export async function* verifiedChunks({
  stream,
  sizeBytes,
  sha256,
}: ObjectBody): AsyncGenerator<Buffer, void> {
  const hash = createHash('sha256');
  let missingBytes = sizeBytes;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk);
    missingBytes -= chunk.length;
    if (missingBytes < 0) throw new CorruptObjectError('An object is longer than it was when it was stored.');
    if (missingBytes === 0 && hash.digest('hex') !== sha256) {
      throw new CorruptObjectError('The bytes of an object are not those that were stored.');
    }
    yield chunk;
  }
  if (missingBytes > 0) throw new CorruptObjectError(`An object ends ${missingBytes} bytes early.`);
}
