import { Socket } from 'node:net';
import { HandleSender } from './handle-sender.ts';
import type { Sender } from './sender.ts';
import type { Session } from './session.ts';
import { SocketSender } from './socket-sender.ts';

/** Requests are short, and what a read brings of a large payload has to be copied: the rest is read to its place. */
const READ_BUFFER_BYTES = 16 * 1024;

/** What one read may bring. All plain connections share it: what it holds is dealt with before the next read. */
const readBuffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);

/** One client's socket, and the ways to and from it. */
export interface Connection {
  readonly socket: Socket;
  readonly sender: Sender;
  /** Brings what the client sends to its session from now on. */
  listen(session: Session): void;
}

/**
 * Takes an accepted connection over so that its bytes arrive in the shared buffer, without an allocation for each read, or in the
 * place where they are to stay. Node offers that only to sockets it is told so when they are made (`onread`), which those of a
 * server are not; without the handle that it needs, the socket is used as it is.
 */
export function adopt(accepted: Socket): Connection {
  const holder = accepted as unknown as { _handle?: { reading: boolean } | null };
  const handle = holder._handle;
  if (!handle) return useAsItIs(accepted);
  holder._handle = null;
  let session: Session | undefined;
  let isInPlace = false;
  const options = {
    handle,
    allowHalfOpen: true,
    readable: true,
    writable: true,
    // The outbox asks how much is unsent; being told costs a tick with each large write.
    writableHighWaterMark: Number.MAX_SAFE_INTEGER,
    onread: {
      /** Called once, and then after each read: where to read next. */
      buffer: (): Buffer | undefined => {
        const room = session?.room();
        if (room) {
          isInPlace = true;
          return room;
        }
        // Nothing is what it takes as before.
        if (session && !isInPlace) return undefined;
        isInPlace = false;
        return readBuffer;
      },
      callback: (length: number): boolean => {
        if (isInPlace) session?.receivedInPlace(length);
        else session?.receive(readBuffer, length);
        return true;
      },
    },
  };
  const socket = new Socket(options as object);
  return {
    socket,
    sender: HandleSender.over(socket) ?? new SocketSender(socket),
    listen: (of) => {
      session = of;
      listenToEvents(socket, of);
      socket.resume();
    },
  };
}

/** For connections that bring their bytes in buffers of their own, as those with TLS do. */
export function useAsItIs(socket: Socket): Connection {
  return {
    socket,
    sender: new SocketSender(socket),
    listen: (session) => {
      listenToEvents(socket, session);
      socket.on('data', (bytes: Buffer) => session.receive(bytes, bytes.length));
    },
  };
}

function listenToEvents(socket: Socket, session: Session): void {
  socket.on('end', () => session.end());
  // What matters is that it closes.
  socket.on('error', () => {});
}
