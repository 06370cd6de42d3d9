import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { peek, type RunningWarmNode, type WarmNodes } from '../../../test/warm-nodes.ts';
import {
  countOf,
  type FillOptions,
  LOG,
  namesOwnedBy,
  openFilledNodes,
  ringOf,
  taskFor,
  warmer,
} from '../../../test/warm-pool.ts';
import { PoolWarmer } from './pool-warmer.ts';
import { Ring } from '../routing/ring.ts';
import type { WarmingTask } from './warming.ts';

const COUNT = 3_000;

describe('a warming pass that does not go smoothly', () => {
  let nodes: WarmNodes;

  afterEach(async () => {
    await nodes.close();
  });

  async function fill(options: FillOptions, sizeOf?: (i: number) => number): Promise<string[]> {
    const filled = await openFilledNodes(options, sizeOf);
    ({ nodes } = filled);
    return filled.names;
  }

  function task(members: readonly string[], more: Partial<WarmingTask> = {}): WarmingTask {
    return taskFor(nodes, members, more);
  }

  test('stops at once when it is aborted, and gives its leases back', async () => {
    const names = await fill({ size: 2, members: 1 });
    const abort = new AbortController();
    const warming = warmer().warm(
      task(['node-1'], {
        signal: abort.signal,
        limitMiBps: () => 20,
        onProgress: ({ entriesCopied }) => {
          if (entriesCopied > 0) abort.abort(new Error('another epoch'));
        },
      }),
    );
    await expect(warming).rejects.toThrow('another epoch');
    const copied = await countOf(nodes.all[1]!, names);
    expect(copied).toBeGreaterThan(0);
    expect(copied).toBeLessThan(COUNT);
    const leases = await Promise.all(names.map((name) => hasLease(nodes.all[1]!, name)));
    expect(leases).not.toContain(true);
  });

  test('copies nothing while the limit is 0, goes on when it is not, and can be aborted meanwhile', async () => {
    const names = await fill({ size: 2, members: 1, count: 300 });
    const clock = new SteppedClock();
    let limit = 0;
    const warm = (signal?: AbortSignal) =>
      new PoolWarmer({ mayBeRead: () => true, log: LOG, clock }).warm(
        task(['node-1'], { limitMiBps: () => limit, ...(signal === undefined ? {} : { signal }) }),
      );
    const abort = new AbortController();
    const aborted = warm(abort.signal);
    await clock.whenAt(10_000);
    expect(await countOf(nodes.all[1]!, names)).toBe(0);
    abort.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');

    const warming = warm();
    await clock.whenAt(20_000);
    expect(await countOf(nodes.all[1]!, names)).toBe(0);
    limit = 1;
    const startedAt = clock.now();
    const { bytesCopied } = await warming;
    expect(await countOf(nodes.all[1]!, names)).toBe(300);
    // The last entry's debt is not waited for, and a tenth of a second may have been saved.
    const seconds = (clock.now() - startedAt) / 1000;
    expect(seconds).toBeGreaterThan(bytesCopied / 2 ** 20 - 0.2);
    expect(seconds).toBeLessThan(bytesCopied / 2 ** 20 + 0.5);
  });

  describe.each(['SIGKILL', 'SIGSTOP'] as const)('when a node gets %s in the middle', (signal) => {
    test.each([
      { role: 'source', slot: 0 },
      { role: 'target', slot: 3 },
    ])('leaves it out if it is a $role, and copies the rest', async ({ slot }) => {
      const names = await fill({ size: 4, members: 2, count: 6_000 });
      const members = ['node-2', 'node-3'];
      const [before, after] = [ringOf(2), new Ring(members)];
      let hasFailed = false;
      const result = await warmer({ silenceMs: 3_000 }).warm(
        task(members, {
          limitMiBps: () => 30,
          onProgress({ entriesCopied }) {
            if (entriesCopied === 0 || hasFailed) return;
            hasFailed = true;
            nodes.all[slot]!.process.kill(signal);
          },
        }),
      );
      expect(hasFailed).toBe(true);
      expect(result.entriesCopied).toBeLessThan(6_000);
      expect(result.entriesTotal).toBe(result.entriesCopied);
      const failed = `node-${slot}`;
      const isSpared = (name: string): boolean =>
        before.owner(name.slice(0, 32)) !== failed && after.owner(name.slice(0, 32)) !== failed;
      const spared = names.filter(isSpared);
      expect(spared.length).toBeGreaterThan(1_000);
      for (const name of spared) expect(await peek(nodes.ownerOf(after, name).client, name)).toBeDefined();
    });
  });

  test('goes without a node that can not be connected to', async () => {
    const names = await fill({ size: 2, members: 1, count: 100 });
    const gone = { label: 'node-7', address: 'unix:/nonexistent/socket' };
    const messages: object[] = [];
    const log = { warn: (fields: object) => messages.push(fields) };
    const result = await new PoolWarmer({ mayBeRead: () => true, log }).warm(
      task(['node-1', 'node-7'], { nodes: [...nodes.nodes, gone] }),
    );
    const ring = new Ring(['node-1', 'node-7']);
    expect(result.entriesCopied).toBe(namesOwnedBy(ring, names, 'node-1').length);
    expect(messages).toEqual([{ node: 'node-7', reason: expect.stringContaining('ENOENT') as string }]);
  });
});

async function hasLease({ client }: RunningWarmNode, name: string): Promise<boolean> {
  const reply = await client.ask(`mg ${name} u s\r\n`);
  return reply.startsWith('HD') && / Z/.test(reply);
}

/** Time passes only while somebody sleeps, and each sleep gives way to all else. */
class SteppedClock {
  #now = 0;
  #waiting: { readonly at: number; readonly resolve: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  async whenAt(at: number): Promise<void> {
    await new Promise<void>((resolve) => this.#waiting.push({ at, resolve }));
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.#now += ms;
    for (const { at, resolve } of this.#waiting) if (at <= this.#now) resolve();
    this.#waiting = this.#waiting.filter(({ at }) => at > this.#now);
    await setTimeout(1, undefined, { signal });
  }
}
