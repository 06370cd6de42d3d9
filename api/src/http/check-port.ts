import { once } from 'node:events';
import { createServer } from 'node:net';
import { ShoalError } from '../errors.ts';

/**
 * Finds out whether a port can be listened on, before anything else is started.
 * @throws ShoalError UNAVAILABLE with the reason
 */
export async function checkPort(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    await once(server.listen(port, host), 'listening');
  } catch (error) {
    throw cannotListen(host, port, error);
  } finally {
    server.close();
  }
}

function cannotListen(host: string, port: number, cause: unknown): ShoalError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const message =
    code === 'EADDRINUSE'
      ? `Port ${port} on ${host} is in use. Stop what listens there, or set PORT to another one.`
      : code === 'EACCES'
        ? `Port ${port} on ${host} may not be opened by this user. Set PORT to one above 1023.`
        : `HOST ${host} is no address of this machine (${String(code)}). Set HOST to 127.0.0.1 or another one of its own.`;
  return new ShoalError('UNAVAILABLE', message, { cause });
}
