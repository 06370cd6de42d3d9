import { flags, options, type FlagName } from './flags.ts';
import { isPolicyName, policyNames, type PolicyName } from './policies/policies.ts';
import { readTlsSettings, type TlsSettings } from './tls-settings.ts';

const MIB = 1024 * 1024;
const DEFAULT_CAPACITY_MIB = 64;
const DEFAULT_ITEM_SIZE_MAX = 32 * MIB;
const LEAST_ITEM_SIZE_MAX = 1024;
const MOST_ITEM_SIZE_MAX = 1024 * MIB;
const PLAIN = 'notls:';
const MOST_ORPHAN_SECONDS = 86_400;

export interface Interface {
  readonly host: string;
  /** Without one, the port of `-p`. */
  readonly port: number | undefined;
  /** Without TLS, though others have it. */
  readonly isPlain: boolean;
  readonly text: string;
}

/** How a node was asked to run. Frozen. */
export interface Config {
  /** -1 is any free port, 0 none. */
  readonly port: number;
  readonly interfaces: readonly Interface[];
  readonly socketPath: string | undefined;
  readonly socketMode: number;
  readonly backlog: number;
  readonly binding: 'ascii' | 'auto';
  readonly capacityBytes: number;
  readonly itemSizeMax: number;
  readonly maxItems: number | undefined;
  readonly maxConnections: number;
  readonly policy: PolicyName;
  readonly canEvict: boolean;
  readonly hasCas: boolean;
  readonly canFlush: boolean;
  readonly canDump: boolean;
  readonly canShutdown: boolean;
  readonly credentialsPath: string | undefined;
  readonly verbosity: number;
  readonly prefixDelimiter: string;
  readonly hasDetail: boolean;
  /** 0 is for ever. */
  readonly idleTimeoutSeconds: number;
  /** 0 is for ever. */
  readonly orphanTimeoutSeconds: number;
  readonly hasCrawler: boolean;
  readonly hasMaintainer: boolean;
  readonly exitsWithParent: boolean;
  readonly hasTestCommands: boolean;
  readonly tls: TlsSettings | undefined;
}

export type ConfigResult =
  | { kind: 'config'; config: Config }
  | { kind: 'help' }
  | { kind: 'version' }
  | { kind: 'faults'; faults: readonly string[] };

/** Reads the command line, and reports all that is wrong with it together. */
export function readConfig(argv: readonly string[]): ConfigResult {
  const faults: string[] = [];
  const given = readFlags(argv, faults);
  if (given.flags.has('h')) return { kind: 'help' };
  if (given.flags.has('V')) return { kind: 'version' };

  const text = (name: FlagName): string | undefined => given.flags.get(name)?.at(-1);
  const has = (name: FlagName): boolean => given.flags.has(name);
  const number = (name: FlagName, fallback: number, least: number, most: number): number => {
    const value = text(name);
    if (value === undefined) return fallback;
    const parsed = /^-?\d+$/.test(value) ? Number(value) : NaN;
    if (parsed >= least && parsed <= most) return parsed;
    faults.push(`-${name} ${value}: want a number from ${least} to ${most}`);
    return fallback;
  };

  const capacityBytes = number('m', DEFAULT_CAPACITY_MIB, 1, 65536) * MIB;
  const half = Math.floor(capacityBytes / 2);
  const itemSize = text('I') === undefined ? undefined : parseSize(text('I') ?? '');
  const itemSizeMax = itemSize ?? Math.min(DEFAULT_ITEM_SIZE_MAX, Math.max(half, LEAST_ITEM_SIZE_MAX));
  if (text('I') !== undefined && itemSize === undefined)
    faults.push(`-I ${text('I')}: want a size such as 512k or 2m`);
  if (itemSizeMax < LEAST_ITEM_SIZE_MAX) faults.push('-I: values cannot be limited to less than 1024 bytes');
  if (itemSizeMax > MOST_ITEM_SIZE_MAX) faults.push('-I: values cannot be larger than 1024m');
  if (itemSize !== undefined && itemSize > half) faults.push('-I: values cannot be larger than half of -m');

  const policy = text('policy') ?? 'lru';
  if (!isPolicyName(policy)) faults.push(`--policy ${policy}: want one of ${policyNames.join(', ')}`);
  const socketMode = text('a') ?? '700';
  if (!/^[0-7]{1,4}$/.test(socketMode)) faults.push(`-a ${socketMode}: want an octal mode such as 700`);
  const delimiter = text('D') ?? ':';
  if (delimiter.length !== 1) faults.push(`-D ${delimiter}: want one character`);
  const binding = text('B') ?? 'ascii';
  if (binding !== 'ascii' && binding !== 'auto')
    faults.push(`-B ${binding}: only the text protocol is spoken`);
  const idle = given.options.get('idle_timeout') ?? '0';
  if (!/^\d+$/.test(idle)) faults.push(`-o idle_timeout=${idle}: want a number of seconds`);
  const orphan = given.options.get('orphan_timeout');
  const orphanTimeoutSeconds = orphan === undefined ? 0 : parseSeconds(orphan);
  if (orphanTimeoutSeconds === undefined)
    faults.push(`-o orphan_timeout=${orphan}: want a number of seconds from 1 to ${MOST_ORPHAN_SECONDS}`);
  const tls = has('Z') ? readTlsSettings(given.options, faults) : undefined;
  const isModern = !given.options.has('no_modern');

  const config: Config = {
    port: number('p', 11211, -1, 65535),
    interfaces: readInterfaces(given.flags.get('l') ?? ['127.0.0.1'], has('Z'), faults),
    socketPath: text('s'),
    socketMode: parseInt(socketMode, 8),
    binding: binding === 'auto' ? 'auto' : 'ascii',
    backlog: number('b', 1024, 1, 65535),
    capacityBytes,
    itemSizeMax,
    maxItems: has('max-items') ? number('max-items', 1, 1, 2 ** 31 - 1) : undefined,
    maxConnections: number('c', 1024, 1, 1_000_000),
    policy: isPolicyName(policy) ? policy : 'lru',
    canEvict: !has('M'),
    hasCas: !has('C'),
    canFlush: !has('F'),
    canDump: !has('X'),
    canShutdown: has('A'),
    credentialsPath: text('Y'),
    verbosity: (given.flags.get('v') ?? []).length,
    prefixDelimiter: delimiter,
    hasDetail: has('D'),
    idleTimeoutSeconds: Number(idle),
    orphanTimeoutSeconds: orphanTimeoutSeconds ?? 0,
    hasCrawler: given.options.has('lru_crawler') || (isModern && !given.options.has('no_lru_crawler')),
    hasMaintainer: isModern && !given.options.has('no_lru_maintainer'),
    exitsWithParent: given.options.has('exit_with_parent'),
    hasTestCommands: given.options.has('test_commands'),
    tls,
  };
  number('t', 1, 1, 1024);
  return faults.length > 0 ? { kind: 'faults', faults } : { kind: 'config', config: Object.freeze(config) };
}

