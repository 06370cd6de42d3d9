import { parseArgs } from 'node:util';
import { ShoalError } from '../errors.ts';
import { Role } from './role.ts';
import type { Token, Tokens } from './tokens.ts';

export const TOKEN_HELP = `Makes, lists and revokes tokens, on the machine of a Shoal, whether it runs or not.

  npm run token -- create --role ROLE --name NAME [--days DAYS]
  npm run token -- list
  npm run token -- revoke ID

ROLE is one of ${Object.keys(Role).join(', ')}.
`;

const DAY_MS = 24 * 3_600_000;

/**
 * Carries out one command and returns what it has to say.
 * @throws ShoalError BAD_USER_INPUT, NOT_FOUND
 */
export async function runTokenCommand(
  tokens: Tokens,
  args: readonly string[],
  now: () => number,
): Promise<string> {
  const { positionals, values } = parse(args);
  const [command, id] = positionals;
  switch (command) {
    case 'create': {
      const { role, name, days } = values;
      if (role === undefined || name === undefined) throw usage('create takes --role and --name');
      if (!isRole(role)) throw usage(`--role must be one of ${Object.keys(Role).join(', ')}, not ${role}`);
      const expiresAt = days === undefined ? null : new Date(now() + parseDays(days) * DAY_MS);
      const { secret, token } = await tokens.create({ name, role, expiresAt });
      return `${describe(token)}\nThe token, which is shown this once:\n${secret}\n`;
    }
    case 'list': {
      const all = await tokens.list();
      return all.length === 0
        ? 'There are no tokens but those of settings and files.\n'
        : all.map((token) => `${describe(token)}\n`).join('');
    }
    case 'revoke': {
      if (id === undefined) throw usage('revoke takes the id of a token; list shows them');
      const token = await tokens.revoke(id);
      if (token === undefined) throw new ShoalError('NOT_FOUND', `There is no token with the id ${id}.`);
      return `Revoked: ${describe(token)}\n`;
    }
    case undefined:
    default:
      throw usage('the command must be create, list or revoke');
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { role: { type: 'string' }, name: { type: 'string' }, days: { type: 'string' } },
    });
  } catch (error) {
    throw usage((error as Error).message);
  }
}

function parseDays(text: string): number {
  const days = Number(text);
  if (Number.isFinite(days) && days > 0 && days <= 36_500) return days;
  throw usage(`--days must be a number above 0, not ${text}`);
}

function isRole(text: string): text is Role {
  return Object.hasOwn(Role, text);
}

function describe({ id, role, name, createdAt, expiresAt, lastUsedAt }: Token): string {
  return [
    `${id}  ${role.padEnd(10)}  ${name}`,
    `made ${createdAt.toISOString()}`,
    expiresAt === null ? 'never expires' : `expires ${expiresAt.toISOString()}`,
    lastUsedAt === null ? 'never used' : `used ${lastUsedAt.toISOString()}`,
  ].join(', ');
}

function usage(fault: string): ShoalError {
  return new ShoalError('BAD_USER_INPUT', `${fault}. See: npm run token -- --help`);
}
