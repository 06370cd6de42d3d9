import { S3Client } from '@aws-sdk/client-s3';

/** Where the objects are. Region, endpoint and credentials that are not given are found by the SDK's default chain. */
export interface S3Location {
  readonly bucket: string;
  /** What the names of all objects begin with; empty, or ending in a slash. */
  readonly prefix: string;
  readonly region?: string | undefined;
  /** Of a store that is compatible with S3. Buckets are then part of the path. */
  readonly endpoint?: string | undefined;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
}

/** As many as there are reads at once, and some to write. */
const MAX_CONNECTIONS = 256;
const CONNECT_TIMEOUT_MS = 2_000;
/** A connection on which nothing moves for this long has broken. */
const SILENCE_TIMEOUT_MS = 15_000;

/** A client that tries once: whoever asks knows until when another attempt makes sense. */
export function makeS3Client({ region, endpoint, credentials }: S3Location): S3Client {
  // Every start would print that a later release of the SDK will want a later Node.js.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  return new S3Client({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(credentials !== undefined && { credentials }),
    maxAttempts: 1,
    // SHA-256 is given with what is written, and verified by whoever reads.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_TIMEOUT_MS,
      httpAgent: { keepAlive: true, maxSockets: MAX_CONNECTIONS },
      httpsAgent: { keepAlive: true, maxSockets: MAX_CONNECTIONS },
    },
  });
}
