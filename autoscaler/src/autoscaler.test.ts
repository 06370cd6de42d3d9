import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedApi, type Trouble } from '../test/scripted-api.ts';
import { ApiClient } from './api-client.ts';
import { runAutoscaler } from './autoscaler.ts';

const MINUTE = 60_000;
const TOKEN = 'a-token-of-the-autoscaler-0123456789';

let api: ScriptedApi;

beforeEach(async () => {
  api = new ScriptedApi();
  await api.start();
});
afterEach(() => api.stop());

describe('an autoscaler', () => {
  it('decides once a minute of the server, acts and records', async () => {
    const { waits } = await run(4);
    expect(waits).toEqual([45_000, MINUTE, MINUTE, MINUTE]);
    expect(api.decisions.map(({ tick }) => tick).reverse()).toEqual([
      '2026-05-05T11:59:00.000Z',
      '2026-05-05T12:00:00.000Z',
      '2026-05-05T12:01:00.000Z',
      '2026-05-05T12:02:00.000Z',
    ]);
    expect(api.resizes).toEqual([3]);
    expect(api.decisions.at(-1)).toMatchObject({
      verdict: 'EXPAND',
      size: 2,
      newSize: 3,
      applied: true,
      reason: 'expand from 2 to 3: miss rate 50 % is above 20 %',
    });
    expect(api.decisions[0]).toMatchObject({ verdict: 'HOLD', applied: false });
  });

  it('decides several times a minute where the interval is shorter, and resizes once for the minute', async () => {
    api.policy.cooldownSeconds = 0;
    const { waits } = await run(6, () => {}, { intervalMs: 10_000 });
    expect(waits).toEqual([5_000, 10_000, 10_000, 10_000, 10_000, 10_000]);
    expect(api.decisions.map(({ tick }) => tick).reverse()).toEqual([
      '2026-05-05T12:00:10.000Z',
      '2026-05-05T12:00:20.000Z',
      '2026-05-05T12:00:30.000Z',
      '2026-05-05T12:00:40.000Z',
      '2026-05-05T12:00:50.000Z',
      '2026-05-05T12:01:00.000Z',
    ]);
    expect(api.resizes).toEqual([3]);
    expect(api.decisions[0]).toMatchObject({
      verdict: 'HOLD',
      reason:
        'held at 3: miss rate 50 % is above 20 %, but a resize finished 45 s ago, and the minute began before',
    });
  });

  it('leaves a minute alone that was decided on, also by an autoscaler before it', async () => {
    const { now } = api;
    await run(1);
    api.now = now + 30_000;
    await run(1);
    expect(api.resizes).toEqual([3]);
    expect(api.decisions).toHaveLength(1);
  });

  it.each([MINUTE, 10_000])(
    'and another one at the same time resize once, on record: every %d ms',
    async (intervalMs) => {
      let [looks, open] = [0, () => {}];
      const bothLook = new Promise<void>((resolve) => (open = resolve));
      api.onRequest = async (operation) => {
        if (operation !== 'AutoscalerLook') return;
        if (++looks === 2) open();
        await bothLook;
      };
      await Promise.all([run(1, () => {}, { intervalMs }), run(1, () => {}, { intervalMs })]);
      expect(api.resizes).toEqual([3]);
      expect(api.decisions).toMatchObject([{ applied: true, newSize: 3 }]);
    },
  );

  it('only advises in the mode MANUAL', async () => {
    api.policy.mode = 'MANUAL';
    await run(2);
    expect(api.resizes).toEqual([]);
    expect(api.decisions).toHaveLength(2);
    expect(api.decisions[0]).toMatchObject({
      verdict: 'EXPAND',
      newSize: 3,
      applied: false,
      reason: 'would expand from 2 to 3: miss rate 50 % is above 20 %, but the mode is MANUAL',
    });
  });

  it('goes by a changed policy at its next tick', async () => {
    api.policy.maxMissRate = 0.6;
    await run(3, (wait) => {
      if (wait === 2) api.policy = { ...api.policy, maxMissRate: 0.3, expandRatio: 3 };
    });
    expect(api.resizes).toEqual([6]);
    expect(api.decisions.map(({ verdict }) => verdict).reverse()).toEqual(['HOLD', 'HOLD', 'EXPAND']);
  });

  it('records a resize that was refused, with the reason', async () => {
    api.conflict = 'The pool is in the mode MANUAL.';
    await run(1);
    expect(api.resizes).toEqual([]);
    expect(api.decisions).toMatchObject([
      {
        verdict: 'EXPAND',
        applied: false,
        reason:
          'expand from 2 to 3: miss rate 50 % is above 20 %, but the api refused: The pool is in the mode MANUAL.',
      },
    ]);
  });

  it.each(['AutoscalerResize', 'AutoscalerRecord'])(
    'records a resize once though the answer to %s was lost',
    async (operation) => {
      api.losesAnswerTo = operation;
      await run(3);
      expect(api.resizes).toEqual([3]);
      expect(api.decisions.map(({ applied }) => applied).reverse()).toEqual([true, false]);
    },
  );

  it('records a resize though the api was away before it could be recorded', async () => {
    api.onRequest = (operation) => {
      if (operation === 'AutoscalerRecord') api.trouble = 'hang-up';
    };
    await run(4, (wait) => {
      if (wait < 3) return;
      api.trouble = 'none';
      api.onRequest = () => {};
    });
    expect(api.resizes).toEqual([3]);
    expect(api.decisions).toMatchObject([{ applied: true, newSize: 3, tick: '2026-05-05T11:59:00.000Z' }]);
  });

  it('sends its token and never logs it', async () => {
    api.trouble = 'errors';
    const { lines } = await run(8, (wait) => {
      if (wait === 6) api.trouble = 'none';
    });
    expect([...api.tokens]).toEqual([`Bearer ${TOKEN}`]);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.join('\n')).not.toContain(TOKEN);
  });

  it('never logs a token that no header may have', async () => {
    const { lines } = await run(5, () => {}, { token: `${TOKEN}\n${TOKEN}` });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('must be of printable ASCII');
    expect(lines.join('\n')).not.toContain(TOKEN);
    expect(api.requests).toBe(0);
  });
});

