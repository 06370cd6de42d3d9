import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { NodeSecret } from './pool/nodes/introduction.ts';
import { DiscoveredNodes } from './pool/provisioners/discovered-nodes.ts';
import { Ec2Provisioner } from './pool/provisioners/ec2.ts';
import { placesOf } from './pool/provisioners/ec2-api.ts';
import { cacheNodeCommand, LocalProvisioner } from './pool/provisioners/local.ts';
import { readNodeSecret } from './pool/provisioners/node-secret.ts';
import { NodeSecretFile } from './pool/provisioners/node-secret-file.ts';
import type { Provisioner } from './pool/provisioners/provisioner.ts';
import { openSdkEc2 } from './pool/provisioners/sdk-ec2.ts';
import { namedNodes, StaticProvisioner } from './pool/provisioners/static.ts';
import { userData } from './pool/provisioners/user-data.ts';
import { SYSTEM_CLOCK } from './pool/reconciling/clock.ts';

/** Nodes on machines of their own wait longer for an api: until somebody has mended it. */
const EC2_ORPHAN_S = 3_600;

export interface Nodes {
  readonly provisioner: Provisioner;
  /** What the nodes ask for. Undefined where they ask nobody. */
  readonly nodeSecret: NodeSecret | undefined;
}

/**
 * Where nodes come from, as the settings say: given, an ElastiCache cluster, EC2, or processes of this machine.
 * @throws with the reason when it can't be had
 */
export async function openNodes(config: Config, log: Logger): Promise<Nodes> {
  const { CACHE_NODES, CACHE_DISCOVERY: endpoint, EC2_LAUNCH_TEMPLATE } = config;
  if (CACHE_NODES !== undefined)
    return await withGivenSecret(config, new StaticProvisioner(namedNodes(CACHE_NODES)));
  if (endpoint !== undefined) {
    const nodes = new DiscoveredNodes({ endpoint, monotonicNow: () => performance.now() });
    return await withGivenSecret(config, new StaticProvisioner(nodes));
  }
  if (EC2_LAUNCH_TEMPLATE !== undefined)
    return await withGivenSecret(config, await openEc2(config, EC2_LAUNCH_TEMPLATE, log));
  const secretFile = await NodeSecretFile.open(config.DATA_DIR);
  return { provisioner: openLocal(config, secretFile.path), nodeSecret: () => secretFile.current() };
}

async function withGivenSecret(config: Config, provisioner: Provisioner): Promise<Nodes> {
  const { CACHE_NODES_SECRET, NODE_SECRET_PARAMETER } = config;
  const secret =
    NODE_SECRET_PARAMETER === undefined
      ? CACHE_NODES_SECRET
      : await readNodeSecret(NODE_SECRET_PARAMETER, awsClientOf(config));
  return { provisioner, nodeSecret: secret === undefined ? undefined : () => secret };
}

function openLocal(config: Config, secretFile: string): Provisioner {
  return new LocalProvisioner({
    command: cacheNodeCommand(fileURLToPath(new URL('../../cache-node/dist/main.js', import.meta.url))),
    folder: join(config.DATA_DIR, 'nodes'),
    maxEntryMiB: maxEntryMiB(config),
    orphanTimeoutSeconds: config.NODE_ORPHAN_S,
    secretFile,
    now: Date.now,
  });
}

async function openEc2(config: Config, launchTemplate: string, log: Logger): Promise<Provisioner> {
  const pool = config.POOL_NAME;
  return new Ec2Provisioner({
    api: await openSdkEc2({
      client: awsClientOf(config),
      pool,
      launchTemplate,
      clock: SYSTEM_CLOCK,
      random: Math.random,
    }),
    pool,
    maxNodes: config.POOL_MAX_NODES,
    places: placesOf(config.EC2_SUBNETS, config.EC2_INSTANCE_TYPES),
    port: config.EC2_NODE_PORT,
    startMs: config.EC2_START_S * 1000,
    userData: (spec) =>
      userData(spec, {
        release: config.EC2_RELEASE!,
        secretParameter: config.NODE_SECRET_PARAMETER!,
        port: config.EC2_NODE_PORT,
        maxEntryMiB: maxEntryMiB(config),
        orphanTimeoutSeconds: Math.max(config.NODE_ORPHAN_S, EC2_ORPHAN_S),
        environment: {},
      }),
    clock: SYSTEM_CLOCK,
    onTrouble: (err) => log.warn({ err }, 'Interruptions of spot instances are not known.'),
  });
}

/** What is not set is found by the SDK itself. */
function awsClientOf({ AWS_REGION: region, AWS_ENDPOINT_URL: endpoint }: Config) {
  return { ...(region !== undefined && { region }), ...(endpoint !== undefined && { endpoint }) };
}

/** Room for an entry's header on top of the largest image. */
function maxEntryMiB(config: Config): number {
  return config.MAX_UPLOAD_MIB + 1;
}
