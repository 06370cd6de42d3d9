import { createConnection } from 'node:net';
import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { introduction } from '../nodes/introduction.ts';
import { parseAddress } from '../nodes/node-address.ts';
import type { NodeSpec, Provisioner, RunningNode } from './provisioner.ts';

/** A provisioner for one test. */
export interface ProvisionerUnderTest {
  readonly provisioner: Provisioner;
  /** What its nodes want to be shown first. */
  readonly secret?: string;
  /** Gives another provisioner of the same nodes, as after a restart. */
  reopen(): Promise<Provisioner>;
  /** Ends a node at once, without being asked. */
  kill(node: RunningNode): Promise<void>;
  /** Halts a node so that it runs and does nothing. */
  freeze(node: RunningNode): Promise<void>;
  /** Ends whatever runs, however the test went. */
  remove(): Promise<void>;
}

const PATIENCE = { timeout: 15_000, interval: 10 };

/** What nodes are launched from, each under a new id. */
export function makeSpec(slot: number, config: Partial<NodeSpec['config']> = {}): NodeSpec {
  return {
    id: uuidv7(),
    slot,
    label: `node-${slot}`,
    config: { capacityMiB: 96, evictionPolicy: 'sieve', copyLimitMiBps: 50, version: 1, ...config },
    epoch: 7,
  };
}

/** The line that a node answers; empty while it does not. */
export async function ask({ address }: RunningNode, command: string, secret?: string): Promise<string> {
  const before = secret === undefined ? '' : introduction(secret);
  return await new Promise((resolve) => {
    let reply = '';
    const socket = createConnection(parseAddress(address), () => socket.write(`${before}${command}\r\n`));
    socket
      .on('error', () => {})
      .once('close', () => resolve(reply.split('\r\n')[before === '' ? 0 : 1] ?? ''));
    socket.setEncoding('utf8').on('data', (text: string) => {
      reply += text;
      if (reply.split('\r\n').length > (before === '' ? 1 : 2)) socket.destroy();
    });
  });
}

export async function answers(node: RunningNode, secret?: string): Promise<void> {
  await vi.waitUntil(async () => (await ask(node, 'version', secret)) !== '', PATIENCE);
}

