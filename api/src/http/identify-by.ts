import { readAuthorization, readCredential } from '../access/credential.ts';
import type { Gate } from '../access/gate.ts';
import type { IdentifyCaller } from '../graphql/context.ts';
import type { RequestLog } from './request-log.ts';

/** Has the gate find out who asks, and the log, where there is one, told. */
export function identifyBy(gate: Gate, requestLog: RequestLog | undefined): IdentifyCaller {
  return (headers, authorization) => {
    const found = gate.identify(
      authorization === undefined ? readCredential(headers) : readAuthorization(authorization),
    );
    requestLog?.note(headers, found);
    return found;
  };
}
