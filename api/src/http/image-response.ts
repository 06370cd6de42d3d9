import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ShoalError } from '../errors.ts';
import type { BodyFacts, ImageName, ImageReading, ImageReceiver } from '../images/image-reading.ts';
import type { Variant } from '../images/variant.ts';
import type { BodyBudget } from '../pool/nodes/body-budget.ts';
import type { Slab } from '../pool/nodes/slab.ts';
import { BodyWriter } from './body-writer.ts';
import { parseRange, type ByteRange } from './byte-range.ts';
import { allowsRange, matchesNone } from './conditions.ts';
import { OWN_IMAGE_GUARDS, SHARED_IMAGE_GUARDS } from './data-guards.ts';
import { sendError, sendProblem } from './problem.ts';

export interface ImageResponseOptions {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly image: ImageName;
  /** The URL names the version, and so will always mean these bytes. */
  readonly isImmutable: boolean;
  /** Caches that many share may keep it. */
  readonly isPublic: boolean;
  /** Pages of others may show it. */
  readonly isShared: boolean;
  readonly budget: BodyBudget;
  /** Monotonic, in milliseconds. */
  readonly startedAt: number;
  readonly clock: () => number;
  /** Called instead of an answer when the image is not there. */
  readonly onAbsent: (error: ShoalError) => void;
  /** Takes what an operator should know of a read that failed. */
  readonly onError: ((error: ShoalError, req: IncomingMessage) => void) | undefined;
  /** Told how long it took until the head of the answer was ready, in milliseconds: how fast clients take a body is their own affair. */
  readonly onRead: ((ms: number) => void) | undefined;
}

/** Answers one GET or HEAD with an image, or with what its conditions and ranges make of it. */
export class ImageResponse implements ImageReceiver {
  readonly #options: ImageResponseOptions;
  readonly #etag: string;
  #writer: BodyWriter | undefined;

  constructor(options: ImageResponseOptions) {
    this.#options = options;
    this.#etag = etagOf(options.image);
  }

  /** Whether the client has this image already. */
  get isNotModified(): boolean {
    return matchesNone(this.#options.req.headers['if-none-match'], this.#etag);
  }

  begin(reading: ImageReading, facts: BodyFacts, isHit: boolean): void {
    const { req, res, budget } = this.#options;
    if (req.method === 'HEAD' || this.isNotModified) {
      reading.cancel();
      this.describe(facts, isHit);
      return;
    }
    const range = this.#rangeOf(facts.sizeBytes);
    if (range === 'unsatisfiable') {
      reading.cancel();
      const contentRange = { 'Content-Range': `bytes */${facts.sizeBytes}`, 'Accept-Ranges': 'bytes' };
      sendProblem(
        res,
        416,
        `The image has ${facts.sizeBytes} bytes; the range begins behind them.`,
        contentRange,
      );
      return;
    }
    this.#writer = new BodyWriter({
      res,
      body: reading,
      range: range ?? { start: 0, end: facts.sizeBytes },
      status: range === undefined ? 200 : 206,
      headers: this.#headers(facts, isHit, range),
      budget,
    });
  }

  payload(bytes: Buffer, slab?: Slab): boolean {
    return this.#writer!.write(bytes, slab);
  }

  end(): void {
    // The writer has counted the bytes and ended the response.
  }

  fail(error: ShoalError): void {
    const { req, res, onAbsent, onError } = this.#options;
    if (error.httpStatus >= 500) onError?.(error, req);
    // A body that ends short would pass for a whole one with some clients; a broken connection does not.
    if (res.headersSent) res.destroy();
    else if (error.code === 'NOT_FOUND') onAbsent(error);
    else sendError(res, error);
  }

  /** Answers without a body: 304 if the client has the image already, else 200 to a HEAD. */
  describe(facts: Pick<BodyFacts, 'contentType' | 'sizeBytes'>, isHit: boolean | undefined): void {
    const { res, onRead, clock, startedAt } = this.#options;
    if (this.isNotModified) {
      onRead?.(clock() - startedAt);
      res.writeHead(304, this.#cacheHeaders());
    } else {
      res.writeHead(200, this.#headers(facts, isHit, undefined));
    }
    res.end();
  }

  /** Call when the response is closed. */
  close(): void {
    this.#writer?.close();
  }

  #rangeOf(sizeBytes: number): ByteRange | 'unsatisfiable' | undefined {
    const { range, 'if-range': ifRange } = this.#options.req.headers;
    if (range === undefined || !allowsRange(typeof ifRange === 'string' ? ifRange : undefined, this.#etag))
      return undefined;
    const parsed = parseRange(range, sizeBytes);
    return parsed === 'ignored' ? undefined : parsed;
  }

  #headers(
    { contentType, sizeBytes }: Pick<BodyFacts, 'contentType' | 'sizeBytes'>,
    isHit: boolean | undefined,
    range: ByteRange | undefined,
  ): string[] {
    const { startedAt, clock, onRead, isShared } = this.#options;
    const ms = clock() - startedAt;
    onRead?.(ms);
    const length = range === undefined ? sizeBytes : range.end - range.start;
    const headers = this.#cacheHeaders();
    headers.push('Content-Type', contentType, 'Content-Length', `${length}`);
    headers.push('Accept-Ranges', 'bytes', ...(isShared ? SHARED_IMAGE_GUARDS : OWN_IMAGE_GUARDS));
    if (range !== undefined)
      headers.push('Content-Range', `bytes ${range.start}-${range.end - 1}/${sizeBytes}`);
    if (isHit === undefined) return headers;
    const word = isHit ? 'HIT' : 'MISS';
    const tenths = Math.round(ms * 10);
    headers.push('X-Cache', word, 'Server-Timing', `read;desc=${word};dur=${tenths / 10}`);
    return headers;
  }

  #cacheHeaders(): string[] {
    const { image, isImmutable, isPublic } = this.#options;
    const lifetime = isImmutable
      ? isPublic
        ? IMMUTABLE
        : PRIVATE_IMMUTABLE
      : isPublic
        ? 'no-cache'
        : 'private, no-cache';
    const headers = ['ETag', this.#etag, 'Cache-Control', lifetime];
    if (image.variant !== undefined) headers.push('Vary', 'Accept');
    return headers;
  }
}

const IMMUTABLE = 'public, max-age=31536000, immutable';
const PRIVATE_IMMUTABLE = 'private, max-age=31536000, immutable';

/** Strong: the same version and variant are always the same bytes. */
function etagOf({ version, variant }: { version: string; variant?: Variant | undefined }): string {
  return variant === undefined ? `"${version}"` : `"${version}-${variant.width}.${variant.format}"`;
}
