import type { Socket } from 'node:net';

/**
 * The part of Node below its sockets that writes are handed to. It is Node's own and no part of its interface, so everything that is
 * used of it is looked for first, and whoever finds nothing must do with the socket's own methods.
 */
export interface Handle {
  /** Both return 0 or an error's number, and say in `Writes.streamBaseState` what became of the bytes. */
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
  writev(request: WriteRequest, parts: readonly Uint8Array[], areBuffers: true): number;
}

/** A write that is under way. The handle reads from its bytes until it calls `oncomplete`. */
export interface WriteRequest {
  handle: Handle;
  oncomplete: (status: number) => void;
  /** Ours: what must not be collected meanwhile, and how much it is. */
  bytes: Uint8Array | readonly Uint8Array[] | undefined;
  length: number;
}

export interface Writes {
  readonly WriteWrap: new () => WriteRequest;
  /** What the last write left: at `kBytesWritten` its length, at `kLastWriteWasAsync` 1 if it goes on. */
  readonly streamBaseState: Int32Array;
  readonly kBytesWritten: number;
  readonly kLastWriteWasAsync: number;
}

/** The same for all sockets; `undefined` in a Node that does without. */
export function findWrites(): Writes | undefined {
  found ??= { writes: look() };
  return found.writes;
}

/** The handle of a socket that is open. */
export function handleOf(socket: Socket): Handle | undefined {
  const { _handle: handle } = socket as unknown as { _handle?: Partial<Handle> | null };
  return typeof handle?.writeBuffer === 'function' && typeof handle.writev === 'function'
    ? (handle as Handle)
    : undefined;
}

let found: { writes: Writes | undefined } | undefined;

function look(): Writes | undefined {
  try {
    const { binding } = process as unknown as { binding?: (name: string) => Partial<Writes> };
    const writes = binding?.('stream_wrap');
    return isWhole(writes) ? writes : undefined;
  } catch {
    return undefined;
  }
}

function isWhole(writes: Partial<Writes> | undefined): writes is Writes {
  return (
    typeof writes?.WriteWrap === 'function' &&
    writes.streamBaseState instanceof Int32Array &&
    typeof writes.kBytesWritten === 'number' &&
    typeof writes.kLastWriteWasAsync === 'number'
  );
}
