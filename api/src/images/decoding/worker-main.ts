// A process that does nothing but decode pictures for the api. It listens on its descriptor 3 and ends with it.
import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { ShoalError } from '../../errors.ts';
import { inspectImage } from './inspect-image.ts';
import { type Overrun, watchOverrun } from './overrun-watch.ts';
import { renderVariant } from './render-variant.ts';
import { type Frame, FrameReader, writeFrame } from './worker-frames.ts';
import {
  MAX_RENDERING_BYTES,
  type WorkerReply,
  type WorkerRequest,
  workerRequestSchema,
} from './worker-messages.ts';

const API_DESCRIPTOR = 3;
const MAX_ORIGINAL_BYTES = 2 ** 31;

preferToBeKilled();
const api = new Socket({ fd: API_DESCRIPTOR, readable: true, writable: true });
const frames = new FrameReader({ maxPayloadBytes: MAX_ORIGINAL_BYTES }, (frame) => void answer(frame));
api.on('data', (chunk) => frames.push(chunk));
api.on('error', end);
api.on('close', end);

async function answer({ head, payload }: Frame): Promise<void> {
  const request = workerRequestSchema.parse(head);
  const stopWatching = watchOverrun(request.limits, (of: Overrun) => {
    writeFrame(api, { kind: 'overrun', of } satisfies WorkerReply, undefined, end);
  });
  const { reply, bytes } = await work(request, payload);
  stopWatching();
  writeFrame(api, reply, bytes);
}

async function work(
  request: WorkerRequest,
  payload: Buffer,
): Promise<{ reply: WorkerReply; bytes?: Buffer }> {
  try {
    if (request.kind === 'inspect') {
      return { reply: { kind: 'picture', picture: await inspectImage(request.path, request) } };
    }
    const { bytes, contentType } = await renderVariant(payload, request.variant);
    if (bytes.length > MAX_RENDERING_BYTES) throw tooLarge();
    return { reply: { kind: 'rendering', contentType }, bytes };
  } catch (error) {
    return { reply: describe(error) };
  }
}

function tooLarge(): ShoalError {
  return new ShoalError(
    'BAD_USER_INPUT',
    'The image would be too large in this format. Ask for it in another one, or less wide.',
  );
}

function describe(error: unknown): WorkerReply {
  if (error instanceof ShoalError) {
    const { code, message } = error;
    if (code === 'BAD_USER_INPUT' || code === 'UNSUPPORTED_MEDIA_TYPE' || code === 'PAYLOAD_TOO_LARGE')
      return { kind: 'refusal', code, message };
  }
  return { kind: 'broken', message: error instanceof Error ? error.message : String(error) };
}

/** Where memory runs out, Linux takes this process and not the api. */
function preferToBeKilled(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Other systems choose by themselves.
  }
}

/** An orderly exit would wait for the threads of decoders. */
function end(): void {
  process.kill(process.pid, 'SIGKILL');
}
