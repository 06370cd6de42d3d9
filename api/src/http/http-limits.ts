/** How long a client may take, in milliseconds. */
export interface HttpLimits {
  /** Until the head of a request has come, from when the connection is opened or the head begins. */
  readonly headMs: number;
  /** Until all of it has come. */
  readonly requestMs: number;
  /** How often connections are looked at: they live longer by as much. */
  readonly lookEveryMs: number;
}

const MIN_REQUEST_MS = 5 * 60_000;
/** A slow line, 0.8 Mbit/s. */
const UPLOAD_BYTES_PER_MS = 100;

/** Long enough for the largest upload on a slow line, while those that send a head letter by letter are gone within 15 s. */
export function httpLimitsFor(maxUploadBytes: number): HttpLimits {
  return {
    headMs: 10_000,
    requestMs: Math.max(MIN_REQUEST_MS, Math.ceil(maxUploadBytes / UPLOAD_BYTES_PER_MS)),
    lookEveryMs: 2_000,
  };
}

/** Of request line and headers together: more is answered with 431. */
export const MAX_HEAD_BYTES = 16 * 1024;
/** Of the target of a request: more is answered with 414. The longest key takes 2,400, percent-encoded. */
export const MAX_URL_CHARACTERS = 8 * 1024;
