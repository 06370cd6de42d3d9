import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { destination, pino } from 'pino';
import { openAutoscalerToken } from './access/autoscaler-token.ts';
import type { Config } from './config.ts';
import { claimDataFolder } from './data-folder.ts';
import { openDatabase } from './database/open-database.ts';
import { createSchema, createTopics } from './graphql/schema.ts';
import { checkPort } from './http/check-port.ts';
import { startHttpServer } from './http/http-server.ts';
import { createImageRoute } from './http/image-route.ts';
import { entryNamesOfVersion } from './images/entry-name.ts';
import { ImageReader } from './images/image-reader.ts';
import { IMAGE_CHANGED, ImageResolver } from './images/image.resolver.ts';
import { ImageService, type EntryRemover } from './images/image-service.ts';
import { startSweeper } from './images/sweeper.ts';
import { openFilesystemStore } from './objects/filesystem.ts';
import { openStaging } from './objects/staging.ts';
import { makeNewId } from './ordered-id.ts';
import { BodyBudget } from './pool/body-budget.ts';
import { interimStore } from './pool/interim-store.ts';
import { PoolResolver } from './pool/pool.resolver.ts';
import { PoolService } from './pool/pool-service.ts';
import { startPool, type Pool } from './pool/pool.ts';
import { cacheNodeCommand, LocalSlotProvisioner } from './pool/slot-provisioner.ts';
import { ScalingPolicies } from './scaling/scaling-policy.ts';
import { ScalingResolver } from './scaling/scaling.resolver.ts';
import { Stops } from './stops.ts';

const MIB = 2 ** 20;
/** Memory that bodies on their way to readers may take in this process. */
const BODY_BUDGET_BYTES = 256 * MIB;
const REPOSITORY = new URL('../../', import.meta.url);

export interface RunningApp {
  /** Where it listens: http://HOST:PORT */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Chooses the implementations, puts the parts together and runs them.
 * @throws ShoalError saying what the user can do; nothing is left running
 */
export async function startApp(config: Config): Promise<RunningApp> {
  const stops = new Stops();
  try {
    return { url: await start(config, stops), close: () => stops.run() };
  } catch (error) {
    await stops.run();
    throw error;
  }
}

async function start(config: Config, stops: Stops): Promise<string> {
  const { HOST: host, PORT: port, DATA_DIR: folder } = config;
  const log = pino({ level: config.LOG_LEVEL }, destination({ fd: 2, sync: true }));
  const now = Date.now;

  await checkPort(host, port);
  stops.add(claimDataFolder(folder));
  const autoscalerToken = await openAutoscalerToken({ given: config.AUTOSCALER_TOKEN, folder });
  const database = await openDatabase(
    config.DATABASE_URL === undefined ? { file: join(folder, 'shoal.db') } : { url: config.DATABASE_URL },
  );
  stops.add(() => database.close());
  const objects = await openFilesystemStore({ folder: join(folder, 'objects') });
  const staging = await openStaging({ folder: join(folder, 'staging') });
  const provisioner = localProvisioner(config);
  // graphql-upload keeps what is still arriving in temporary files: in the staging folder they are cleared away after a crash.
  process.env['TMPDIR'] = join(folder, 'staging');
  const budget = new BodyBudget(BODY_BUDGET_BYTES);
  const pool = await startPool({
    desiredSize: config.POOL_SIZE,
    provisioner,
    budget,
    log,
    random: Math.random,
  });
  stops.add(() => pool.close());

  const entries = entriesOf(pool);
  const maxUploadBytes = config.MAX_UPLOAD_MIB * MIB;
  const images = new ImageService({
    database,
    objects,
    staging,
    entries,
    maxUploadBytes,
    maxPixels: config.MAX_PIXELS,
    now,
  });
  stops.add(
    startSweeper({
      database,
      objects,
      entries,
      now,
      onError: (err) => log.error({ err }, 'A sweep failed.'),
    }),
  );
  const topics = createTopics();
  images.onChange((change) => topics.publish(IMAGE_CHANGED, change));
  const policies = new ScalingPolicies({ maxNodes: config.POOL_MAX_NODES });
  const poolService = interimPoolService(pool, config, policies);

  return await startHttpServer(
    {
      host,
      port,
      log,
      imageRoute: createImageRoute({
        reader: new ImageReader({ cache: pool.cache, objects, budget }),
        versions: images,
        onError: (err) => log.error({ err }, 'A read of an image failed.'),
      }),
      schema: await createSchema(
        [new ImageResolver(images), new PoolResolver(poolService, policies), new ScalingResolver(policies)],
        topics,
      ),
      identify: (authorization) => ({ isAutoscaler: autoscalerToken.isShownBy(authorization) }),
      maxUploadBytes,
      healthChecks: [
        { name: 'database', check: () => database.check() },
        { name: 'objects', check: () => objects.check() },
      ],
      webFolder: fileURLToPath(new URL('web/dist', REPOSITORY)),
    },
    stops,
  );
}

function localProvisioner(config: Config): LocalSlotProvisioner {
  return new LocalSlotProvisioner({
    command: cacheNodeCommand(fileURLToPath(new URL('cache-node/dist/main.js', REPOSITORY))),
    folder: join(config.DATA_DIR, 'nodes'),
    capacityMiB: config.NODE_CAPACITY_MIB,
    // Room for an entry's header on top of the largest image.
    maxEntryMiB: config.MAX_UPLOAD_MIB + 1,
  });
}

function interimPoolService(pool: Pool, config: Config, policies: ScalingPolicies): PoolService {
  return new PoolService({
    store: interimStore(pool, config.NODE_CAPACITY_MIB),
    view: {
      isElastic: true,
      reports: async () => {
        const nodes = await pool.nodes();
        return new Map(
          nodes.flatMap(({ label, counters }) =>
            counters === undefined ? [] : [[label, { counters, evictionPolicy: 'lru' }] as const],
          ),
        );
      },
      ringShares: () => new Map(),
      copiedBytesPerSecond: () => undefined,
    },
    readMode: async () => (await policies.read()).mode,
    maxNodes: config.POOL_MAX_NODES,
    now: Date.now,
    newId: makeNewId(Date.now),
    clearEntries: () => pool.clear(),
    kick: () => {},
  });
}

function entriesOf(pool: Pool): EntryRemover {
  return {
    removeVersions: (keyHash, versions) =>
      pool.cache.delete(versions.flatMap((version) => entryNamesOfVersion(keyHash, version))),
    clear: () => pool.clear(),
  };
}
