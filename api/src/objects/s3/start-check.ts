import { randomUUID } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { ShoalError } from '../../errors.ts';
import type { S3Location } from './client.ts';
import { isPassing, nameOf, s3Fault, statusOf } from './faults.ts';
import { retryWithin } from './retry-within.ts';

/**
 * Does once each thing that will be done, on an object that is gone afterwards.
 * @throws ShoalError UNAVAILABLE saying in one line what is missing: the bucket, the region, credentials, or permissions by name
 */
export async function checkBucket(client: S3Client, location: S3Location, deadlineMs: number): Promise<void> {
  const retry = { deadlineMs, attemptMs: deadlineMs / 2, isPassing };
  const { bucket, prefix } = location;
  const Key = `${prefix}.check/${randomUUID()}`;
  const object = { Bucket: bucket, Key };
  const missing: string[] = [];
  const attempt = async (action: string, send: (abortSignal: AbortSignal) => Promise<unknown>) => {
    try {
      await retryWithin(send, retry);
    } catch (error) {
      if (statusOf(error) !== 403 || isBadCredential(error)) throw explain(error, location);
      missing.push(action);
    }
  };

  await attempt('s3:ListBucket', (abortSignal) =>
    client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 }), { abortSignal }),
  );
  await attempt('s3:PutObject', (abortSignal) =>
    client.send(new PutObjectCommand({ ...object, Body: Buffer.from('Shoal was here.') }), { abortSignal }),
  );
  if (!missing.includes('s3:PutObject')) {
    await attempt('s3:GetObject', async (abortSignal) => {
      const { Body } = await client.send(new GetObjectCommand(object), { abortSignal });
      await Body?.transformToByteArray();
    });
    // S3 says 403 of an object that is not there to who may not list, or may list only below a prefix.
    const isListable = !missing.includes('s3:GetObject') && !missing.includes('s3:ListBucket');
    if (isListable)
      await attempt('s3:ListBucket without a condition', (signal) => getAbsent(client, object, signal));
    await attempt('s3:AbortMultipartUpload', async (abortSignal) => {
      const { UploadId } = await client.send(new CreateMultipartUploadCommand(object), { abortSignal });
      await client.send(new AbortMultipartUploadCommand({ ...object, UploadId }), { abortSignal });
    });
  }
  await attempt('s3:DeleteObject', async (abortSignal) => {
    const { Errors } = await client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: [{ Key }], Quiet: true } }),
      { abortSignal },
    );
    if (Errors?.some(({ Code }) => Code === 'AccessDenied')) {
      throw Object.assign(new Error('AccessDenied'), { $metadata: { httpStatusCode: 403 } });
    }
  });
  if (missing.length > 0) throw missingPermissions(location, missing);
}

async function getAbsent(
  client: S3Client,
  object: { Bucket: string; Key: string },
  abortSignal: AbortSignal,
): Promise<void> {
  try {
    await client.send(new GetObjectCommand({ ...object, Key: `${object.Key}-absent` }), { abortSignal });
  } catch (error) {
    if (nameOf(error) !== 'NoSuchKey') throw error;
  }
}

function missingPermissions({ bucket, prefix }: S3Location, actions: readonly string[]): ShoalError {
  const where = `arn:aws:s3:::${bucket}/${prefix}*`;
  const asked = actions.map((action) =>
    action.startsWith('s3:ListBucket') ? `${action} on arn:aws:s3:::${bucket}` : `${action} on ${where}`,
  );
  return unavailable(`The bucket "${bucket}" refuses. Allow ${asked.join(', ')}.`);
}

function explain(error: unknown, { bucket, endpoint }: S3Location): unknown {
  const at = endpoint === undefined ? '' : ' at AWS_ENDPOINT_URL';
  const name = nameOf(error);
  if (error instanceof Error && error.message === 'Region is missing') {
    return unavailable('The region of the bucket is not known. Set AWS_REGION.', error);
  }
  if (name === 'CredentialsProviderError') {
    return unavailable(
      'No AWS credentials were found. Run on an instance with a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
      error,
    );
  }
  if (isBadCredential(error)) {
    return unavailable(
      `S3${at} does not accept the AWS credentials (${name}). Check them, and the clock.`,
      error,
    );
  }
  if (statusOf(error) === 404) {
    return unavailable(
      `There is no bucket "${bucket}"${at}. Create it, or set S3_BUCKET to another one.`,
      error,
    );
  }
  if (statusOf(error) === 301 || name === 'AuthorizationHeaderMalformed') {
    return unavailable(`The bucket "${bucket}" is in another region. Set AWS_REGION to its region.`, error);
  }
  if (isPassing(error)) {
    return unavailable(
      `S3${at} can't be reached or is out of order. Check the network, then start again.`,
      error,
    );
  }
  return s3Fault(error, '');
}

function isBadCredential(error: unknown): boolean {
  return ['ExpiredToken', 'InvalidAccessKeyId', 'InvalidToken', 'SignatureDoesNotMatch'].includes(
    nameOf(error),
  );
}

function unavailable(message: string, cause?: unknown): ShoalError {
  return new ShoalError('UNAVAILABLE', message, { cause });
}
