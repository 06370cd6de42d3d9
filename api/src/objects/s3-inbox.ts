import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { makeS3Client, type S3Location } from './s3/client.ts';
import { isPassing, nameOf, s3Fault } from './s3/faults.ts';
import { retryWithin } from './s3/retry-within.ts';
import type { OfferedUpload, UploadInbox } from './upload-inbox.ts';

const RETRY = { deadlineMs: 10_000, attemptMs: 5_000, isPassing };

/**
 * An inbox in a bucket, below `PREFIX uploads/`. The bytes go past the api: by a presigned PUT that holds for one object, its size,
 * type and SHA-256, and that S3 takes once.
 */
export function openS3Inbox(location: S3Location, now: () => number): UploadInbox & { close(): void } {
  return new S3Inbox(makeS3Client(location), location, now);
}

class S3Inbox implements UploadInbox {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #now: () => number;

  constructor(client: S3Client, { bucket, prefix }: S3Location, now: () => number) {
    this.#client = client;
    this.#bucket = bucket;
    this.#prefix = `${prefix}uploads/`;
    this.#now = now;
  }

  close(): void {
    this.#client.destroy();
  }

  async offer({ id, sizeBytes, contentType, sha256, expiresAt }: OfferedUpload) {
    const headers = {
      'content-type': contentType,
      'if-none-match': '*',
      'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64'),
    };
    const command = new PutObjectCommand({
      ...this.#nameOf(id),
      ContentLength: sizeBytes,
      ContentType: contentType,
      IfNoneMatch: '*',
      ChecksumSHA256: headers['x-amz-checksum-sha256'],
    });
    try {
      const url = await getSignedUrl(this.#client, command, {
        expiresIn: Math.max(1, Math.ceil((expiresAt.getTime() - this.#now()) / 1000)),
        // Signed as headers, so that whoever sends must send them.
        signableHeaders: new Set(['content-type', 'content-length']),
        unhoistableHeaders: new Set(['x-amz-checksum-sha256']),
      });
      return { url, method: 'PUT' as const, headers };
    } catch (error) {
      throw s3Fault(error, 's3:PutObject');
    }
  }

  async open(id: string): Promise<Readable | undefined> {
    return await this.#request('s3:GetObject', async (abortSignal) => {
      try {
        const { Body } = await this.#client.send(new GetObjectCommand(this.#nameOf(id)), { abortSignal });
        return Body as Readable;
      } catch (error) {
        if (nameOf(error) === 'NoSuchKey') return undefined;
        throw error;
      }
    });
  }

  async remove(id: string): Promise<void> {
    await this.#request('s3:DeleteObject', (abortSignal) =>
      this.#client.send(new DeleteObjectCommand(this.#nameOf(id)), { abortSignal }),
    );
  }

  async sweep(before: Date): Promise<void> {
    const place = { Bucket: this.#bucket, Prefix: this.#prefix };
    let ContinuationToken: string | undefined;
    do {
      const page = await this.#request('s3:ListBucket', (abortSignal) =>
        this.#client.send(new ListObjectsV2Command({ ...place, ContinuationToken }), { abortSignal }),
      );
      const Objects = (page.Contents ?? [])
        .filter(({ LastModified }) => LastModified !== undefined && LastModified < before)
        .map(({ Key }) => ({ Key }));
      if (Objects.length > 0) {
        await this.#request('s3:DeleteObject', (abortSignal) =>
          this.#client.send(
            new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects, Quiet: true } }),
            { abortSignal },
          ),
        );
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
  }

  async #request<T>(action: string, send: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await retryWithin(send, RETRY);
    } catch (error) {
      throw s3Fault(error, action);
    }
  }

  #nameOf(id: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: this.#prefix + id };
  }
}
