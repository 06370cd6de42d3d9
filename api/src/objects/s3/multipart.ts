import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { StagedFile } from '../object-store.ts';

/** S3 takes parts of 5 MiB and more, at most 10,000. */
export const PART_BYTES = 8 * 2 ** 20;

export interface MultipartOptions {
  readonly client: S3Client;
  /** Runs one request, again if need be. */
  readonly request: <T>(send: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  /** Waits until a part may be held in memory; resolves with the way to give that back. */
  readonly takePart: () => Promise<() => void>;
}

/**
 * Sends a file in parts, several at a time, each with its SHA-256, which S3 compares. Whatever fails, no part stays, unless S3 can't
 * be reached to be told: the bucket's lifecycle rule removes those.
 */
export async function uploadInParts(
  { client, request, takePart }: MultipartOptions,
  target: Pick<CreateMultipartUploadCommandInput, 'Bucket' | 'Key' | 'ContentType' | 'Metadata'>,
  source: FileHandle,
  file: StagedFile,
): Promise<void> {
  const { UploadId } = await request((abortSignal) =>
    client.send(new CreateMultipartUploadCommand({ ...target, ChecksumAlgorithm: 'SHA256' }), {
      abortSignal,
    }),
  );
  const upload = { Bucket: target.Bucket, Key: target.Key, UploadId };
  try {
    const parts = await sendParts(source, file, takePart, async (PartNumber, Body) => {
      const part = { PartNumber, ChecksumSHA256: createHash('sha256').update(Body).digest('base64') };
      const { ETag } = await request((abortSignal) =>
        client.send(new UploadPartCommand({ ...upload, ...part, Body }), { abortSignal }),
      );
      return { ...part, ETag };
    });
    await request((abortSignal) =>
      client.send(
        new CompleteMultipartUploadCommand({
          ...upload,
          IfNoneMatch: '*',
          MultipartUpload: { Parts: parts },
        }),
        { abortSignal },
      ),
    );
  } catch (error) {
    await request((abortSignal) =>
      client.send(new AbortMultipartUploadCommand(upload), { abortSignal }),
    ).catch(() => undefined);
    throw error;
  }
}

/** Rejects only when no part is on its way any more. */
async function sendParts(
  source: FileHandle,
  { sizeBytes, sha256 }: StagedFile,
  takePart: MultipartOptions['takePart'],
  send: (number: number, bytes: Buffer) => Promise<CompletedPart>,
): Promise<CompletedPart[]> {
  const whole = createHash('sha256');
  const sending: Promise<CompletedPart>[] = [];
  let hasFailed = false;
  try {
    for (let at = 0; at < sizeBytes && !hasFailed; at += PART_BYTES) {
      const giveBack = await takePart();
      try {
        const bytes = await readPart(source, at, Math.min(PART_BYTES, sizeBytes - at));
        whole.update(bytes);
        const part = send(sending.length + 1, bytes).finally(giveBack);
        part.catch(() => (hasFailed = true));
        sending.push(part);
      } catch (error) {
        giveBack();
        throw error;
      }
    }
  } finally {
    await Promise.allSettled(sending);
  }
  const parts = await Promise.all(sending);
  if (whole.digest('hex') !== sha256) throw new Error('A staged file has changed while it was being stored.');
  return parts;
}

/** @throws Error when the file is shorter than it was */
export async function readPart(source: FileHandle, at: number, sizeBytes: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(sizeBytes);
  for (let filled = 0; filled < sizeBytes;) {
    const { bytesRead } = await source.read(bytes, filled, sizeBytes - filled, at + filled);
    if (bytesRead === 0) throw new Error('A staged file has become shorter while it was being stored.');
    filled += bytesRead;
  }
  return bytes;
}
