import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runTokenCommand, TOKEN_HELP } from './access/token-command.ts';
import { Tokens } from './access/tokens.ts';
import { ConfigError, readConfig } from './config.ts';
import { openDatabase } from './database/open-database.ts';
import { ShoalError } from './errors.ts';
import { makeNewId } from './ordered-id.ts';

/** `npm run token`: see TOKEN_HELP. Works on the database, beside the api. */
const args = process.argv.slice(2);
try {
  if (args.length === 0 || args.includes('--help')) process.stdout.write(TOKEN_HELP);
  else process.stdout.write(await run());
} catch (error) {
  if (!(error instanceof ShoalError || error instanceof ConfigError)) throw error;
  process.stderr.write(`Shoal: ${error.message}\n`);
  process.exitCode = 1;
}

async function run(): Promise<string> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const { DATABASE_URL, DATABASE_CA, DATA_DIR } = readConfig(process.env);
  const file = join(DATA_DIR, 'shoal.db');
  if (DATABASE_URL === undefined && !existsSync(file)) {
    throw new ShoalError(
      'NOT_FOUND',
      `There is no Shoal in DATA_DIR ${DATA_DIR}. Start one first, or set DATA_DIR.`,
    );
  }
  const database = await openDatabase(
    DATABASE_URL === undefined ? { file } : { url: DATABASE_URL, ca: DATABASE_CA },
  );
  try {
    const now = Date.now;
    return await runTokenCommand(new Tokens({ database, fixed: [], now, newId: makeNewId(now) }), args, now);
  } finally {
    await database.close();
  }
}
