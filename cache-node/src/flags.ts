interface FlagHelp {
  readonly name: string;
  readonly long: string;
  /** What its value is; a flag without takes none. */
  readonly takes?: string;
  readonly help: string;
}

/** The flags, memcached's but for the last two. Those that it has no use for are taken and do nothing. */
export const flags = [
  { name: 'p', long: 'port', takes: '<port>', help: 'TCP port; 0 for none, -1 for any that is free (11211)' },
  {
    name: 'l',
    long: 'listen',
    takes: '<address>',
    help: 'address, or address:port; a list, or given again; notls: before it for no TLS (127.0.0.1)',
  },
  { name: 's', long: 'unix-socket', takes: '<path>', help: 'unix socket; no TCP then, unless -l is given' },
  { name: 'a', long: 'unix-mask', takes: '<mode>', help: 'access mode of the unix socket, octal (700)' },
  { name: 'A', long: 'enable-shutdown', help: 'clients may send "shutdown"' },
  { name: 'm', long: 'memory-limit', takes: '<MiB>', help: 'memory for what is stored (64)' },
  {
    name: 'I',
    long: 'max-item-size',
    takes: '<size>',
    help: 'largest item, such as 512k or 2m (32m, at most half of -m)',
  },
  { name: 'M', long: 'disable-evictions', help: 'refuse to store rather than evict' },
  { name: 'c', long: 'conn-limit', takes: '<number>', help: 'connections at the same time (1024)' },
  { name: 'C', long: 'disable-cas', help: 'no CAS' },
  { name: 'F', long: 'disable-flush-all', help: 'refuse "flush_all"' },
  { name: 'X', long: 'disable-dumping', help: 'refuse "stats cachedump" and "lru_crawler metadump"' },
  { name: 'W', long: 'disable-watch', help: 'taken; there is no "watch"' },
  {
    name: 'Y',
    long: 'auth-file',
    takes: '<file>',
    help: 'clients must say who they are: lines of name:password',
  },
  { name: 'Z', long: 'enable-ssl', help: 'TLS, with -o ssl_chain_cert=FILE,ssl_key=FILE' },
  {
    name: 'D',
    long: 'delimiter',
    takes: '<char>',
    help: 'where key prefixes end for "stats detail", and turns it on (:)',
  },
  { name: 'b', long: 'listen-backlog', takes: '<number>', help: 'connections waiting to be accepted (1024)' },
  { name: 'B', long: 'protocol', takes: '<name>', help: 'ascii or auto; only the text protocol is spoken' },
  { name: 'v', long: 'verbose', help: 'taken; "stats settings" shows it' },
  { name: 'o', long: 'extended', takes: '<options>', help: 'a list of the options below' },
  { name: 'h', long: 'help', help: 'print this' },
  { name: 'V', long: 'version', help: 'print the version' },
  { name: 'U', long: 'udp-port', takes: '<port>', help: 'taken; there is no UDP' },
  { name: 'u', long: 'user', takes: '<name>', help: 'taken; the user is not changed' },
  { name: 't', long: 'threads', takes: '<number>', help: 'taken; there is one' },
  { name: 'R', long: 'max-reqs-per-event', takes: '<number>', help: 'taken' },
  { name: 'f', long: 'slab-growth-factor', takes: '<factor>', help: 'taken; there are no slabs' },
  { name: 'n', long: 'slab-min-size', takes: '<bytes>', help: 'taken; there are no slabs' },
  { name: 'L', long: 'enable-largepages', help: 'taken' },
  { name: 'k', long: 'lock-memory', help: 'taken' },
  { name: 'r', long: 'enable-coredumps', help: 'taken' },
  { name: 'policy', long: 'policy', takes: '<name>', help: 'eviction policy (lru)' },
  { name: 'max-items', long: 'max-items', takes: '<number>', help: 'a cap by count, besides -m' },
] as const satisfies readonly FlagHelp[] as readonly (FlagHelp & { readonly name: FlagName })[];

