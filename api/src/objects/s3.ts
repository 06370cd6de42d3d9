import { open, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { ShoalError } from '../errors.ts';
import { Turns } from '../turns.ts';
import { diskFault } from './disk-fault.ts';
import type { ObjectBody, ObjectName, ObjectStore, StagedFile } from './object-store.ts';
import { makeS3Client, type S3Location } from './s3/client.ts';
import { isFromS3, isPassing, nameOf, s3Fault, statusOf } from './s3/faults.ts';
import { PART_BYTES, readPart, uploadInParts } from './s3/multipart.ts';
import { ResumedBody } from './s3/resumed-body.ts';
import { type RetryOptions, retryWithin } from './s3/retry-within.ts';
import { checkBucket } from './s3/start-check.ts';

/** How long it is tried again what fails for a passing reason, in milliseconds. */
export interface S3Deadlines {
  readonly starting: number;
  /** Readers give up on a store after five seconds. */
  readonly reading: number;
  readonly writing: number;
}

const DEADLINES: S3Deadlines = { starting: 8_000, reading: 4_000, writing: 30_000 };
/** The most that S3 takes at once. */
const DELETION_BATCH = 1_000;
/** Parts that all uploads together hold in memory. */
const MAX_PARTS = 8;

const NAME = /^([0-9a-f]{32})\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/**
 * Opens a store that keeps objects in a bucket: `PREFIX KEYHASH/VERSION`, with content type and SHA-256 as metadata.
 * @throws ShoalError UNAVAILABLE naming what is missing
 */
export async function openS3Store(
  location: S3Location,
  deadlines: Partial<S3Deadlines> = {},
): Promise<ObjectStore & { close(): void }> {
  const client = makeS3Client(location);
  const { starting, ...later } = { ...DEADLINES, ...deadlines };
  try {
    await checkBucket(client, location, starting);
  } catch (error) {
    client.destroy();
    throw error;
  }
  return new S3Store(client, location, later);
}

class S3Store implements ObjectStore {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #reading: RetryOptions;
  readonly #writing: RetryOptions;
  readonly #parts = new Turns({ atOnce: MAX_PARTS, maxWaiting: 10_000, refusal: tooManyUploads });

  constructor(
    client: S3Client,
    { bucket, prefix }: S3Location,
    { reading, writing }: Omit<S3Deadlines, 'starting'>,
  ) {
    this.#client = client;
    // One slow answer is no reason to give up.
    this.#reading = { deadlineMs: reading, attemptMs: reading / 2, isPassing };
    this.#writing = { deadlineMs: writing, attemptMs: writing, isPassing };
    this.#bucket = bucket;
    this.#prefix = prefix;
  }

  close(): void {
    this.#client.destroy();
  }

  async put(name: ObjectName, file: StagedFile): Promise<void> {
    const Key = this.#keyOf(name);
    try {
      const source = await open(file.path);
      try {
        const target = {
          Bucket: this.#bucket,
          Key,
          ContentType: file.contentType,
          Metadata: { sha256: file.sha256 },
        };
        const options = {
          client: this.#client,
          request: <T>(send: (signal: AbortSignal) => Promise<T>) => retryWithin(send, this.#writing),
          takePart: () => this.#parts.take(),
        };
        if (file.sizeBytes > PART_BYTES) await uploadInParts(options, target, source, file);
        else {
          const giveBack = await this.#parts.take();
          try {
            const Body = await readPart(source, 0, file.sizeBytes);
            const ChecksumSHA256 = Buffer.from(file.sha256, 'hex').toString('base64');
            const command = { ...target, Body, ChecksumSHA256, IfNoneMatch: '*' };
            await options.request((abortSignal) =>
              this.#client.send(new PutObjectCommand(command), { abortSignal }),
            );
          } finally {
            giveBack();
          }
        }
      } catch (error) {
        if (!(await this.#isStored(Key, file, error))) throw error;
      } finally {
        await source.close();
      }
      await rm(file.path, { force: true });
    } catch (error) {
      throw isFromS3(error) ? s3Fault(error, 's3:PutObject') : diskFault(error);
    }
  }

  async get(name: ObjectName): Promise<ObjectBody | undefined> {
    const Key = this.#keyOf(name);
    const ask = (fromByte: number) =>
      asking('s3:GetObject', this.#reading, (abortSignal) =>
        this.#client.send(
          new GetObjectCommand({
            Bucket: this.#bucket,
            Key,
            ...(fromByte > 0 && { Range: `bytes=${fromByte}-` }),
          }),
          { abortSignal },
        ),
      );
    const answer = await ask(0).catch(undefinedIfAbsent);
    if (answer === undefined) return undefined;
    const { ContentLength: sizeBytes, ContentType: contentType, Metadata, Body } = answer;
    const sha256 = Metadata?.['sha256'];
    if (sizeBytes === undefined || contentType === undefined || sha256 === undefined) {
      (Body as Readable | undefined)?.destroy();
      throw new ShoalError('UNAVAILABLE', 'An object in the bucket was not stored by Shoal.');
    }
    const reopen = async (fromByte: number) => {
      const rest = await ask(fromByte);
      if (fromByte > 0 && !rest.ContentRange?.startsWith(`bytes ${fromByte}-`)) {
        (rest.Body as Readable | undefined)?.destroy();
        throw new ShoalError('UNAVAILABLE', 'The object store does not know ranges.');
      }
      return rest.Body as Readable;
    };
    return {
      sizeBytes,
      contentType,
      sha256,
      stream: new ResumedBody({ first: Body as Readable, sizeBytes, reopen }),
    };
  }

  async versions(keyHash: string): Promise<string[]> {
    const versions: string[] = [];
    for await (const { version } of this.#list(`${keyHash}/`)) versions.push(version);
    return versions;
  }

  async delete(names: readonly ObjectName[]): Promise<void> {
    for (let at = 0; at < names.length; at += DELETION_BATCH) {
      await this.#deleteBatch(names.slice(at, at + DELETION_BATCH));
    }
  }

  list(): AsyncIterable<ObjectName & { storedAt: Date }> {
    return this.#list('');
  }

  async check(): Promise<void> {
    await asking('s3:ListBucket', this.#reading, (abortSignal) =>
      this.#client.send(
        new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: this.#prefix, MaxKeys: 1 }),
        { abortSignal },
      ),
    );
  }

  async *#list(below: string): AsyncGenerator<ObjectName & { storedAt: Date }> {
    const place = { Bucket: this.#bucket, Prefix: this.#prefix + below };
    let ContinuationToken: string | undefined;
    do {
      const page = await asking('s3:ListBucket', this.#writing, (abortSignal) =>
        this.#client.send(new ListObjectsV2Command({ ...place, ContinuationToken }), { abortSignal }),
      );
      for (const { Key = '', LastModified } of page.Contents ?? []) {
        const [, keyHash, version] = NAME.exec(Key.slice(this.#prefix.length)) ?? [];
        if (keyHash && version && LastModified) yield { keyHash, version, storedAt: LastModified };
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
  }

  /** S3 answers for each object by itself; those that it had no time for are asked again. */
  async #deleteBatch(names: readonly ObjectName[]): Promise<void> {
    let keys = names.map((name) => this.#keyOf(name));
    await asking('s3:DeleteObject', this.#writing, async (abortSignal) => {
      const Objects = keys.map((Key) => ({ Key }));
      const { Errors = [] } = await this.#client.send(
        new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects, Quiet: true } }),
        { abortSignal },
      );
      const [first] = Errors;
      if (first === undefined) return;
      keys = Errors.map(({ Key }) => Key).filter((key) => key !== undefined);
      throw Object.assign(new Error(first.Message), {
        name: first.Code ?? '',
        $metadata: { httpStatusCode: first.Code === 'AccessDenied' ? 403 : 200 },
      });
    });
  }

  /** A put whose answer was lost has stored the object: another attempt then meets it. */
  async #isStored(Key: string, file: StagedFile, error: unknown): Promise<boolean> {
    if (statusOf(error) !== 412 && nameOf(error) !== 'NoSuchUpload') return false;
    const head = await retryWithin(
      (abortSignal) =>
        this.#client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key }), { abortSignal }),
      this.#writing,
    ).catch(() => undefined);
    return head?.ContentLength === file.sizeBytes && head.Metadata?.['sha256'] === file.sha256;
  }

  /** @throws TypeError for a name that would not be found again */
  #keyOf({ keyHash, version }: ObjectName): string {
    const name = `${keyHash}/${version}`;
    if (!NAME.test(name)) throw new TypeError(`No object can be called ${name}.`);
    return this.#prefix + name;
  }
}

async function asking<T>(
  action: string,
  retry: RetryOptions,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await retryWithin(send, retry);
  } catch (error) {
    throw nameOf(error) === 'NoSuchKey' ? error : s3Fault(error, action);
  }
}

function undefinedIfAbsent(error: unknown): undefined {
  if (nameOf(error) !== 'NoSuchKey') throw error;
}

function tooManyUploads(): ShoalError {
  return new ShoalError('TOO_BUSY', 'Too many images are being stored. Try again in a moment.');
}
