import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Who may use the node: the lines `name:password` of the file given with `-Y`. */
export class Credentials {
  readonly #users: { name: Buffer; password: Buffer }[];

  /** @throws if the file cannot be read or a line is not `name:password`. */
  constructor(path: string) {
    const lines = readFileSync(path, 'latin1')
      .split('\n')
      .map((line) => line.replace(/\r$/, ''))
      .filter((line) => line !== '');
    this.#users = lines.map((line, index) => {
      const colon = line.indexOf(':');
      if (colon < 1) throw new Error(`${path}:${index + 1} is not name:password`);
      return { name: digest(line.slice(0, colon)), password: digest(line.slice(colon + 1)) };
    });
    if (this.#users.length === 0) throw new Error(`${path} names nobody`);
  }

  /** Takes the same time whoever is asked about. */
  accept(name: string, password: string): boolean {
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
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'latin1').digest();
}
