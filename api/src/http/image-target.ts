import { ShoalError } from '../errors.ts';
import { hashKey, parseKey } from '../images/key.ts';
import { VARIANT_WIDTHS, type VariantWidth } from '../images/variant.ts';
import { isVersion } from '../images/version.ts';

/** What the URL of an image asks for. */
export interface ImageTarget {
  readonly key: string;
  /** MD5 of the key, 32 hexadecimal digits. */
  readonly keyHash: string;
  readonly version: string | undefined;
  readonly width: VariantWidth | undefined;
  /** What lets in whoever has the URL. */
  readonly signature?: UrlSignature;
}

/** `expires` and `signature` in the query, as `signedUrl` makes them. */
export interface UrlSignature {
  /** Seconds since the epoch. */
  readonly expires: number;
  readonly text: string;
}

/**
 * Reads a request's target: `/images/KEY` or `/images?key=KEY`, with `v` and `w`, `expires` and `signature`. Read by hand and as it was sent, since a URL parser would
 * collapse `..` within keys. Undefined if it is no image's.
 * @throws ShoalError BAD_USER_INPUT, or NOT_FOUND for a version that can't exist
 */
export function parseImageTarget(url: string): ImageTarget | undefined {
  const target = url.charCodeAt(0) === SLASH ? url : withoutOrigin(url);
  if (!target.startsWith('/images')) return undefined;
  const queryAt = target.indexOf('?');
  const path = queryAt < 0 ? target : target.slice(0, queryAt);
  const query = queryAt < 0 ? NO_QUERY : parseQuery(target.slice(queryAt + 1));
  if (path === '/images') {
    if (query.key === undefined) return undefined;
    return targetOf(decode(query.key.replaceAll('+', ' ')), query);
  }
  if (!path.startsWith('/images/')) return undefined;
  return targetOf(decode(path.slice('/images/'.length)), query);
}

/** What was read from the URLs that are asked for most: reading a key and hashing it costs more than all the rest. */
export class TargetCache {
  readonly #maxUrls: number;
  readonly #maxUrlCharacters: number;
  /** In the order in which they were read. */
  readonly #targets = new Map<string, ImageTarget>();

  constructor({ maxUrls, maxUrlCharacters }: { maxUrls: number; maxUrlCharacters: number }) {
    this.#maxUrls = maxUrls;
    this.#maxUrlCharacters = maxUrlCharacters;
  }

  /** As `parseImageTarget`. */
  parse(url: string): ImageTarget | undefined {
    const known = this.#targets.get(url);
    if (known !== undefined) return known;
    const target = parseImageTarget(url);
    if (target !== undefined && url.length <= this.#maxUrlCharacters) this.#remember(url, target);
    return target;
  }

  #remember(url: string, target: ImageTarget): void {
    if (this.#targets.size >= this.#maxUrls) {
      const [oldest] = this.#targets.keys();
      this.#targets.delete(oldest!);
    }
    this.#targets.set(url, target);
  }
}

const SLASH = 0x2f;
const NO_QUERY: Query = {
  key: undefined,
  v: undefined,
  w: undefined,
  expires: undefined,
  signature: undefined,
};

/** As sent, percent-encoded. Of several with one name the first counts. */
interface Query {
  key: string | undefined;
  v: string | undefined;
  w: string | undefined;
  expires: string | undefined;
  signature: string | undefined;
}

function targetOf(keyText: string, { v, w, expires, signature }: Query): ImageTarget {
  const key = parseKey(keyText);
  if (v !== undefined && !isVersion(v)) throw new ShoalError('NOT_FOUND', 'The image has no such version.');
  const target = {
    key,
    keyHash: hashKey(key),
    version: v,
    width: w === undefined ? undefined : parseWidth(w),
  };
  return signature === undefined
    ? target
    : { ...target, signature: { expires: Number(expires), text: signature } };
}

function parseWidth(text: string): VariantWidth {
  const width = VARIANT_WIDTHS.find((candidate) => String(candidate) === text);
  if (width !== undefined) return width;
  const widths = VARIANT_WIDTHS.join(', ');
  throw new ShoalError('BAD_USER_INPUT', `There are no renderings of that width. Set w to one of ${widths}.`);
}

function parseQuery(text: string): Query {
  const query = { ...NO_QUERY };
  for (const pair of text.split('&')) {
    const equalsAt = pair.indexOf('=');
    const name = equalsAt < 0 ? pair : pair.slice(0, equalsAt);
    if (Object.hasOwn(NO_QUERY, name))
      query[name as keyof Query] ??= equalsAt < 0 ? '' : pair.slice(equalsAt + 1);
  }
  return query;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replace(/[\u0080-\u00ff]/g, encodeByte));
  } catch (cause) {
    throw new ShoalError('BAD_USER_INPUT', 'The key in the URL is not well percent-encoded UTF-8.', {
      cause,
    });
  }
}

/** Node gives every byte that a sloppy client has sent unencoded as one character. */
function encodeByte(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`;
}

/** Proxies may send the absolute form of a target (RFC 9112, 3.2.2). */
function withoutOrigin(url: string): string {
  return url.replace(/^https?:\/\/[^/?]*/i, '');
}
