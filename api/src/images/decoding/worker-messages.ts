import { z } from 'zod';
import { VARIANT_FORMATS, VARIANT_WIDTHS } from '../variant.ts';
import { PICTURE_TYPES } from './picture-decoder.ts';

/** The most that a rendering may have: more than a node keeps. */
export const MAX_RENDERING_BYTES = 64 * 2 ** 20;

const limits = z.object({ cpuSeconds: z.number(), memoryBytes: z.number() });

/** What a worker is asked. The bytes of an original follow as the payload. */
export const workerRequestSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('inspect'), limits, path: z.string(), maxPixels: z.number() }),
  z.object({
    kind: z.literal('render'),
    limits,
    variant: z.object({ width: z.literal(VARIANT_WIDTHS), format: z.literal(VARIANT_FORMATS) }),
  }),
]);
export type WorkerRequest = z.output<typeof workerRequestSchema>;

const contentType = z.literal(PICTURE_TYPES);
const pixels = z.int().positive();

/**
 * What a worker answers. A picture may have taken the worker over: nothing is believed that a decoder would not say. The bytes of a
 * rendering follow as the payload.
 */
export const workerReplySchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('picture'),
    picture: z.object({ contentType, width: pixels, height: pixels, thumbHash: z.base64().max(64) }),
  }),
  z.object({ kind: z.literal('rendering'), contentType }),
  z.object({
    kind: z.literal('refusal'),
    code: z.literal(['BAD_USER_INPUT', 'UNSUPPORTED_MEDIA_TYPE', 'PAYLOAD_TOO_LARGE']),
    message: z.string().max(1_000),
  }),
  z.object({ kind: z.literal('broken'), message: z.string() }),
  /** The last word of a worker: it ends by itself. */
  z.object({ kind: z.literal('overrun'), of: z.literal(['time', 'memory']) }),
]);
export type WorkerReply = z.output<typeof workerReplySchema>;
