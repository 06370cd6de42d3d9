import { beforeEach, describe, expect, it } from 'vitest';
import { FakeEc2 } from '../../../test/fake-ec2.ts';
import { VirtualTime } from '../../../test/pool-simulation/virtual-time.ts';
import { Ec2Provisioner, type Ec2ProvisionerOptions } from './ec2.ts';
import { placesOf } from './ec2-api.ts';
import { makeSpec } from './provisioner.suite.ts';

let time: VirtualTime;
let ec2: FakeEc2;
let showAfterMs: number;

beforeEach(() => {
  time = new VirtualTime(1);
  showAfterMs = 0;
  ec2 = new FakeEc2(clock(), () => showAfterMs);
});

describe('a launch on EC2', () => {
  it('gives the node its tags, and its token', async () => {
    const spec = makeSpec(3);
    const node = await within(open().launch(spec));
    expect(node).toEqual({ id: spec.id, slot: 3, address: '10.0.0.1:11211' });
    expect(ec2.asked.filter((what) => what.startsWith('launch'))).toEqual([`launch ${spec.id}.0.0`]);
  });

  it('is not made twice by one who goes on where another was killed, though EC2 does not show it yet', async () => {
    showAfterMs = 8_000;
    const spec = makeSpec(0);
    const first = await within(open().launch(spec));
    expect(await within(open().launch(spec))).toEqual(first);
    expect(ec2.asked.filter((what) => what.startsWith('launch'))).toHaveLength(1);
  });

  it('that was made with other parameters is found by its tag', async () => {
    showAfterMs = 25_000;
    const spec = makeSpec(0);
    const first = await within(open({ settleMs: 0 }).launch(spec));
    const other = open({ settleMs: 30_000, userData: () => 'another release' });
    const found = other.launch({ ...spec, epoch: 99 });
    // Before it is shown, so that it is launched again.
    const hasty = open({ settleMs: 0, userData: () => 'a third one' });
    await expect(within(hasty.launch({ ...spec, epoch: 98 }))).rejects.toThrow(
      'it was launched before, and EC2 does not show its instance',
    );
    expect(await within(found)).toEqual(first);
    expect(ec2.running).toHaveLength(1);
  });

  it('goes to the next subnet, then to the next type, where there is no room', async () => {
    ec2.refusals.set('m7g.large', 'InsufficientInstanceCapacity');
    const places = placesOf(['subnet-a', 'subnet-b'], ['m7g.large', 'm6g.large']);
    const spec = makeSpec(0);
    await within(open({ places }).launch(spec));
    expect(ec2.asked.filter((what) => what.startsWith('launch'))).toEqual(
      [0, 1, 2].map((index) => `launch ${spec.id}.0.${index}`),
    );
    ec2.refusals.set('m6g.large', 'VcpuLimitExceeded');
    await expect(within(open({ places }).launch(makeSpec(1)))).rejects.toThrow(
      'EC2 has no room for it in any of 4 places (m7g.large in subnet-a: InsufficientInstanceCapacity, m7g.large in subnet-b: InsufficientInstanceCapacity, m6g.large in subnet-a: VcpuLimitExceeded, m6g.large in subnet-b: VcpuLimitExceeded)',
    );
  });

  it('that is refused for another reason ends there', async () => {
    ec2.refusals.set(undefined, 'InvalidLaunchTemplateName.NotFoundException');
    await expect(within(open().launch(makeSpec(0)))).rejects.toThrow(/InvalidLaunchTemplateName/);
  });

  it('is refused where as many run as there may be, side by side too', async () => {
    const provisioner = open({ maxNodes: 3 });
    const launches = [0, 1, 2, 3, 4].map((slot) =>
      provisioner.launch(makeSpec(slot)).then(() => 'launched', String),
    );
    const outcomes = await within(Promise.all(launches));
    expect(outcomes.filter((outcome) => outcome === 'launched')).toHaveLength(3);
    expect(outcomes.at(-1)).toMatch('3 instances run or are being launched, and there may be no more than 3');
    expect(ec2.running).toHaveLength(3);
  });

  it('under the id of one that has ended gets another token', async () => {
    const provisioner = open();
    const spec = makeSpec(0);
    await within(provisioner.launch(spec));
    ec2.end('i-1', 'Server.InternalError');
    await within(provisioner.launch(spec));
    expect(ec2.asked.filter((what) => what.startsWith('launch')).at(-1)).toBe(`launch ${spec.id}.1.0`);
  });
});

