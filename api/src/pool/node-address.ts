/** Where a node listens. */
export type NodeAddress = { readonly path: string } | { readonly host: string; readonly port: number };

/** As it is shown: `unix:PATH` or `host:port`. */
export function formatAddress(address: NodeAddress): string {
  return 'path' in address ? `unix:${address.path}` : `${address.host}:${address.port}`;
}
