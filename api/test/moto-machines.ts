import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EC2 } from '@aws-sdk/client-ec2';
import { SSM } from '@aws-sdk/client-ssm';
import type { Moto } from './moto.ts';

export const NODE_SECRET = 'a-secret-of-the-tests';
export const SECRET_PARAMETER = '/shoal/node-secret';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const LOOK_EVERY_MS = 100;

/** What the script of an instance finds on a machine of ours in place of the real thing. */
const PROGRAMS: Readonly<Record<string, string>> = {
  aws: `case "$1 $2" in 's3 cp') exec cat "$RELEASE";; 'ssm get-parameter') echo "$SECRET";; *) exit 1;; esac`,
  dnf: 'true',
  useradd: 'true',
  chown: 'true',
  install: 'exec mkdir -p "${@: -1}"',
  'systemd-run': `while [ "$1" != -- ]; do shift; done; shift
args=(); for word in "$@"; do [ "$word" = 0.0.0.0 ] && word=$ADDRESS; args+=("$word"); done
exec "\${args[@]}"`,
};

/**
 * Runs what moto only notes down: for each instance of the pools called `real-…` its user data, as a process on an address of its own on the loopback. When the
 * process ends so does the instance, and the other way round.
 */
export class MotoMachines {
  readonly ec2: EC2;
  readonly subnet: string;
  readonly launchTemplate = 'shoal-node';
  readonly #folder: string;
  readonly #processes = new Map<string, ChildProcess>();
  readonly #timer: NodeJS.Timeout;
  #look: Promise<void> = Promise.resolve();
  #isClosed = false;
  /** Runs nothing for a while. */
  isPaused = false;

  private constructor(ec2: EC2, subnet: string) {
    this.ec2 = ec2;
    this.subnet = subnet;
    this.#folder = mkdtempSync(join(tmpdir(), 'shoal-machines-'));
    const bin = join(this.#folder, 'bin');
    mkdirSync(bin);
    for (const [name, script] of Object.entries(PROGRAMS)) {
      writeFileSync(join(bin, name), `#!/bin/bash\n${script}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    const files = ['cache-node/dist', 'cache-node/package.json'];
    execFileSync('tar', ['-czf', join(this.#folder, 'release.tar.gz'), '-C', REPOSITORY, ...files]);
    this.#timer = setInterval(() => {
      this.#look = this.#look.then(() => this.#follow());
    }, LOOK_EVERY_MS);
  }

  static async open(moto: Moto): Promise<MotoMachines> {
    const ec2 = new EC2(moto.client);
    // All of 127.0.0.0/8 is the loopback; another part of it for each run.
    const part = `127.${1 + (process.pid % 250)}`;
    const { Vpc } = await ec2.createVpc({ CidrBlock: `${part}.0.0/16` });
    const { Subnet } = await ec2.createSubnet({ VpcId: Vpc!.VpcId!, CidrBlock: `${part}.1.0/24` });
    const ssm = new SSM(moto.client);
    await ssm.putParameter({ Name: SECRET_PARAMETER, Value: NODE_SECRET, Type: 'SecureString' });
    ssm.destroy();
    const machines = new MotoMachines(ec2, Subnet!.SubnetId!);
    await ec2.createLaunchTemplate({
      LaunchTemplateName: machines.launchTemplate,
      LaunchTemplateData: { ImageId: 'ami-12c6146b', InstanceType: 'm7g.large' },
    });
    return machines;
  }

  /** Ends the process of the instance that runs at the address, or halts it. */
  async signal(address: string, signal: NodeJS.Signals): Promise<void> {
    const instance = (await this.running()).find(({ ip }) => address.startsWith(`${ip}:`))!;
    let child: ChildProcess | undefined;
    while ((child = this.#processes.get(instance.id)) === undefined) await wait();
    child.kill(signal);
    if (signal === 'SIGKILL')
      while ((await this.running()).some(({ id }) => id === instance.id)) await wait();
  }

  /** Instances for which one would have to pay. */
  async running(): Promise<{ id: string; ip: string; pool: string }[]> {
    const { Reservations } = await this.ec2.describeInstances({
      Filters: [{ Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] }],
    });
    return Reservations!.flatMap(({ Instances }) =>
      Instances!.map(({ InstanceId, PrivateIpAddress, Tags }) => ({
        id: InstanceId!,
        ip: PrivateIpAddress!,
        pool: Tags?.find(({ Key }) => Key === 'shoal:pool')?.Value ?? '',
      })),
    );
  }

  /** Ends every instance. */
  async clear(): Promise<void> {
    const ids = (await this.running()).map(({ id }) => id);
    if (ids.length > 0) await this.ec2.terminateInstances({ InstanceIds: ids });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#look;
    await Promise.all([...this.#processes.values()].map(end));
    rmSync(this.#folder, { recursive: true, force: true });
    this.ec2.destroy();
  }

  async #follow(): Promise<void> {
    if (this.#isClosed || this.isPaused) return;
    const running = (await this.running()).filter(({ pool }) => pool.startsWith('real-'));
    for (const { id, ip } of running) if (!this.#processes.has(id)) await this.#boot(id, ip);
    for (const [id, child] of this.#processes) {
      if (running.some((instance) => instance.id === id)) continue;
      this.#processes.delete(id);
      await end(child);
    }
  }

  async #boot(id: string, ip: string): Promise<void> {
    const { UserData } = await this.ec2.describeInstanceAttribute({ InstanceId: id, Attribute: 'userData' });
    const machine = join(this.#folder, id);
    const script = Buffer.from(UserData?.Value ?? '', 'base64')
      .toString()
      .replaceAll('/opt/shoal', `${machine}/opt`)
      .replaceAll('/run/shoal', `${machine}/run`);
    const child = spawn('bash', ['-c', script], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: `${this.#folder}/bin:${process.env['PATH']}`,
        RELEASE: join(this.#folder, 'release.tar.gz'),
        SECRET: NODE_SECRET,
        ADDRESS: ip,
      },
    });
    this.#processes.set(id, child);
    child.once('exit', () => void this.ec2.terminateInstances({ InstanceIds: [id] }).catch(() => {}));
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function wait(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
