import { isIPv6 } from 'node:net';
import type { NodeAddress } from '../nodes/node-address.ts';
import { staticLabel } from '../routing/ring.ts';

/** A node that somebody else runs. */
export interface GivenNode {
  /** Its place on the ring. */
  readonly label: string;
  readonly address: NodeAddress;
}

export type GivenNodes =
  { readonly nodes: readonly GivenNode[] } | { readonly faults: readonly [string, ...string[]] };

const MEMCACHED_PORT = 11211;
const MAX_PART_CHARACTERS = 255;
const MAX_PATH_BYTES = 107;

/**
 * Reads `host:port,host:port`: names, IPv4 addresses, IPv6 addresses in brackets, or `unix:PATH`. Without a port it is
 * memcached's, 11211. The labels are those that libmemcached gives; that of a socket is `unix:PATH`.
 * @returns all faults together, each naming the part
 */
export function parseGivenNodes(text: string): GivenNodes {
  const nodes = new Map<string, GivenNode>();
  const faults: string[] = [];
  for (const [index, part] of text.split(',').entries()) {
    const node = parseNode(part.trim());
    if (typeof node === 'string') faults.push(`has ${JSON.stringify(part)} as part ${index + 1}: ${node}`);
    else if (nodes.has(sameness(node))) faults.push(`names ${part.trim()} twice`);
    else nodes.set(sameness(node), node);
  }
  const [first, ...others] = faults;
  return first === undefined ? { nodes: [...nodes.values()] } : { faults: [first, ...others] };
}

/** What it says, or what is wrong with it. */
function parseNode(part: string): GivenNode | string {
  if (part === '') return 'want host:port between commas';
  if (part.length > MAX_PART_CHARACTERS) return `want at most ${MAX_PART_CHARACTERS} characters`;
  if (part.startsWith('unix:')) {
    const path = part.slice('unix:'.length);
    const isPath = path.startsWith('/') && Buffer.byteLength(path) <= MAX_PATH_BYTES;
    return isPath
      ? { label: part, address: { path } }
      : `want an absolute path of at most ${MAX_PATH_BYTES} bytes`;
  }
  if (isIPv6(part)) return `write an IPv6 address in brackets, as in [${part}]:${MEMCACHED_PORT}`;
  const [, bracketed, plain, portText] =
    /^(?:\[([^\]]*)\]|([A-Za-z0-9._-]+))(?::([^/:]*))?$/.exec(part) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) return 'want host:port, [IPv6 address]:port or unix:PATH';
  if (bracketed !== undefined && !isIPv6(bracketed)) return `${bracketed} is no IPv6 address`;
  const port = portText === undefined ? MEMCACHED_PORT : parsePort(portText);
  if (port === undefined) return 'want a port from 1 to 65535';
  return { label: staticLabel(host, port), address: { host, port } };
}

/** Equal for two spellings of one node. Names of hosts are the same in any case, paths are not. */
function sameness({ label, address }: GivenNode): string {
  return 'path' in address ? label : label.toLowerCase();
}

function parsePort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}
