import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const START_DEADLINE_MS = 30_000;
const PROGRAM = fileURLToPath(new URL('../../node_modules/.cache/moto/bin/moto_server', import.meta.url));

/** A stand-in for AWS, a process of its own that speaks HTTP on a free port. It keeps everything in memory. */
export interface Moto {
  /** http://127.0.0.1:PORT */
  readonly endpoint: string;
  /** For an SDK client in this process. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** For a process that finds region, endpoint and credentials by itself. */
  readonly environment: Readonly<Record<string, string>>;
  /** Forgets everything: buckets, instances, metrics. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

// Every client would print that a later release of the SDK will want a later Node.js.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** What to do to have moto, `undefined` when it is there. */
export const motoMissing: string | undefined = existsSync(PROGRAM)
  ? undefined
  : 'moto is not installed: . scripts/test-programs.sh; install_moto';

export async function startMoto(): Promise<Moto> {
  const server = spawn(PROGRAM, ['-H', '127.0.0.1', '-p', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(server, 'exit');
  const killServer = () => server.kill('SIGKILL');
  process.once('exit', killServer);
  const stop = async () => {
    process.off('exit', killServer);
    killServer();
    await ended;
  };
  try {
    return describeMoto(await readEndpoint(server.stderr), stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

function describeMoto(endpoint: string, stop: () => Promise<void>): Moto {
  const region = 'eu-central-1';
  const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };
  return {
    endpoint,
    client: { endpoint, region, credentials },
    environment: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    reset: async () => {
      await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
    },
    stop,
  };
}

/** It logs every request on the same stream, which must be read for as long as it runs. */
async function readEndpoint(stderr: NodeJS.ReadableStream): Promise<string> {
  const lines: string[] = [];
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('moto did not start in time.')), START_DEADLINE_MS);
    createInterface(stderr)
      .on('line', (line) => {
        const [, endpoint] = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line) ?? [];
        if (endpoint === undefined) lines.push(line);
        else resolve(endpoint);
        if (endpoint !== undefined) clearTimeout(timer);
      })
      .on('close', () => {
        clearTimeout(timer);
        reject(new Error(`moto did not start:\n${lines.slice(-20).join('\n')}`));
      });
  });
}
