import { Socket } from 'node:net';
import type { Session } from './session.ts';

const READ_BUFFER_BYTES = 256 * 1024;

/** What one read may bring. All plain connections share it: what it holds is dealt with before the next read. */
const readBuffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);

/**
 * Takes an accepted connection over so that its bytes arrive in the shared buffer, without an allocation for each read. Node offers
 * that only to sockets it is told so when they are made (`onread`), which those of a server are not; without the handle that it
 * needs, the socket is used as it is.
 */
export function adopt(accepted: Socket): { socket: Socket; listen(session: Session): void } {
  const holder = accepted as unknown as { _handle?: { reading: boolean } | null };
  const handle = holder._handle;
  if (!handle) return { socket: accepted, listen: (session) => listenToData(accepted, session) };
  holder._handle = null;
  let session: Session | undefined;
  const options = {
    handle,
    allowHalfOpen: true,
    readable: true,
    writable: true,
    // The outbox asks how much is unsent; being told costs a tick with each large write.
    writableHighWaterMark: Number.MAX_SAFE_INTEGER,
    onread: {
      buffer: readBuffer,
      callback: (length: number): boolean => {
        session?.receive(readBuffer, length);
        return true;
      },
    },
  };
  const socket = new Socket(options);
  return {
    socket,
    listen: (of) => {
      session = of;
      listenToEvents(socket, of);
      socket.resume();
    },
  };
}

/** For connections that bring their bytes in buffers of their own, as those with TLS do. */
export function listenToData(socket: Socket, session: Session): void {
  listenToEvents(socket, session);
  socket.on('data', (bytes: Buffer) => session.receive(bytes, bytes.length));
}

function listenToEvents(socket: Socket, session: Session): void {
  socket.on('end', () => session.end());
  // What matters is that it closes.
  socket.on('error', () => {});
}