export type FlagName =
  | 'p'
  | 'l'
  | 's'
  | 'a'
  | 'A'
  | 'm'
  | 'I'
  | 'M'
  | 'c'
  | 'C'
  | 'F'
  | 'X'
  | 'W'
  | 'Y'
  | 'Z'
  | 'D'
  | 'b'
  | 'B'
  | 'v'
  | 'o'
  | 'h'
  | 'V'
  | 'U'
  | 'u'
  | 't'
  | 'R'
  | 'f'
  | 'n'
  | 'L'
  | 'k'
  | 'r'
  | 'policy'
  | 'max-items';

const TAKEN = 'taken';

/** The options of `-o`. Those that tune memcached's insides are taken and do nothing. */
export const options: Readonly<Record<string, string>> = {
  idle_timeout: 'seconds after which a silent client is disconnected (0: never)',
  orphan_timeout: 'seconds after which a node without any client ends by itself (never)',
  exit_with_parent: 'end when standard input is closed, as it is when the parent ends',
  test_commands: '"debugtime", which moves the clock; for tests only',
  ssl_chain_cert: 'the certificate, a PEM file',
  ssl_key: 'its key, a PEM file',
  ssl_ca_cert: 'who signs the certificates of clients, a PEM file',
  ssl_verify_mode: '1: a certificate that a client shows must be good; 2: it must show one (0)',
  ssl_min_version: '2: TLS 1.2; 3: TLS 1.3 (2)',
  ssl_ciphers: "the ciphers that may be used, in OpenSSL's words",
  ssl_session_cache: 'clients may resume sessions',
  no_modern: 'no background sweep unless lru_crawler is given too',
  lru_crawler: 'sweep expired entries in the background (on)',
  no_lru_crawler: 'do not',
  modern: TAKEN,
  ssl_keyformat: TAKEN,
  ssl_wbuf_size: TAKEN,
  no_lru_maintainer: TAKEN,
  lru_maintainer: TAKEN,
  relaxed_privileges: TAKEN,
  drop_privileges: TAKEN,
  no_drop_privileges: TAKEN,
  maxconns_fast: TAKEN,
  no_maxconns_fast: TAKEN,
  hash_algorithm: TAKEN,
  hashpower: TAKEN,
  no_hashexpand: TAKEN,
  tail_repair_time: TAKEN,
  slab_reassign: TAKEN,
  no_slab_reassign: TAKEN,
  slab_automove: TAKEN,
  slab_automove_ratio: TAKEN,
  slab_automove_window: TAKEN,
  slab_chunk_max: TAKEN,
  lru_crawler_sleep: TAKEN,
  lru_crawler_tocrawl: TAKEN,
  hot_lru_pct: TAKEN,
  warm_lru_pct: TAKEN,
  hot_max_factor: TAKEN,
  warm_max_factor: TAKEN,
  temporary_ttl: TAKEN,
  track_sizes: TAKEN,
  watcher_logbuf_size: TAKEN,
  worker_logbuf_size: TAKEN,
  read_buf_mem_limit: TAKEN,
  resp_obj_mem_limit: TAKEN,
  no_inline_ascii_resp: TAKEN,
  inline_ascii_resp: TAKEN,
};

/** What `-h` prints. */
export function usage(policyNames: readonly string[]): string {
  const flagLines = flags.map(({ name, long, takes = '', help }) => {
    const short = name === long ? '' : `-${name}, `;
    return `${`${short}--${long} ${takes}`.trimEnd().padEnd(36)}${help}`;
  });
  const optionLines = Object.entries(options)
    .filter(([, help]) => help !== TAKEN)
    .map(([name, help]) => `  ${name.padEnd(34)}${help}`);
  return `${[...flagLines, '', 'Options of -o:', ...optionLines, '', `Policies: ${policyNames.join(', ')}`].join('\n')}\n`;
}
