import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

interface User {
  readonly name: Buffer;
  readonly password: Buffer;
}

/**
 * Who may use the node: the lines `name:password` of the file given with `-Y`. The file may change while the node runs: whoever connects
 * then must know what it says by then, and who is connected stays.
 */
export class Credentials {
  readonly #path: string;
  #users: readonly User[];
  #readState: string;

  /** @throws if the file cannot be read or a line is not `name:password`. */
  constructor(path: string) {
    this.#path = path;
    this.#readState = stateOf(path);
    this.#users = readUsers(path);
  }

  /** Reads the file again. One that is no good, as in the middle of being written, changes nothing. */
  renew(): void {
    try {
      const state = stateOf(this.#path);
      this.#users = readUsers(this.#path);
      this.#readState = state;
    } catch {
      // Those of before still hold.
    }
  }

  /** Takes the same time whoever is asked about. */
  accept(name: string, password: string): boolean {
    if (this.#hasChanged()) this.renew();
    const nameDigest = digest(name);
    const passwordDigest = digest(password);
    let isAccepted = false;
    for (const user of this.#users) {
      const isName = timingSafeEqual(user.name, nameDigest);
      const isPassword = timingSafeEqual(user.password, passwordDigest);
      if (isName && isPassword) isAccepted = true;
    }
    return isAccepted;
  }

  #hasChanged(): boolean {
    try {
      return stateOf(this.#path) !== this.#readState;
    } catch {
      return false;
    }
  }
}

function readUsers(path: string): readonly User[] {
  const lines = readFileSync(path, 'latin1')
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line !== '');
  const users = lines.map((line, index) => {
    const colon = line.indexOf(':');
    if (colon < 1) throw new Error(`${path}:${index + 1} is not name:password`);
    return { name: digest(line.slice(0, colon)), password: digest(line.slice(colon + 1)) };
  });
  if (users.length === 0) throw new Error(`${path} names nobody`);
  return users;
}

/** Another one whenever the file has been written or replaced. */
function stateOf(path: string): string {
  const { mtimeMs, size, ino } = statSync(path);
  return `${mtimeMs} ${size} ${ino}`;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'latin1').digest();
}
