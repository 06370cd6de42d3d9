// Longer than other files, as this is the one place where all parts are put together.
import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { destination, pino } from 'pino';
import { AccessResolver } from './access/access.resolver.ts';
import { Gate } from './access/gate.ts';
import { refuseAccess } from './access/refuse-access.ts';
import { makeSecret, makeToken } from './access/secret.ts';
import { readSecretFile } from './access/secret-file.ts';
import { Sessions } from './access/sessions.ts';
import { SignInLinks } from './access/sign-in-links.ts';
import { SigningKeys } from './access/signing-keys.ts';
import { Tokens } from './access/tokens.ts';
import type { Config } from './config.ts';
import { claimDataFolder } from './data-folder.ts';
import { openDatabase } from './database/open-database.ts';
import { readInstanceId } from './instance-id.ts';
import type { IdentifyCaller } from './graphql/context.ts';
import { createSchema, createTopics } from './graphql/schema.ts';
import { checkPort } from './http/check-port.ts';
import { startHttpServer } from './http/http-server.ts';
import { identifyBy } from './http/identify-by.ts';
import { createImageRoute } from './http/image-route.ts';
import { requestIdOf } from './http/request-id.ts';
import { RequestLog } from './http/request-log.ts';
import { DecodingPool, decodingWorkerCommand } from './images/decoding/decoding-pool.ts';
import { DirectUploadResolver } from './images/direct-upload.resolver.ts';
import { DirectUploads } from './images/direct-uploads.ts';
import { entryNamesOfVersion } from './images/entry-name.ts';
import { ImageReader } from './images/image-reader.ts';
import { IMAGE_CHANGED, ImageResolver } from './images/image.resolver.ts';
import { ImageService, type EntryRemover } from './images/image-service.ts';
import { newReadCounters } from './images/read-counters.ts';
import { SignedUrlResolver } from './images/signed-url.resolver.ts';
import { SignedUrls } from './images/signed-url.ts';
import { startSweeper } from './images/sweeper.ts';
import { UploadPace } from './images/upload-pace.ts';
import { openStaging } from './objects/staging.ts';
import { openNodes } from './open-nodes.ts';
import { openObjects } from './open-objects.ts';
import { makeNewId } from './ordered-id.ts';
import { LatencyMeter } from './metrics/latency.ts';
import { MetricsResolver, STATS_UPDATED } from './metrics/metrics.resolver.ts';
import { startMetrics } from './metrics/metrics.ts';
import { formatMetrics } from './metrics/prometheus.ts';
import { shoalMetrics, usageOfProcess } from './metrics/shoal-metrics.ts';
import { SqlMetricsStore } from './metrics/stores/sql.ts';
import { BodyBudget } from './pool/nodes/body-budget.ts';
import { SYSTEM_CLOCK } from './pool/reconciling/clock.ts';
import { POOL_UPDATED, PoolResolver } from './pool/pool.resolver.ts';
import { PoolService } from './pool/pool-service.ts';
import { startPool, type Pool } from './pool/pool.ts';
import { SqlPoolStore } from './pool/state/sql-pool-store.ts';
import { DECISION_MADE, DecisionResolver } from './scaling/decision.resolver.ts';
import { Decisions } from './scaling/decisions.ts';
import { ScalingPolicies } from './scaling/scaling-policies.ts';
import { ScalingResolver } from './scaling/scaling.resolver.ts';
import { Stops } from './stops.ts';

const MIB = 2 ** 20;
/** Memory that bodies on their way to readers may take in this process. */
const BODY_BUDGET_BYTES = 256 * MIB;
const SHOWN_EVERY_MS = 2_000;
const REPOSITORY = new URL('../../', import.meta.url);
/** Compiled like this file, or not. */
const DECODING_WORKER = fileURLToPath(
  new URL(`images/decoding/worker-main${extname(import.meta.url)}`, import.meta.url),
);

export interface RunningApp {
  /** Where it listens: http://HOST:PORT */
  readonly url: string;
  /** Signs in once and for 15 minutes. Undefined where a setting gives the token of the ADMIN. */
  readonly signInUrl: string | undefined;
  close(): Promise<void>;
}

/**
 * Chooses the implementations, puts the parts together and runs them.
 * @throws ShoalError saying what the user can do; nothing is left running
 */
export async function startApp(config: Config): Promise<RunningApp> {
  const stops = new Stops();
  try {
    return { ...(await start(config, stops)), close: () => stops.run() };
  } catch (error) {
    await stops.run();
    throw error;
  }
}