interface Given {
  readonly flags: Map<FlagName, string[]>;
  readonly options: Map<string, string>;
}

function readFlags(argv: readonly string[], faults: string[]): Given {
  const given: Given = { flags: new Map(), options: new Map() };
  const add = (name: FlagName, value: string): void => {
    if (name === 'o') readOptions(value, given.options, faults);
    else given.flags.set(name, [...(given.flags.get(name) ?? []), value]);
  };
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    const long = /^--([a-z-]+)(?:=(.*))?$/s.exec(word);
    if (long) {
      const flag = flags.find(({ name, long: longName }) => longName === long[1] || name === long[1]);
      if (!flag) faults.push(`${word}: no such flag`);
      else if (!flag.takes) add(flag.name, '');
      else {
        const value = long[2] ?? argv[++index];
        if (value === undefined) faults.push(`${word}: want a value`);
        else add(flag.name, value);
      }
      continue;
    }
    if (!/^-[A-Za-z]/.test(word)) {
      faults.push(`${word}: not a flag`);
      continue;
    }
    // Several flags may share a dash, and a value may follow its flag at once.
    for (let at = 1; at < word.length; at++) {
      const flag = flags.find(({ name }) => name === word[at]);
      if (!flag) {
        faults.push(`-${word[at]}: no such flag`);
        break;
      }
      if (!flag.takes) {
        add(flag.name, '');
        continue;
      }
      const value = at + 1 < word.length ? word.slice(at + 1) : argv[++index];
      if (value === undefined) faults.push(`-${flag.name}: want ${flag.takes}`);
      else add(flag.name, value);
      break;
    }
  }
  return given;
}

function readOptions(text: string, given: Map<string, string>, faults: string[]): void {
  for (const option of text.split(',').filter((part) => part !== '')) {
    const [name = '', ...value] = option.split('=');
    if (name in options) given.set(name, value.join('='));
    else faults.push(`-o ${name}: no such option`);
  }
}

function readInterfaces(values: readonly string[], hasTls: boolean, faults: string[]): Interface[] {
  return values
    .flatMap((value) => value.split(','))
    .map((text) => {
      const isPlain = text.startsWith(PLAIN);
      if (isPlain && !hasTls) faults.push(`-l ${text}: without -Z nothing has TLS`);
      const address = isPlain ? text.slice(PLAIN.length) : text;
      const match = /^\[(.+)\](?::(\d+))?$|^([^:]+)(?::(\d+))?$|^([0-9a-f:]+)$/i.exec(address);
      if (!match) faults.push(`-l ${text}: want an address, or address:port`);
      const port = match?.[2] ?? match?.[4];
      return {
        host: match?.[1] ?? match?.[3] ?? match?.[5] ?? address,
        port: port === undefined ? undefined : Number(port),
        isPlain,
        text,
      };
    });
}

function parseSeconds(text: string): number | undefined {
  const seconds = /^\d+$/.test(text) ? Number(text) : 0;
  return seconds >= 1 && seconds <= MOST_ORPHAN_SECONDS ? seconds : undefined;
}

function parseSize(text: string): number | undefined {
  const match = /^(\d+)([km]?)$/i.exec(text);
  if (!match) return undefined;
  const unit = { '': 1, k: 1024, m: MIB }[(match[2] ?? '').toLowerCase()] ?? 1;
  return Number(match[1]) * unit;
}
