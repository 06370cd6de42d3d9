import { DrizzleQueryError } from 'drizzle-orm';
import { ShoalError } from '../errors.ts';
import { ConnectionLost, Contention, DuplicateRow } from './database.ts';

/** What the server answers when it, not the statement, is the trouble; nothing was done. */
const SERVER_TROUBLE = new Set([
  'ER_ACCESS_DENIED_ERROR',
  'ER_BAD_DB_ERROR',
  'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION',
  'ER_CON_COUNT_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_DISK_FULL',
  'ER_HOST_NOT_PRIVILEGED',
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_READ_ONLY_MODE',
  'ER_RECORD_FILE_FULL',
  'ER_SERVER_SHUTDOWN',
  'ER_TOO_MANY_USER_CONNECTIONS',
]);

/** What the server answers when others were in the way; nothing was done. */
const CONTENTION = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT']);

/** What the server says when it ends a statement or connection in the middle. */
const KILLED = new Set([
  'ER_CONNECTION_KILLED',
  'ER_NORMAL_SHUTDOWN',
  'ER_QUERY_INTERRUPTED',
  'ER_QUERY_TIMEOUT',
]);

/** What the system says when no connection came about, so that nothing can have been done. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** What is told of a certificate, or of its absence. */
const NOT_TRUSTED = new Set(['HANDSHAKE_SSL_ERROR', 'HANDSHAKE_NO_SSL_SUPPORT']);

/** Runs work with MySQL and makes its errors Shoal's. */
export async function translatingErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const cause = causeOf(error);
    if (cause instanceof ShoalError || !(cause instanceof Error)) throw cause;
    if (wasNotSent(cause)) throw unusable(cause);
    if (!('code' in cause)) throw cause;
    const code = String(cause.code);
    if (code === 'ER_DUP_ENTRY') throw new DuplicateRow({ cause });
    if (CONTENTION.has(code)) throw new Contention({ cause });
    if (SERVER_TROUBLE.has(code) || NOT_CONNECTED.has(code)) throw unusable(cause);
    if (NOT_TRUSTED.has(code)) {
      throw new ShoalError(
        'UNAVAILABLE',
        'The database shows no certificate that DATABASE_CA vouches for. Set it to what has signed the certificate: rds, or a file.',
        { cause },
      );
    }
    // Only the server's own answers have a state; all else is a connection that broke.
    if (KILLED.has(code) || !('sqlState' in cause)) throw new ConnectionLost({ cause });
    throw cause;
  }
}

/** The connection had broken before the statement. */
function wasNotSent(error: Error): boolean {
  return error.message.includes('when connection is in closed state');
}

/**
 * Whether the connection is to be given up after an error: it has broken, or leads to a server that takes no writes any more, as
 * after a failover, when the name leads to another one already.
 */
export function spoilsConnection(error: unknown): boolean {
  const cause = causeOf(error);
  if (!(cause instanceof Error)) return false;
  if (!('sqlState' in cause)) return 'code' in cause || wasNotSent(cause);
  const code = 'code' in cause ? String(cause.code) : '';
  return SERVER_TROUBLE.has(code) || KILLED.has(code);
}

function causeOf(error: unknown): unknown {
  return error instanceof DrizzleQueryError ? (error.cause ?? error) : error;
}

function unusable(cause: unknown): ShoalError {
  return new ShoalError('UNAVAILABLE', "The database can't be used now. Try again later.", { cause });
}
