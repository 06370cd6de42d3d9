import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeSecret } from '../../access/secret.ts';
import { readSecretFile } from '../../access/secret-file.ts';
import { ShoalError } from '../../errors.ts';
import { NODE_USER } from '../nodes/introduction.ts';

const NAME = 'nodes.secret';
const FIRST_LINE = new RegExp(`^${NODE_USER}:([!-~]{26,200})\\r?(?:\\n|$)`);

/**
 * The file `nodes.secret`: lines of `name:password`, all of which our nodes take. We say that of the first line, and read the file again
 * when it has changed, so that a secret is replaced while all runs.
 */
export class NodeSecretFile {
  readonly path: string;
  #secret: string;
  #readState: string;

  private constructor(path: string) {
    this.path = path;
    this.#readState = stateOf(path);
    this.#secret = readFirst(path);
  }

  /**
   * It is made at the first start, and only its owner can read it.
   * @throws ShoalError UNAVAILABLE when it can't be used
   */
  static async open(folder: string): Promise<NodeSecretFile> {
    await readSecretFile({ folder, name: NAME, make: () => `${NODE_USER}:${makeSecret()}` });
    try {
      return new NodeSecretFile(join(folder, NAME));
    } catch (cause) {
      const remedy = `Begin it with a line ${NODE_USER}:SECRET, or remove it, and it is made anew.`;
      throw new ShoalError('UNAVAILABLE', `The file ${NAME} in DATA_DIR can't be used. ${remedy}`, { cause });
    }
  }

  /** What we say now. A file that is no good, as in the middle of being written, changes nothing. */
  current(): string {
    try {
      const state = stateOf(this.path);
      if (state !== this.#readState) {
        this.#secret = readFirst(this.path);
        this.#readState = state;
      }
    } catch {
      // That of before still holds.
    }
    return this.#secret;
  }
}

function readFirst(path: string): string {
  const [, secret] = FIRST_LINE.exec(readFileSync(path, 'latin1')) ?? [];
  if (secret === undefined) throw new Error(`The first line is no ${NODE_USER}:SECRET.`);
  return secret;
}

/** Another one whenever the file has been written or replaced. */
function stateOf(path: string): string {
  const { mtimeMs, size, ino } = statSync(path);
  return `${mtimeMs} ${size} ${ino}`;
}
