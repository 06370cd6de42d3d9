import { ShoalError } from '../errors.ts';

/** Turns what the file system refuses into UNAVAILABLE, with a message without paths; anything else comes back as it is. */
export function diskFault(error: unknown): unknown {
  switch (codeOf(error)) {
    case undefined:
      return error;
    case 'ENOSPC':
    case 'EDQUOT':
      return unavailable('There is no space left to store images. Free some, then try again.', error);
    case 'EMFILE':
    case 'ENFILE':
      return unavailable('Too many files are open. Try again.', error);
    default:
      return unavailable("The folder that holds the images can't be read or written.", error);
  }
}

/** The system's name for the failure of a call to it. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : undefined;
}

function unavailable(message: string, cause: unknown): ShoalError {
  return new ShoalError('UNAVAILABLE', message, { cause });
}
