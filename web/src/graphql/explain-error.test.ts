import { CombinedError } from '@urql/vue';
import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { faultsOf } from './explain-error.ts';

describe('faultsOf', () => {
  it.each([
    ['BAD_USER_INPUT', 'a must be 1; b must be 2.', ['a must be 1.', 'b must be 2.']],
    ['CONFLICT', 'The pool is fixed; ask elsewhere.', ['The pool is fixed; ask elsewhere.']],
  ])('takes %s apart where it names several', (code, message, faults) => {
    const error = new CombinedError({ graphQLErrors: [new GraphQLError(message, { extensions: { code } })] });
    expect(faultsOf(error)).toEqual(faults);
  });
});
