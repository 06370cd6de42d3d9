import type { CombinedError } from '@urql/vue';

/** The api's code for the first fault, for instance CONFLICT; undefined where the api did not answer. */
export function codeOf(error: CombinedError): string | undefined {
  const code = error.graphQLErrors[0]?.extensions['code'];
  return typeof code === 'string' ? code : undefined;
}

/** A failure in the words of the api, which names the thing and the remedy, or in ours where the api could not be reached. */
export function explainError(error: CombinedError): string {
  if (error.graphQLErrors[0]) return error.graphQLErrors[0].message;
  if (typeof navigator !== 'undefined' && !navigator.onLine) return 'This device is offline.';
  return 'The server can’t be reached.';
}

/** A failure fault by fault: the api tells all faults of an input in one message, with semicolons between. */
export function faultsOf(error: CombinedError): readonly string[] {
  const message = explainError(error);
  if (codeOf(error) !== 'BAD_USER_INPUT') return [message];
  return message.split('; ').map((fault) => fault.replace(/\.?$/, '.'));
}