/** The behaviour that every provisioner must show that launches nodes. */
export function describeProvisioner(name: string, make: () => Promise<ProvisionerUnderTest>): void {
  describe(name, () => {
    let underTest: ProvisionerUnderTest;
    let provisioner: Provisioner;

    beforeEach(async () => {
      underTest = await make();
      provisioner = underTest.provisioner;
    });
    afterEach(async () => await underTest.remove());

    const ids = async (of: Provisioner) => (await of.list()).map(({ id }) => id).toSorted();

    test('is elastic and has no nodes at first', async () => {
      expect(provisioner.isElastic).toBe(true);
      expect(await provisioner.list()).toEqual([]);
    });

    test('launches nodes with the policy asked for and lists them until they are stopped', async () => {
      const specs = [makeSpec(0, { evictionPolicy: 's3-fifo' }), makeSpec(2)];
      const nodes = await Promise.all(specs.map((spec) => provisioner.launch(spec)));
      expect(nodes).toMatchObject(specs.map(({ id, slot }) => ({ id, slot })));
      expect(await provisioner.list()).toEqual(expect.arrayContaining(nodes));
      await Promise.all(nodes.map((node) => answers(node, underTest.secret)));
      expect(await ask(nodes[0]!, 'policy', underTest.secret)).toBe('POLICY s3-fifo');
      expect(await ask(nodes[1]!, 'policy', underTest.secret)).toBe('POLICY sieve');

      await provisioner.stop(nodes[0]!.id);
      expect(await provisioner.list()).toEqual([nodes[1]]);
      // A machine may run on for a moment after its end was taken down.
      await vi.waitUntil(async () => (await ask(nodes[0]!, 'version', underTest.secret)) === '', PATIENCE);
    });

    test('finds what was launched under an id before instead of launching it again', async () => {
      const spec = makeSpec(1);
      const [first, second] = await Promise.all([provisioner.launch(spec), provisioner.launch(spec)]);
      expect(second).toEqual(first);
      const pid = await processOf(first, underTest.secret);
      expect(await provisioner.launch({ ...spec, config: makeSpec(1, { version: 2 }).config })).toEqual(
        first,
      );
      expect(await processOf(first, underTest.secret)).toBe(pid);
      expect(await provisioner.list()).toEqual([first]);
    });

    test('tells nodes apart that have the same slot', async () => {
      const [before, after] = await Promise.all([0, 0].map((slot) => provisioner.launch(makeSpec(slot))));
      expect(await ids(provisioner)).toEqual([before!.id, after!.id].toSorted());
      await provisioner.stop(before!.id);
      await answers(after!, underTest.secret);
      expect(await ids(provisioner)).toEqual([after!.id]);
    });

    test('stops a node that has just been launched, twice, and one that never was', async () => {
      const { id } = await provisioner.launch(makeSpec(0));
      await Promise.all([provisioner.stop(id), provisioner.stop(id)]);
      await provisioner.stop(id);
      await provisioner.stop(uuidv7());
      expect(await provisioner.list()).toEqual([]);
    });

    test('stops a node that is frozen', async () => {
      const node = await provisioner.launch(makeSpec(0));
      await answers(node, underTest.secret);
      await underTest.freeze(node);
      expect(await provisioner.list()).toEqual([node]);
      await provisioner.stop(node.id);
      expect(await provisioner.list()).toEqual([]);
    });

    test('knows after a restart what was launched before, frozen or not, and stops it', async () => {
      const specs = [makeSpec(0), makeSpec(1)];
      const nodes = await Promise.all(specs.map((spec) => provisioner.launch(spec)));
      await Promise.all(nodes.map((node) => answers(node, underTest.secret)));
      await underTest.freeze(nodes[1]!);
      const restarted = await underTest.reopen();
      expect(await restarted.launch(specs[1]!)).toEqual(nodes[1]);
      expect(await restarted.list()).toEqual(expect.arrayContaining(nodes));
      expect(await restarted.list()).toHaveLength(2);
      await (await underTest.reopen()).stop(nodes[1]!.id);
      expect(await restarted.list()).toEqual([nodes[0]]);
      await restarted.stop(nodes[0]!.id);
      expect(await provisioner.list()).toEqual([]);
    });

    test('tells that a node has ended by itself, also one launched before a restart', async () => {
      const node = await provisioner.launch(makeSpec(0));
      const restarted = await underTest.reopen();
      expect(await restarted.list()).toEqual([node]);
      const told = [provisioner, restarted].map((of) => {
        const listener = vi.fn<(id: string, reason: string) => void>();
        of.onEnded(listener);
        return listener;
      });
      const silenced = vi.fn();
      provisioner.onEnded(silenced)();
      await underTest.kill(node);
      for (const listener of told) {
        await vi.waitUntil(() => listener.mock.calls.length > 0, PATIENCE);
        expect(listener.mock.calls).toEqual([[node.id, expect.stringMatching(/\w+ ended/)]]);
      }
      expect(silenced).not.toHaveBeenCalled();
      expect(await provisioner.list()).toEqual([]);
      expect(await restarted.list()).toEqual([]);
    });

    test('does not tell of a node that was stopped', async () => {
      const listener = vi.fn();
      provisioner.onEnded(listener);
      const [asked, other] = await Promise.all([0, 1].map((slot) => provisioner.launch(makeSpec(slot))));
      await provisioner.stop(asked!.id);
      await underTest.kill(other!);
      await vi.waitUntil(() => listener.mock.calls.length > 0, PATIENCE);
      expect(listener.mock.calls).toEqual([[other!.id, expect.any(String)]]);
    });

    test('launches a node anew under the id of one that has ended', async () => {
      const spec = makeSpec(0);
      const first = await provisioner.launch(spec);
      const pid = await processOf(first, underTest.secret);
      await underTest.kill(first);
      const second = await provisioner.launch(spec);
      expect(await processOf(second, underTest.secret)).not.toBe(pid);
      expect(await ids(provisioner)).toEqual([spec.id]);
    });
  });
}

async function processOf(node: RunningNode, secret: string | undefined): Promise<string> {
  await answers(node, secret);
  return await ask(node, 'stats', secret);
}