describe('the instances of a pool', () => {
  it('are listed at once, also before EC2 shows them, and no more when it never does', async () => {
    showAfterMs = 3_600_000;
    const provisioner = open();
    const node = await within(provisioner.launch(makeSpec(0)));
    expect(await within(provisioner.list())).toEqual([node]);
    await time.pass(60_000);
    expect(await within(provisioner.list())).toEqual([]);
  });

  it('that end behind our back are told of, with the reason of EC2', async () => {
    const { provisioner, told } = listened();
    const [one, other] = [makeSpec(0), makeSpec(1)];
    for (const spec of [one, other]) await within(provisioner.launch(spec));
    await within(provisioner.list());
    ec2.end('i-1', 'Server.SpotInstanceTermination: Spot instance termination');
    await within(provisioner.stop(other.id));
    expect(await within(provisioner.list())).toEqual([]);
    expect(told).toEqual([
      [one.id, 'its instance i-1 has ended: Server.SpotInstanceTermination: Spot instance termination'],
    ]);
  });

  it('that are halted are ended, for their memory is lost', async () => {
    const { provisioner, told } = listened();
    await within(provisioner.launch(makeSpec(0)));
    await within(provisioner.list());
    ec2.end('i-1', 'Client.UserInitiatedShutdown', 'stopped');
    expect(await within(provisioner.list())).toEqual([]);
    expect(ec2.asked.at(-1)).toBe('terminate i-1');
    expect(told).toHaveLength(1);
  });

  it('are one for each node: a second one is ended', async () => {
    const spec = makeSpec(0);
    const request = { place: {}, tags: { 'shoal:node': spec.id, 'shoal:slot': '0' }, userData: '' };
    for (const clientToken of ['a', 'b']) await ec2.launch({ ...request, clientToken });
    expect(await within(open().list())).toMatchObject([{ id: spec.id, address: '10.0.0.1:11211' }]);
    expect(ec2.running.map(({ instanceId }) => instanceId)).toEqual(['i-1']);
  });

  it('that EC2 is about to take away are listed with the notice', async () => {
    ec2.isSpot = true;
    const provisioner = open();
    for (const slot of [0, 1]) await within(provisioner.launch(makeSpec(slot)));
    await within(provisioner.list());
    ec2.interruptedRequests.add('sir-2');
    await time.pass(5_000);
    const notices = (await within(provisioner.list())).map(({ notice }) => notice);
    expect(notices).toEqual([undefined, 'EC2 takes its spot instance away within two minutes']);
    await within(provisioner.list());
    expect(ec2.asked.filter((what) => what === 'interrupted')).toHaveLength(2);
  });

  it('that somebody has tagged to be retired are listed with that notice', async () => {
    const provisioner = open();
    await within(provisioner.launch(makeSpec(0)));
    ec2.retire('i-1');
    expect(await within(provisioner.list())).toMatchObject([
      { notice: 'its instance has the tag shoal:retire' },
    ]);
    expect(ec2.asked).not.toContain('interrupted');
  });

  it('tell their last words', async () => {
    const provisioner = open();
    const spec = makeSpec(0);
    await within(provisioner.launch(spec));
    ec2.console = 'cloud-init: dnf: no route to host';
    expect(await within(provisioner.lastWords(spec.id))).toBe('cloud-init: dnf: no route to host');
    expect(await within(provisioner.lastWords('unknown'))).toBe('');
  });
});

function open(options: Partial<Ec2ProvisionerOptions> = {}): Ec2Provisioner {
  return new Ec2Provisioner({
    api: ec2,
    pool: 'test',
    maxNodes: 8,
    places: [{}],
    port: 11211,
    startMs: 300_000,
    userData: ({ label }) => label,
    clock: clock(),
    onTrouble: () => {},
    ...options,
  });
}

function listened() {
  const provisioner = open();
  const told: [string, string][] = [];
  provisioner.onEnded((id, reason) => told.push([id, reason]));
  return { provisioner, told };
}

function clock() {
  return {
    now: () => time.now,
    after: (ms: number, callback: () => void) => {
      time.after(ms, callback);
      return () => {};
    },
  };
}

/** Lets time pass until it is settled. */
async function within<T>(promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const settled = () => (isSettled = true);
  promise.then(settled, settled);
  await new Promise<void>((resolve) => process.nextTick(resolve));
  for (let turn = 0; turn < 100 && !isSettled; turn++) await time.pass(1_000, () => isSettled);
  return await promise;
}
