import type { EC2, EC2ClientConfig, Instance } from '@aws-sdk/client-ec2';
import type { Clock } from '../reconciling/clock.ts';
import { Ec2Refusal, type Ec2Api, type Ec2Instance, type LaunchRequest } from './ec2-api.ts';
import { retryRefusals } from './retry-refusals.ts';

export interface SdkEc2Options {
  /** Region, endpoint and credentials are found as by every AWS SDK, unless given. */
  readonly client?: EC2ClientConfig;
  readonly pool: string;
  /** `ID-or-name` or `ID-or-name:VERSION`; without a version its default. */
  readonly launchTemplate: string;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** Shorter than a look at the pool may take. */
const READ_LIMIT_MS = 1_500;
const WRITE_LIMIT_MS = 15_000;
const PAGE_SIZE = 1_000;
const MAX_CONSOLE_CHARACTERS = 500;
const SLOW_DOWN = /^(RequestLimitExceeded|Throttling|ThrottlingException|RequestThrottled)$/;
/** Source: "Get the status of a Spot Instance request". */
const INTERRUPTED_CODES = ['marked-for-termination', 'marked-for-stop'];

/** EC2 through AWS's SDK, which is loaded only here: it takes long, and who has no EC2 should not wait for it. */
export async function openSdkEc2(options: SdkEc2Options): Promise<Ec2Api> {
  const { EC2: Client } = await import('@aws-sdk/client-ec2');
  return new SdkEc2(new Client({ maxAttempts: 1, ...options.client }), options);
}

class SdkEc2 implements Ec2Api {
  readonly #ec2: EC2;
  readonly #options: SdkEc2Options;

  constructor(ec2: EC2, options: SdkEc2Options) {
    this.#ec2 = ec2;
    this.#options = options;
  }

  async instances(): Promise<readonly Ec2Instance[]> {
    const found: Ec2Instance[] = [];
    let page: string | undefined;
    do {
      const { Reservations, NextToken } = await this.#ask('ec2:DescribeInstances', READ_LIMIT_MS, () =>
        this.#ec2.describeInstances({
          Filters: [{ Name: 'tag:shoal:pool', Values: [this.#options.pool] }],
          MaxResults: PAGE_SIZE,
          NextToken: page,
        }),
      );
      const instances = (Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []);
      found.push(...instances.flatMap((instance) => toInstance(instance) ?? []));
      page = NextToken;
    } while (page !== undefined && page !== '');
    return found;
  }

  async launch({ place, clientToken, tags, userData }: LaunchRequest): Promise<Ec2Instance> {
    const { subnet, instanceType } = place;
    const tagList = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    const { Instances } = await this.#ask('ec2:RunInstances', WRITE_LIMIT_MS, () =>
      this.#ec2.runInstances({
        LaunchTemplate: parseLaunchTemplate(this.#options.launchTemplate),
        MinCount: 1,
        MaxCount: 1,
        ClientToken: clientToken,
        ...(subnet !== undefined && { SubnetId: subnet }),
        ...(instanceType !== undefined && {
          InstanceType: instanceType as NonNullable<Instance['InstanceType']>,
        }),
        UserData: Buffer.from(userData).toString('base64'),
        TagSpecifications: (['instance', 'volume'] as const).map((ResourceType) => ({
          ResourceType,
          Tags: tagList,
        })),
      }),
    );
    const instance = Instances?.[0] && toInstance(Instances[0]);
    if (instance === undefined) throw new Error('EC2 answers a launch without the instance');
    return instance;
  }

  async terminate(instanceIds: readonly string[]): Promise<void> {
    try {
      await this.#ask('ec2:TerminateInstances', WRITE_LIMIT_MS, () =>
        this.#ec2.terminateInstances({ InstanceIds: [...instanceIds] }),
      );
    } catch (error) {
      // None of them is terminated then, if there were several.
      const isGone = error instanceof Ec2Refusal && error.code === 'InvalidInstanceID.NotFound';
      if (!isGone) throw error;
      if (instanceIds.length > 1) for (const id of instanceIds) await this.terminate([id]);
    }
  }

  async consoleTail(instanceId: string): Promise<string> {
    const { Output } = await this.#ask('ec2:GetConsoleOutput', WRITE_LIMIT_MS, () =>
      this.#ec2.getConsoleOutput({ InstanceId: instanceId }),
    );
    const text = Buffer.from(Output ?? '', 'base64').toString('utf8');
    return printable(text).slice(-MAX_CONSOLE_CHARACTERS);
  }

  async interrupted(spotRequestIds: readonly string[]): Promise<ReadonlySet<string>> {
    const { SpotInstanceRequests } = await this.#ask('ec2:DescribeSpotInstanceRequests', READ_LIMIT_MS, () =>
      this.#ec2.describeSpotInstanceRequests({ SpotInstanceRequestIds: [...spotRequestIds] }),
    );
    const marked = (SpotInstanceRequests ?? []).filter(({ Status }) =>
      INTERRUPTED_CODES.includes(Status?.Code ?? ''),
    );
    return new Set(marked.map(({ SpotInstanceRequestId }) => SpotInstanceRequestId!));
  }

  /** @param action what the role must be allowed to */
  async #ask<T>(action: string, withinMs: number, ask: () => Promise<T>): Promise<T> {
    const { clock, random } = this.#options;
    const isWorthIt = (error: unknown) => SLOW_DOWN.test((error as Error).name) || statusOf(error) >= 500;
    try {
      return await retryRefusals({ clock, random, withinMs, isWorthIt }, ask);
    } catch (error) {
      throw toRefusal(action, error as Error);
    }
  }
}

/** An error of the service has its code for a name, and metadata with a status. */
function toRefusal(action: string, error: Error): Error {
  const status = statusOf(error);
  const { name: code, message } = error;
  if (status < 400 || status >= 500) return new Error(`${action} failed: ${message}`, { cause: error });
  if (code === 'UnauthorizedOperation' || code === 'AuthFailure') {
    return new Ec2Refusal(code, `The role of the api may not ${action}: allow it, as docs/aws.md shows`, {
      cause: error,
    });
  }
  return new Ec2Refusal(code, `${action} was refused: ${code}: ${message}`, { cause: error });
}

function statusOf(error: unknown): number {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
}

/** Undefined for one that has our tag and was not launched by us. */
function toInstance(instance: Instance): Ec2Instance | undefined {
  const tags = new Map((instance.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
  const nodeId = tags.get('shoal:node');
  const slot = Number(tags.get('shoal:slot') ?? NaN);
  const { InstanceId: instanceId, State } = instance;
  if (instanceId === undefined || nodeId === undefined || !Number.isInteger(slot)) return undefined;
  return {
    instanceId,
    nodeId,
    slot,
    state: State?.Name ?? 'pending',
    privateIp: instance.PrivateIpAddress || undefined,
    launchedAt: instance.LaunchTime?.getTime() ?? 0,
    spotRequestId: instance.SpotInstanceRequestId || undefined,
    isRetired: tags.has('shoal:retire'),
    reason: instance.StateReason?.Message || instance.StateTransitionReason || '',
  };
}

function parseLaunchTemplate(text: string) {
  const [name = '', version = '$Default'] = text.split(':');
  return name.startsWith('lt-')
    ? { LaunchTemplateId: name, Version: version }
    : { LaunchTemplateName: name, Version: version };
}

/** One line without escape sequences. */
function printable(text: string): string {
  return text
    .replaceAll(/\x1b\[[0-9;]*[A-Za-z]/g, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[^\x20-\x7e]/g, '')
    .trim();
}