describe('while the api is in trouble, an autoscaler', () => {
  const troubles: [Trouble, string][] = [
    ['status 503', 'The api answered with status 503 and no data'],
    ['errors', 'The database is busy'],
    ['garbage', 'The api answered with status 200 and no data'],
    ['wrong data', 'pool.serverTime is wrong'],
    ['silence', 'timeout'],
    ['hang-up', 'fetch failed'],
  ];
  it.each(troubles)('waits longer and longer, tells once, and goes on: %s', async (trouble, told) => {
    api.trouble = trouble;
    const { waits, warnings } = await run(
      40,
      (wait) => {
        if (wait === 8) api.trouble = 'none';
      },
      {
        timeoutMs: trouble === 'silence' ? 200 : 5_000,
        // A busy machine may be late with the first answers too.
        isEnough: () => api.decisions.length > 0,
      },
    );
    expect(waits.slice(0, 8)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    expect(warnings).toEqual([expect.stringContaining(told), 'The api answers again.']);
    expect(warnings[0]).toMatch(/^The api can't be asked: .*[^.]\. Trying again until it can\.$/);
  });

  it('finds it again after a restart', async () => {
    const first = api;
    const { port } = api;
    await api.stop();
    const { warnings } = await run(
      7,
      async (wait) => {
        if (wait !== 6) return;
        api = new ScriptedApi();
        await api.start(port);
      },
      { url: `http://127.0.0.1:${port}` },
    );
    expect(warnings).toHaveLength(2);
    expect(first.decisions).toEqual([]);
    expect(api.decisions).toHaveLength(1);
  });

  it('spreads its tries, up to half a minute apart', async () => {
    api.trouble = 'errors';
    const { waits } = await run(8, () => {}, { random: () => 0.999 });
    expect(Math.max(...waits)).toBeCloseTo(30_000, -2);
    expect(waits[0]).toBeCloseTo(1_000, -1);
  });
});

describe('when the clock of the api jumps, an autoscaler', () => {
  const HOUR = 60 * MINUTE;
  it.each([-48 * HOUR, -HOUR, -MINUTE, HOUR, 48 * HOUR])(
    'changes nothing for a cooldown, and then goes on: %s ms',
    async (jump) => {
      api.missRate = 0.1;
      const { waits, lines } = await run(8, (wait) => {
        if (wait === 3) {
          api.now += jump;
          api.missRate = 0.5;
        }
        if (wait === 6) expect(api.resizes).toEqual([]);
      });
      expect(lines.join('\n')).toContain('held at 2: the clock of the api has jumped');
      expect(waits.every((ms) => ms > 0 && ms <= MINUTE)).toBe(true);
      expect(waits.filter((ms) => ms < MINUTE / 2)).toHaveLength(0);
      expect(api.resizes).toEqual([3]);
    },
  );

  it('that was started after it holds for a cooldown, and takes what lies ahead for long ago', async () => {
    api.lastResizeFinishedAt = api.now + 365 * 24 * HOUR;
    api.launchedAt = api.lastResizeFinishedAt;
    await run(3);
    expect(api.resizes).toEqual([]);
    await run(6);
    expect(api.resizes).toEqual([3]);
  });

  it('that jumps at every look never resizes nor looks more often', async () => {
    api.missRate = 0.1;
    const { waits } = await run(12, (wait) => {
      api.missRate = 0.5;
      api.now += (wait % 2 ? 1 : -1) * 7 * HOUR;
    });
    expect(api.resizes).toEqual([]);
    expect(waits.every((ms) => ms > 0 && ms <= MINUTE)).toBe(true);
    expect(api.requests).toBeLessThanOrEqual(24);
  });
});

interface RunOptions {
  readonly timeoutMs?: number;
  readonly token?: string;
  readonly url?: string;
  readonly random?: () => number;
  readonly intervalMs?: number;
  readonly isEnough?: () => boolean;
}

/** Runs until it has waited so often, or that is enough. Waiting takes no time, but the clock of the api goes on by it. */
async function run(
  times: number,
  onWait: (wait: number) => unknown = () => {},
  {
    timeoutMs = 5_000,
    token = TOKEN,
    url = api.url,
    random = () => 0,
    intervalMs = MINUTE,
    isEnough = () => false,
  }: RunOptions = {},
) {
  const [waits, lines, warnings]: [number[], string[], string[]] = [[], [], []];
  const stop = new AbortController();
  let monotonic = 0;
  const client = new ApiClient({
    readUrl: () => Promise.resolve(url),
    readToken: () => Promise.resolve(token),
    timeoutMs,
  });
  await runAutoscaler(
    {
      api: client,
      intervalMs,
      random,
      monotonicNow: () => monotonic,
      sleep: async (ms) => {
        waits.push(ms);
        monotonic += ms;
        api.now += ms;
        await onWait(waits.length);
        if (waits.length === times || isEnough()) stop.abort();
      },
      log: {
        info: (line) => lines.push(line),
        warn: (line) => {
          lines.push(line);
          warnings.push(line);
        },
      },
    },
    stop.signal,
  );
  return { waits, lines, warnings };
}
