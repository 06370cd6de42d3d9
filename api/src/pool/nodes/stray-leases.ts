import { askForLines } from './line-reply.ts';
import type { NodeConnection } from './node-connection.ts';

const MAX_NAMES = 2_000;

/**
 * Names of entries whose lease a node may have given to nobody: they were asked for just before the node froze or the connection
 * broke. Until such a lease runs out, every reader would wait in vain for somebody to fill the entry.
 */
export class StrayLeases {
  readonly #names = new Set<string>();

  add(name: string): void {
    if (this.#names.size < MAX_NAMES) this.#names.add(name);
  }

  /** Removes the empty entries that stand for leases; what has bytes stays. */
  async giveBack(connection: NodeConnection): Promise<void> {
    if (this.#names.size === 0) return;
    const commands = [...this.#names].map((name) => `mg ${name} k s c u\r\n`);
    this.#names.clear();
    const lines = await askForAll(connection, commands);
    const deletions = lines.flatMap((line) => {
      const [, name, cas] = /^HD k(\S+) s0 c(\d+)/.exec(line) ?? [];
      return name === undefined ? [] : [`md ${name} q C${cas}\r\n`];
    });
    if (deletions.length > 0) await askForAll(connection, deletions);
  }
}

async function askForAll(connection: NodeConnection, commands: readonly string[]): Promise<string[]> {
  return await askForLines(connection, `${commands.join('')}mn\r\n`, { isLast: (line) => line === 'MN' });
}
