import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { ShoalError } from '../errors.ts';
import type { ImageReader } from '../images/image-reader.ts';
import type { ImageName } from '../images/image-reading.ts';
import { asUnavailable } from '../images/object-source.ts';
import { ImageResponse } from './image-response.ts';
import { TargetCache, type ImageTarget } from './image-target.ts';
import { negotiateFormat } from './negotiation.ts';
import { sendError, sendProblem } from './problem.ts';

/** What a key stands for now. */
export interface CurrentVersion {
  readonly version: string;
  readonly contentType: string;
  readonly sizeBytes: number;
}

export interface VersionIndex {
  /** Undefined when there is no image under the key. */
  find(key: string): Promise<CurrentVersion | undefined>;
}

type Refusal = ShoalError | undefined;

export interface ImageRouteOptions {
  readonly reader: ImageReader;
  readonly versions: VersionIndex;
  /** Why this request may not read images, at once where that is known. Left out, all may, and so may caches that many share. */
  readonly refuse?: ((req: IncomingMessage, target: ImageTarget) => Refusal | Promise<Refusal>) | undefined;
  /** Takes what an operator should know of a read that failed. */
  readonly onError?: (error: Error, req: IncomingMessage) => void;
  /** Monotonic, in milliseconds. */
  readonly clock?: () => number;
  /** Called when a request is answered with an image, or that it has not changed: how long it took until then, in milliseconds. */
  readonly onRead?: ((ms: number) => void) | undefined;
}

/** Answers the request and returns true, or returns false without having touched it: it is not for an image. */
export type ImageRoute = (req: IncomingMessage, res: ServerResponse) => boolean;

/** `GET` and `HEAD` of `/images/KEY` and `/images?key=KEY`. */
export function createImageRoute(options: ImageRouteOptions): ImageRoute {
  const targets = new TargetCache({ maxUrls: 10_000, maxUrlCharacters: 300 });
  return (req, res) => {
    let target: ImageTarget | undefined;
    try {
      target = targets.parse(req.url!);
    } catch (error) {
      sendError(res, asUnavailable(error));
      return true;
    }
    if (target === undefined) return false;
    if (req.method === 'GET' || req.method === 'HEAD') admit(options, req, res, target);
    else sendProblem(res, 405, 'Images are read with GET or HEAD.', { Allow: 'GET, HEAD' });
    return true;
  };
}

function admit(
  options: ImageRouteOptions,
  req: IncomingMessage,
  res: ServerResponse,
  target: ImageTarget,
): void {
  const request = new ImageRequest(options, req, res, target);
  const answer = (refusal: Refusal) => (refusal === undefined ? request.answer() : sendError(res, refusal));
  const refusal = options.refuse?.(req, target);
  if (refusal instanceof Promise)
    refusal.then(answer, (error: Error) => {
      options.onError?.(error, req);
      sendError(res, asUnavailable(error));
    });
  else answer(refusal);
}

class ImageRequest {
  readonly #options: ImageRouteOptions;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #target: ImageTarget;
  readonly #clock: () => number;
  readonly #startedAt: number;

  constructor(options: ImageRouteOptions, req: IncomingMessage, res: ServerResponse, target: ImageTarget) {
    this.#options = options;
    this.#req = req;
    this.#res = res;
    this.#target = target;
    this.#clock = options.clock ?? monotonic;
    this.#startedAt = this.#clock();
  }

  answer(): void {
    const { version } = this.#target;
    if (version === undefined) this.#run(this.#answerCurrent(undefined));
    else this.#answerVersion(version);
  }

  /** Whoever replaces an image removes the version before, perhaps between our look at the row and our read: then we look again. */
  async #answerCurrent(absentVersion: string | undefined): Promise<void> {
    const current = await this.#options.versions.find(this.#target.key);
    if (current === undefined || current.version === absentVersion) {
      sendError(this.#res, new ShoalError('NOT_FOUND', 'There is no image under this key.'));
      return;
    }
    const again = () => this.#run(this.#answerCurrent(current.version));
    const image = this.#imageOf(current.version);
    const response = this.#responseOf(image, again);
    if (response.isNotModified || (this.#req.method === 'HEAD' && this.#target.width === undefined)) {
      response.describe(current, undefined);
    } else {
      this.#read(image, response);
    }
  }

  #answerVersion(version: string): void {
    const image = this.#imageOf(version);
    const response = this.#responseOf(image, (error) => sendError(this.#res, error));
    // Whether the image is there at all has to be known, but its bytes are not wanted.
    if (this.#req.method === 'HEAD' || response.isNotModified)
      this.#run(this.#answerWithoutBody(image, response));
    else this.#read(image, response);
  }

  async #answerWithoutBody(image: ImageName, response: ImageResponse): Promise<void> {
    const facts = await this.#options.reader.probe(image);
    if (facts === undefined) this.#read(image, response);
    else response.describe(facts, true);
  }

  #read(image: ImageName, response: ImageResponse): void {
    // The client may have gone while the row was looked up.
    if (this.#res.destroyed) return;
    const reading = this.#options.reader.read(image, response);
    this.#res.on('close', () => {
      reading.cancel();
      response.close();
    });
  }

  #run(answer: Promise<void>): void {
    answer.catch((error: Error) => {
      const told = asUnavailable(error);
      this.#options.onError?.(error, this.#req);
      if (this.#res.headersSent) this.#res.destroy();
      else sendError(this.#res, told);
    });
  }

  #imageOf(version: string): ImageName {
    const { keyHash, width } = this.#target;
    if (width === undefined) return { keyHash, version };
    return { keyHash, version, variant: { width, format: negotiateFormat(this.#req.headers.accept) } };
  }

  #responseOf(image: ImageName, onAbsent: (error: ShoalError) => void): ImageResponse {
    const { reader, refuse, onError, onRead } = this.#options;
    return new ImageResponse({
      req: this.#req,
      res: this.#res,
      image,
      isImmutable: this.#target.version !== undefined,
      isPublic: refuse === undefined,
      isShared: refuse === undefined || this.#target.signature !== undefined,
      budget: reader.budget,
      startedAt: this.#startedAt,
      clock: this.#clock,
      onAbsent,
      onError,
      onRead,
    });
  }
}

function monotonic(): number {
  return performance.now();
}