async function start(config: Config, stops: Stops): Promise<Omit<RunningApp, 'close'>> {
  const { HOST: host, PORT: port, DATA_DIR: folder } = config;
  const log = pino({ level: config.LOG_LEVEL }, destination({ fd: 2, sync: true }));
  const now = Date.now;
  const newId = makeNewId(now);

  await checkPort(host, port);
  stops.add(claimDataFolder(folder));
  const secrets = await readSecrets(config);
  const database = await openDatabase(
    config.DATABASE_URL === undefined
      ? { file: join(folder, 'shoal.db') }
      : { url: config.DATABASE_URL, ca: config.DATABASE_CA },
  );
  stops.add(() => database.close());
  const staging = await openStaging({ folder: join(folder, 'staging') });
  const { objects, inbox, receivingInbox } = await openObjects(config, staging, stops);
  const { provisioner, nodeSecret } = await openNodes(config, log);
  // graphql-upload keeps what is still arriving in temporary files: in the staging folder they are cleared away after a crash.
  process.env['TMPDIR'] = join(folder, 'staging');
  const budget = new BodyBudget(BODY_BUDGET_BYTES);
  const topics = createTopics();
  const store = new SqlPoolStore({ database, now, clock: () => performance.now(), random: Math.random });
  await store.initialise({ desiredSize: config.POOL_SIZE, capacityMiB: config.NODE_CAPACITY_MIB });
  const holder = await readInstanceId(folder);
  const pool = await startPool({
    store,
    provisioner,
    nodeSecret,
    budget,
    holder,
    maxNodes: config.POOL_MAX_NODES,
    log,
    random: Math.random,
    newId,
    onChange: () => topics.publish(POOL_UPDATED),
  });
  stops.add(() => pool.close());
  // What the nodes hold changes all the time, and is nothing that the pool tells of.
  const showing = setInterval(() => topics.publish(POOL_UPDATED), SHOWN_EVERY_MS);
  stops.add(() => clearInterval(showing));

  const reads = { counters: newReadCounters(), times: new LatencyMeter() };
  const metrics = await startMetrics({
    nodes: pool,
    reads,
    store: new SqlMetricsStore({ database, random: Math.random }),
    isWriter: () => pool.isLeader(),
    process: holder,
    clock: SYSTEM_CLOCK,
    onUpdate: () => topics.publish(STATS_UPDATED),
    onTrouble: (err) => log.error({ err }, 'Metrics could not be kept.'),
  });
  stops.add(() => metrics.stop());

  const decoder = new DecodingPool({
    command: decodingWorkerCommand(DECODING_WORKER),
    atOnce: config.DECODING_AT_ONCE,
    maxWaiting: config.DECODING_QUEUE,
    limits: { cpuSeconds: config.DECODING_CPU_S, memoryBytes: config.DECODING_MEMORY_MIB * MIB },
    clock: () => performance.now(),
    onWorkerLost: (err) => log.warn({ err }, 'A picture was more than its decoder could take.'),
  });
  stops.add(() => decoder.close());
  const reader = new ImageReader({
    cache: pool.cache,
    objects,
    budget,
    counters: reads.counters,
    render: (original, variant) => decoder.render(original, variant),
  });
  const entries = entriesOf(pool, reader);
  const maxUploadBytes = config.MAX_UPLOAD_MIB * MIB;
  const images = new ImageService({
    database,
    objects,
    staging,
    entries,
    decoder,
    maxUploadBytes,
    maxPixels: config.MAX_PIXELS,
    now,
  });
  const uploadPace = new UploadPace({
    perMinute: config.UPLOADS_PER_MINUTE,
    clock: () => performance.now(),
  });
  const uploads = new DirectUploads({ database, inbox, images, maxUploadBytes, newId, now });
  stops.add(
    startSweeper({
      database,
      objects,
      entries,
      sweepUploads: () => uploads.sweep(),
      now,
      onError: (err) => log.error({ err }, 'A sweep failed.'),
    }),
  );
  images.onChange((change) => topics.publish(IMAGE_CHANGED, change));
  stops.add(images.resumeDeletion((err) => log.error({ err }, 'A deletion of all images failed.')));
  const decisions = new Decisions({
    database,
    now,
    newId,
    onDecision: (decision) => topics.publish(DECISION_MADE, decision),
  });
  const policies = new ScalingPolicies({
    database,
    store,
    maxNodes: config.POOL_MAX_NODES,
    fixedReason: pool.fixedReason,
    now,
    random: Math.random,
    kick: () => pool.kick(),
  });
  const poolService = new PoolService({
    store,
    view: pool,
    readMode: async () => (await policies.read()).mode,
    maxNodes: config.POOL_MAX_NODES,
    now,
    newId,
    clearEntries: () => pool.clear(),
    kick: () => pool.kick(),
  });

  const tokens = new Tokens({
    database,
    fixed: [
      { secret: secrets.admin, name: 'admin', role: 'ADMIN' },
      { secret: secrets.autoscaler, name: 'autoscaler', role: 'AUTOSCALER' },
    ],
    now,
    newId,
  });
  const keys = new SigningKeys(secrets.signing);
  const sessions = new Sessions({ database, tokens, keys, now });
  const signedUrls = new SignedUrls(keys, now);
  const gate = new Gate({ tokens, sessions, now, clock: () => performance.now() });
  const links = new SignInLinks(now);
  const requestLog = log.isLevelEnabled('info') ? new RequestLog(log) : undefined;
  const identify = identifyBy(gate, requestLog);
  const admin = await tokens.findBySecret(secrets.admin);

  const url = await startHttpServer(
    {
      host,
      port,
      log,
      requestLog,
      imageRoute: createImageRoute({
        reader,
        versions: images,
        refuse:
          config.PUBLIC_READ === 'images'
            ? undefined
            : ({ headers }, target) =>
                target.signature === undefined ? refuseReader(identify, headers) : signedUrls.refuse(target),
        onError: (err, req) => log.error({ err, requestId: requestIdOf(req) }, 'A read of an image failed.'),
        onRead: (ms) => reads.times.record(ms),
      }),
      schema: await createSchema(
        [
          new DirectUploadResolver(uploads, uploadPace),
          new ImageResolver(images, pool.cache),
          new SignedUrlResolver(signedUrls),
          new MetricsResolver(metrics),
          new PoolResolver(poolService, policies),
          new DecisionResolver(decisions),
          new ScalingResolver(policies),
          new AccessResolver(tokens, gate),
        ],
        topics,
      ),
      gate,
      identify,
      redeemCode: (code) => (links.redeem(code) ? admin : undefined),
      isSchemaPublic: config.PUBLIC_SCHEMA !== undefined,
      trustedProxies: config.TRUSTED_PROXIES ?? [],
      maxUploadBytes,
      uploadPace,
      inbox: receivingInbox,
      healthChecks: [
        { name: 'database', check: () => database.check() },
        { name: 'objects', check: () => objects.check() },
      ],
      renderMetrics: () => formatMetrics(shoalMetrics(metrics.now(), reads, usageOfProcess())),
      sharedFields: [STATS_UPDATED],
      webFolder: fileURLToPath(new URL('web/dist', REPOSITORY)),
    },
    stops,
  );
  decoder.prepare();
  // For the autoscaler beside us, which can't know a port that was chosen by the system.
  await writeFile(join(folder, 'api.url'), `${url}\n`);
  const signInUrl = config.ADMIN_TOKEN === undefined ? `${url}/sign-in#${links.make()}` : undefined;
  return { url, signInUrl };
}

