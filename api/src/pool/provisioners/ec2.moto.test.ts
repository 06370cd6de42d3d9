import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { motoMissing, startMoto, type Moto } from '../../../test/moto.ts';
import { MotoMachines, NODE_SECRET } from '../../../test/moto-machines.ts';
import { SYSTEM_CLOCK } from '../reconciling/clock.ts';
import type { Ec2Api } from './ec2-api.ts';
import { Ec2Provisioner } from './ec2.ts';
import { describeProvisioner, makeSpec } from './provisioner.suite.ts';
import type { Provisioner } from './provisioner.ts';
import { openSdkEc2 } from './sdk-ec2.ts';
import { userData } from './user-data.ts';

// Otherwise than EC2, moto launches again for a token that it knows, shows everything at once, and never runs out of room: the tests
// beside this file cover that. What an instance runs, here runs on this machine.
describe.skipIf(motoMissing)(`EC2${motoMissing ? ` (${motoMissing})` : ''}`, () => {
  let moto: Moto;
  let machines: MotoMachines;
  let pools = 0;

  beforeAll(async () => {
    moto = await startMoto();
    machines = await MotoMachines.open(moto);
  });
  afterAll(async () => {
    await machines?.close();
    await moto?.stop();
  });

  describeProvisioner('The provisioner of instances', async () => {
    const pool = `real-${pools++}`;
    const stops: (() => Promise<void>)[] = [];
    const open = async () => {
      const provisioner = provisionerOf(machines, await apiOf(moto, machines, pool), pool);
      stops.push(listAgainAndAgain(provisioner));
      return provisioner;
    };
    return {
      provisioner: await open(),
      secret: NODE_SECRET,
      reopen: open,
      kill: ({ address }) => machines.signal(address, 'SIGKILL'),
      freeze: ({ address }) => machines.signal(address, 'SIGSTOP'),
      remove: async () => {
        for (const stop of stops) await stop();
        await machines.clear();
      },
    };
  });

  it('has each instance once, wherever the api is killed between launches and stops', async () => {
    machines.isPaused = true;
    let wasKilled = true;
    let kills = 0;
    while (wasKilled) {
      const pool = `killed-${kills}`;
      const counting = countMost(await apiOf(moto, machines, pool));
      const specs = [makeSpec(0), makeSpec(1), makeSpec(2)];
      // What is written down survives; whatever the killed process would have done does not happen.
      wasKilled = await killAfter(kills, counting.api, async (killed) => {
        await bringTo(provisionerOf(machines, killed, pool, 2), specs);
      });
      await bringTo(provisionerOf(machines, counting.api, pool, 2), specs);
      const instances = await counting.api.instances();
      const running = instances.filter(({ state }) => state === 'running').map(({ nodeId }) => nodeId);
      expect(running.toSorted()).toEqual([specs[1]!.id, specs[2]!.id].toSorted());
      expect(counting.most).toBeLessThanOrEqual(2);
      kills += Number(wasKilled);
    }
    await machines.clear();
    machines.isPaused = false;
    expect(kills).toBeGreaterThan(10);
  });
});

/** Two nodes, then the first one is replaced by a third. */
async function bringTo(
  provisioner: Provisioner,
  [first, second, third]: ReturnType<typeof makeSpec>[],
): Promise<void> {
  const isReplaced = (await provisioner.list()).some(({ id }) => id === third!.id);
  if (!isReplaced) {
    await provisioner.launch(first!);
    await provisioner.launch(second!);
    await provisioner.list();
  }
  await provisioner.stop(first!.id);
  await provisioner.launch(third!);
  await provisioner.list();
}

function provisionerOf(machines: MotoMachines, api: Ec2Api, pool: string, maxNodes = 8): Ec2Provisioner {
  return new Ec2Provisioner({
    api,
    pool,
    maxNodes,
    places: [{ subnet: machines.subnet, instanceType: 'm7g.large' }],
    port: 11211,
    startMs: 300_000,
    userData: (spec) =>
      userData(spec, {
        release: 's3://shoal/release.tar.gz',
        secretParameter: '/shoal/node-secret',
        port: 11211,
        maxEntryMiB: 33,
        orphanTimeoutSeconds: 60,
        environment: {},
      }),
    clock: SYSTEM_CLOCK,
    settleMs: 0,
    onTrouble: () => {},
  });
}

async function apiOf(moto: Moto, { launchTemplate }: MotoMachines, pool: string): Promise<Ec2Api> {
  return await openSdkEc2({
    client: moto.client,
    pool,
    launchTemplate,
    clock: SYSTEM_CLOCK,
    random: Math.random,
  });
}

/** As the reconciler does. */
function listAgainAndAgain(provisioner: Provisioner): () => Promise<void> {
  let isStopped = false;
  const rounds = (async () => {
    while (!isStopped) {
      await provisioner.list().catch(() => {}); // It is told of, and asked again.
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  return async () => {
    isStopped = true;
    await rounds;
  };
}

/** Looks after each launch how many run. */
function countMost(api: Ec2Api) {
  const counting = {
    most: 0,
    api: {
      instances: () => api.instances(),
      terminate: (ids) => api.terminate(ids),
      consoleTail: (id) => api.consoleTail(id),
      interrupted: (ids) => api.interrupted(ids),
      launch: async (request) => {
        const launched = await api.launch(request);
        const running = (await api.instances()).filter(
          ({ state }) => state === 'running' || state === 'pending',
        );
        counting.most = Math.max(counting.most, running.length);
        return launched;
      },
    } as Ec2Api,
  };
  return counting;
}

/** Kills when EC2 has done what the nth call asks for: whoever waits for the answer waits for ever. False if it never came so far. */
async function killAfter(nth: number, api: Ec2Api, work: (api: Ec2Api) => Promise<void>): Promise<boolean> {
  let calls = 0;
  let kill = (): void => {};
  const killed = new Promise<true>((resolve) => (kill = () => resolve(true)));
  const step = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (nth > 0) {
      const answer = await ask();
      if (++calls < nth) return answer;
    }
    kill();
    return await new Promise<never>(() => {});
  };
  const killable: Ec2Api = {
    instances: () => step(() => api.instances()),
    launch: (request) => step(() => api.launch(request)),
    terminate: (ids) => step(() => api.terminate(ids)),
    consoleTail: (id) => step(() => api.consoleTail(id)),
    interrupted: (ids) => step(() => api.interrupted(ids)),
  };
  return await Promise.race([killed, work(killable).then(() => false)]);
}
