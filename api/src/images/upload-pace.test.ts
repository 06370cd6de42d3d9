import { expect, it } from 'vitest';
import { callerWith } from '../../test/callers.ts';
import { UploadPace } from './upload-pace.ts';

it('bounds uploads of a minute by token and by address', () => {
  let now = 90_000;
  const pace = new UploadPace({ perMinute: 2, clock: () => now });
  const caller = callerWith('EDITOR');
  const other = { ...caller, tokenId: 'token:2' };
  pace.admit({ caller, address: '192.0.2.1' });
  pace.admit({ caller, address: '192.0.2.2' });
  const refusal = expect.objectContaining({ code: 'TOO_BUSY', retryAfterSeconds: 30 }) as Error;
  expect(() => pace.admit({ caller, address: '192.0.2.3' })).toThrow(refusal);
  expect(() => pace.admit({ caller })).toThrow(refusal);
  pace.admit({ caller: other, address: '192.0.2.1' });
  expect(() => pace.admit({ address: '192.0.2.1' })).toThrow(refusal);
  now = 120_000;
  pace.admit({ caller, address: '192.0.2.1' });
});