/** What settings do not give is made at the first start and kept in DATA_DIR. */
async function readSecrets({ ADMIN_TOKEN, AUTOSCALER_TOKEN, SIGNING_KEYS, DATA_DIR: folder }: Config) {
  const read = (name: string, setting: string, make: () => string) =>
    readSecretFile({ folder, name, setting, make });
  return {
    admin: ADMIN_TOKEN ?? (await read('admin.token', 'ADMIN_TOKEN', makeToken))[0]!,
    autoscaler: AUTOSCALER_TOKEN ?? (await read('autoscaler.token', 'AUTOSCALER_TOKEN', makeToken))[0]!,
    signing: SIGNING_KEYS ?? (await read('signing.keys', 'SIGNING_KEYS', makeSecret)),
  };
}

function refuseReader(identify: IdentifyCaller, headers: IncomingHttpHeaders) {
  const caller = identify(headers);
  return caller instanceof Promise
    ? caller.then((found) => refuseAccess(found, ['VIEWER']))
    : refuseAccess(caller, ['VIEWER']);
}

/** What a deletion takes away: the entries, and what reads under way in this process would share with later ones. */
function entriesOf(pool: Pool, reader: ImageReader): EntryRemover {
  return {
    removeVersions: async (keyHash, versions) => {
      reader.forget(keyHash, versions);
      await pool.cache.delete(versions.flatMap((version) => entryNamesOfVersion(keyHash, version)));
    },
    clear: async () => {
      reader.forgetAll();
      await pool.clear();
    },
  };
}
