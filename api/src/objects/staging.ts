import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { ShoalError } from '../errors.ts';
import { diskFault } from './disk-fault.ts';

/** Bytes that have arrived whole in a file of their own, and are nobody's object yet. */
export interface StagedBytes {
  readonly path: string;
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** The folder in which uploads wait until they are known to be pictures. */
export interface Staging {
  /**
   * Writes a stream to a file, hashing on the way. Whatever fails, the file is removed and the stream destroyed.
   * @throws ShoalError PAYLOAD_TOO_LARGE as soon as the limit is passed; BAD_USER_INPUT when the stream breaks off, is aborted or
   * empty; UNAVAILABLE when the disk is full or refuses
   */
  stage(
    stream: Readable,
    options: { maxBytes: number; signal?: AbortSignal | undefined },
  ): Promise<StagedBytes>;
  /** Removes a staged file; one that is gone is no error. */
  discard(staged: StagedBytes): Promise<void>;
}

/**
 * Opens the folder and removes what a crash left in it: no other process may be using it.
 * @throws ShoalError UNAVAILABLE
 */
export async function openStaging({ folder }: { folder: string }): Promise<Staging> {
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw diskFault(error);
  }
  return {
    stage: async (stream, { maxBytes, signal }) => {
      // Until it is iterated, and after that, an error of the stream would be nobody's and end the process.
      stream.on('error', () => undefined);
      const path = join(folder, randomUUID());
      try {
        // 'x': a file of this name must not exist.
        const file = await open(path, 'wx');
        try {
          return { path, ...(await receive(stream, file, maxBytes, signal)) };
        } finally {
          await file.close();
        }
      } catch (error) {
        stream.destroy();
        await rm(path, { force: true });
        throw diskFault(error);
      }
    },
    discard: async ({ path }) => {
      await rm(path, { force: true });
    },
  };
}

async function receive(stream: Readable, file: FileHandle, maxBytes: number, signal?: AbortSignal) {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of chunksOf(stream, maxBytes, signal)) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
    hash.update(chunk);
    await file.appendFile(chunk);
  }
  if (sizeBytes === 0)
    throw new ShoalError('BAD_USER_INPUT', 'The file is empty. Choose a picture with content.');
  return { sizeBytes, sha256: hash.digest('hex') };
}

/** The stream's own failures, told apart from those of the disk that its bytes go to. */
async function* chunksOf(stream: Readable, maxBytes: number, signal?: AbortSignal): AsyncGenerator<Buffer> {
  try {
    if (signal !== undefined) addAbortSignal(signal, stream);
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    // graphql-upload enforces a limit that is a little higher, and ends the stream with an error of this status.
    if (error instanceof Error && 'status' in error && error.status === 413) throw tooLarge(maxBytes, error);
    const message = signal?.aborted
      ? 'The upload was aborted.'
      : 'The upload broke off before its end. Send the file again.';
    throw new ShoalError('BAD_USER_INPUT', message, { cause: error });
  }
}

function tooLarge(maxBytes: number, cause?: unknown): ShoalError {
  return new ShoalError(
    'PAYLOAD_TOO_LARGE',
    `The file is larger than the limit of ${formatMiB(maxBytes)} MiB. Send a smaller one.`,
    { cause },
  );
}

function formatMiB(bytes: number): string {
  return String(Number((bytes / 2 ** 20).toFixed(3)));
}
