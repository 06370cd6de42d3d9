import type { Exchange, Operation } from '@urql/vue';
import { filter, makeSubject, merge, pipe, tap } from 'wonka';
import { codeOf } from './explain-error.ts';

export interface SignInGate {
  /** Says that the api no longer knows who asks. */
  expire(): void;
  /** Resolves when somebody is signed in. */
  whenIn(): Promise<void>;
}

/** Keeps queries and mutations that the api refuses to a stranger, and sends them again once somebody has signed in. */
export function signInExchange(gate: SignInGate): Exchange {
  return ({ forward }) =>
    (operations) => {
      const again = makeSubject<Operation>();
      /** Who waits for an answer, by key. */
      const kept = new Map<number, Operation>();
      const fresh = pipe(
        operations,
        tap((operation) => {
          if (operation.kind === 'teardown') kept.delete(operation.key);
        }),
      );
      return pipe(
        merge([fresh, again.source]),
        forward,
        filter(({ operation, error }) => {
          const isRefused = error !== undefined && codeOf(error) === 'UNAUTHENTICATED';
          if (!isRefused || operation.kind === 'subscription') return true;
          kept.set(operation.key, operation);
          gate.expire();
          void gate.whenIn().then(() => {
            if (kept.delete(operation.key)) again.next(operation);
          });
          return false;
        }),
      );
    };
}
