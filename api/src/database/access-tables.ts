import type { ColumnKit } from './column-kit.ts';

/** Who is let in. */
export function makeAccessTables({ table, index, uniqueIndex, ascii, words, time }: ColumnKit) {
  /** `hash` is the SHA-256 of the secret, in hexadecimal digits. */
  const tokens = table(
    'tokens',
    {
      id: ascii('id', 36).primaryKey(),
      name: words('name', 200).notNull(),
      role: ascii('role', 16).$type<'VIEWER' | 'EDITOR' | 'OPERATOR' | 'ADMIN' | 'AUTOSCALER'>().notNull(),
      hash: ascii('hash', 64).notNull(),
      createdAt: time('created_at').notNull(),
      expiresAt: time('expires_at'),
      lastUsedAt: time('last_used_at'),
    },
    (columns) => [uniqueIndex('tokens_by_hash').on(columns.hash)],
  );

  /** `previousHash` is that of the secret before, which is good a little longer. */
  const sessions = table(
    'sessions',
    {
      id: ascii('id', 43).primaryKey(),
      tokenId: ascii('token_id', 48).notNull(),
      secretHash: ascii('secret_hash', 64).notNull(),
      previousHash: ascii('previous_hash', 64),
      createdAt: time('created_at').notNull(),
      rotatedAt: time('rotated_at').notNull(),
      lastUsedAt: time('last_used_at').notNull(),
    },
    (columns) => [index('sessions_by_token').on(columns.tokenId)],
  );

  return { tokens, sessions };
}
