import { expect, test } from 'vitest';
import { onEveryDatabase } from '../../test/databases.ts';
import { ShoalError } from '../errors.ts';
import { makeNewId } from '../ordered-id.ts';
import type { Credential } from './credential.ts';
import { Gate } from './gate.ts';
import { Memo } from './memo.ts';
import { Sessions } from './sessions.ts';
import { SignInLinks } from './sign-in-links.ts';
import { SigningKeys } from './signing-keys.ts';
import { Tokens } from './tokens.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FIXED = 'the-admin-of-this-test-0123456789';

onEveryDatabase(({ open }) => {
  async function start({ keys = ['a'.repeat(32)] } = {}) {
    const database = await open();
    const clock = { now: Date.UTC(2026, 0, 1) };
    const now = () => clock.now;
    const make = (signing: readonly string[]) => {
      const fixed = [{ secret: FIXED, name: 'admin', role: 'ADMIN' as const }];
      const tokens = new Tokens({ database, fixed, now, newId: makeNewId(now) });
      const sessions = new Sessions({ database, tokens, keys: new SigningKeys(signing), now });
      return { tokens, sessions, gate: new Gate({ tokens, sessions, now, clock: now }) };
    };
    return { database, clock, make, ...make(keys) };
  }

  test('a token lets in until it is revoked, here at once and elsewhere within seconds', async () => {
    const { clock, make, tokens, gate } = await start();
    const elsewhere = make(['a'.repeat(32)]);
    const { secret, token } = await tokens.create({ name: 'ci', role: 'EDITOR', expiresAt: null });
    expect(secret).toMatch(/^shoal_[\w-]{43}$/);
    for (const { gate: any } of [{ gate }, elsewhere]) {
      expect(await any.identify(bearer(secret))).toMatchObject({ role: 'EDITOR', name: 'ci' });
      expect(await any.identify(bearer(`${secret}x`))).toBeUndefined();
    }
    const [listed] = await tokens.list();
    expect(listed).toEqual({ ...token, lastUsedAt: new Date(clock.now) });
    expect(JSON.stringify(listed)).not.toContain(secret);

    let heard = 0;
    gate.onRevocation(() => heard++);
    expect(await gate.revoke(token.id)).toMatchObject({ name: 'ci' });
    expect(heard).toBe(1);
    expect(await gate.identify(bearer(secret))).toBeUndefined();
    clock.now += 6 * SECOND;
    expect(await elsewhere.gate.identify(bearer(secret))).toBeUndefined();
    expect(await gate.revoke(token.id)).toBeUndefined();
  });

  test('a token ends when it expires', async () => {
    const { clock, tokens, gate } = await start();
    const expiresAt = new Date(clock.now + SECOND);
    const { secret } = await tokens.create({ name: 'short', role: 'VIEWER', expiresAt });
    expect(await gate.identify(bearer(secret))).toMatchObject({ expiresAt });
    clock.now += SECOND;
    expect(await gate.identify(bearer(secret))).toBeUndefined();
    await expect(tokens.create({ name: ' ', role: 'VIEWER', expiresAt })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(/^name must .*; the time of expiry must be in the future\.$/) as string,
    });
  });

  test('a session lives as long as its token, is ended everywhere, and is none without our signature', async () => {
    const { tokens, gate, make } = await start();
    const { secret, token } = await tokens.create({ name: 'ann', role: 'OPERATOR', expiresAt: null });
    const owner = (await gate.identify(bearer(secret)))!;
    const [one, other] = [session(await gate.signIn(owner)), session(await gate.signIn(owner))];
    const caller = (await gate.identify(one))!;
    expect(caller).toMatchObject({ role: 'OPERATOR', name: 'ann' });
    await gate.signOut(caller.session!.id);
    expect(await gate.identify(one)).toBeUndefined();
    expect(await gate.isStillIn(caller)).toBe(false);
    const remaining = (await gate.identify(other))!;
    const third = session(await gate.signIn(owner));
    const another = session(await gate.signIn((await gate.identify(bearer(FIXED)))!));
    expect(await gate.signOutEverywhere((await gate.identify(third))!)).toBe(2);
    expect(await gate.identify(third)).toBeUndefined();
    expect(await gate.identify(other)).toBeUndefined();
    expect(await gate.isStillIn(remaining)).toBe(false);
    expect(await gate.identify(another)).toMatchObject({ role: 'ADMIN' });
    const again = session(await gate.signIn(owner));
    const inAgain = (await gate.identify(again))!;
    expect(await make(['b'.repeat(32)]).gate.identify(again)).toBeUndefined();
    expect(await make(['b'.repeat(32), 'a'.repeat(32)]).gate.identify(again)).toMatchObject({ name: 'ann' });
    await gate.revoke(token.id);
    expect(await gate.identify(again)).toBeUndefined();
    expect(await gate.isStillIn(inAgain)).toBe(false);
  });

  test("a session's secret is replaced every hour, and the old one is good a little longer", async () => {
    const { clock, gate } = await start();
    const first = session(await gate.signIn((await gate.identify(bearer(FIXED)))!));
    expect(await gate.rotate(first, (await gate.identify(first))!)).toBeUndefined();
    clock.now += HOUR;
    const caller = (await gate.identify(first))!;
    const cookies = await Promise.all([gate.rotate(first, caller), gate.rotate(first, caller)]);
    const [second, ...others] = cookies.filter((cookie) => cookie !== undefined);
    expect(others).toEqual([]);
    clock.now += MINUTE;
    expect(await gate.identify(first)).toMatchObject({ role: 'ADMIN' });
    expect(await gate.identify(session(second!))).toMatchObject({ role: 'ADMIN' });
    clock.now += 2 * MINUTE;
    expect(await gate.identify(first)).toBeUndefined();
    expect(await gate.isStillIn(caller)).toBe(true);
    clock.now += DAY;
    expect(await gate.identify(session(second!))).toBeUndefined();
  });
});

test('what is known for long is looked up again, by one of those who ask, and believed while nobody can look', async () => {
  let now = 0;
  let loads = 0;
  const faults: Error[] = [];
  const memo = new Memo<string>(() => now);
  const load = async () => {
    loads++;
    await Promise.resolve();
    if (faults[0] !== undefined) throw faults[0];
    return `load ${loads}`;
  };
  expect(await Promise.all([memo.get('a', load), memo.get('a', load)])).toEqual(['load 1', 'load 1']);
  now = 1_999;
  expect(memo.get('a', load)).toBe('load 1');
  now = 3_000;
  expect(memo.get('a', load)).toBe('load 1');
  await Promise.resolve().then(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  expect(memo.get('a', load)).toBe('load 2');
  now = 60_000;
  faults.push(new ShoalError('UNAVAILABLE', 'away'));
  expect(await memo.get('a', load)).toBe('load 2');
  now = 600_000;
  await expect(memo.get('a', load)).rejects.toBe(faults[0]);
});

test('a code signs in once and for 15 minutes', () => {
  let now = 0;
  const links = new SignInLinks(() => now);
  const [used, old] = [links.make(), links.make()];
  expect([links.redeem('other'), links.redeem(used), links.redeem(used)]).toEqual([false, true, false]);
  now = 15 * MINUTE;
  expect(links.redeem(old)).toBe(false);
});

function bearer(text: string): Credential {
  return { kind: 'token', text };
}

function session(text: string): Credential {
  return { kind: 'session', text };
}
