/** The name by which Shoal introduces itself. A node takes it with its secret only. */
export const NODE_USER = 'shoal';

/** Gives what nodes want to be shown, as it is at the moment: it may be changed while all runs. */
export type NodeSecret = () => string;

/** What is sent first to a node that asks who is there: memcached's ASCII authentication. The reply is `STORED`. */
export function introduction(secret: string): string {
  const payload = `${NODE_USER} ${secret}`;
  return `set ${NODE_USER} 0 0 ${payload.length}\r\n${payload}\r\n`;
}
