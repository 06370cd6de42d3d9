import { parseGivenNodes, type GivenNode } from './given-nodes.ts';

/** What a configuration endpoint says of its cluster. */
export interface ClusterConfig {
  /** Goes up by one with each change of the cluster. */
  readonly version: number;
  readonly nodes: readonly GivenNode[];
}

/** The largest cluster of ElastiCache has 60 nodes. */
const MAX_CONFIG_BYTES = 65_536;
const END = '\r\nEND\r\n';

/**
 * Reads the reply to `config get cluster`: `CONFIG cluster 0 BYTES`, a line with the version, a line of `HOST|IP|PORT` parted by
 * spaces, an empty line, `END`. The label of a node is that of its host's name, which a replacement keeps; its address is
 * the IP where it is known, as it is before the name is. Source: ElastiCache's "Adding auto discovery to your client library".
 * @returns undefined while the reply is not complete
 * @throws when it is anything else
 */
export function parseClusterConfig(reply: Buffer): ClusterConfig | undefined {
  const head = /^CONFIG cluster \d+ (\d+)\r\n/.exec(reply.toString('latin1', 0, 64));
  if (head === null) {
    const line = reply.toString('latin1', 0, 100).split('\r\n')[0]!;
    if (reply.length < 64 && !reply.includes('\n')) return undefined;
    throw new Error(`it answers "${line}" to config get cluster`);
  }
  const start = head[0].length;
  const end = start + Number(head[1]);
  if (end > MAX_CONFIG_BYTES) throw new Error(`its list of nodes is longer than ${MAX_CONFIG_BYTES} bytes`);
  if (reply.length < end + END.length) return undefined;
  if (reply.toString('latin1', end, end + END.length) !== END) throw new Error('its reply does not end');
  const [version = '', list = ''] = reply.toString('latin1', start, end).split('\n');
  if (!/^\d{1,15}\r?$/.test(version)) throw new Error(`it gives ${JSON.stringify(version)} as the version`);
  return { version: Number(version.trim()), nodes: parseNodes(list.trim()) };
}

function parseNodes(list: string): GivenNode[] {
  const nodes = list
    .split(/\s+/)
    .filter((part) => part !== '')
    .map(parseNode);
  if (new Set(nodes.map(({ label }) => label)).size < nodes.length) throw new Error('it names a node twice');
  // Each node of the cluster may list them in another order.
  return nodes.sort((one, other) => byName.compare(one.label, other.label));
}

function parseNode(part: string): GivenNode {
  const [host = '', ip = '', port = '', ...more] = part.split('|');
  const name = parseOne(host === '' ? ip : host, port);
  const address = ip === '' ? name : parseOne(ip, port);
  if (name === undefined || address === undefined || more.length > 0) {
    throw new Error(`it gives ${JSON.stringify(part)} as a node: want HOST|IP|PORT`);
  }
  return { label: name.label, address: address.address };
}

function parseOne(host: string, port: string): GivenNode | undefined {
  const given = parseGivenNodes(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
  return 'nodes' in given ? given.nodes[0] : undefined;
}

/** node-2 comes before node-10. */
const byName = new Intl.Collator('en', { numeric: true });
