import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { IdentifyCaller } from '../graphql/context.ts';
import type { ReportError } from './report-error.ts';

/** One thing that the api needs to do its work; rejects with the reason while it can't. */
export interface HealthCheck {
  readonly name: string;
  check(): Promise<void>;
}

const DEADLINE_MS = 2000;

/**
 * `/healthz` answers 200 as long as the process serves at all. `/readyz` answers 200 when every check passes within its deadline,
 * else 503; those who have signed in are told one word per check. Cache nodes are no condition: without them reads go to the object store.
 */
export function serveHealth(
  fastify: FastifyInstance,
  checks: readonly HealthCheck[],
  identify: IdentifyCaller,
  report: ReportError,
): void {
  fastify.get('/healthz', async (_request, reply) => {
    await reply.header('cache-control', 'no-store').send({ status: 'ok' });
  });
  fastify.get('/readyz', async ({ headers }, reply) => {
    const results = await Promise.all(checks.map((check) => run(check, report)));
    const isKnown = await isCallerKnown(identify, headers);
    const isReady = results.every(([, word]) => word === 'ok');
    await reply
      .code(isReady ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({
        status: isReady ? 'ready' : 'unavailable',
        ...(isKnown && { checks: Object.fromEntries(results) }),
      });
  });
}

/** A database that is away is what this is asked for. */
async function isCallerKnown(identify: IdentifyCaller, headers: IncomingHttpHeaders): Promise<boolean> {
  try {
    return (await identify(headers)) !== undefined;
  } catch {
    return false;
  }
}

async function run({ name, check }: HealthCheck, report: ReportError): Promise<[string, 'ok' | 'failed']> {
  let timer;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`The check of ${name} took too long.`)), DEADLINE_MS);
  });
  try {
    await Promise.race([check(), deadline]);
    return [name, 'ok'];
  } catch (error) {
    report(error);
    return [name, 'failed'];
  } finally {
    clearTimeout(timer);
  }
}
