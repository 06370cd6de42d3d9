/** Where a node listens. */
export type NodeAddress = { readonly path: string } | { readonly host: string; readonly port: number };

/** As it is shown and written down: `unix:PATH` or `host:port`, an IPv6 address in brackets. */
export function formatAddress(address: NodeAddress): string {
  if ('path' in address) return `unix:${address.path}`;
  const { host, port } = address;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Reads what `formatAddress` has written.
 * @throws when it is neither
 */
export function parseAddress(text: string): NodeAddress {
  if (text.startsWith('unix:')) return { path: text.slice('unix:'.length) };
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) throw new Error(`${text} is no address of a node: want unix:PATH or host:port.`);
  return { host, port: Number(port) };
}
