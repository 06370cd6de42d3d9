import type { NodeConnection } from './node-connection.ts';
import { ReplyError } from './reply-parser.ts';

/** The node has answered with an error, in its own words. */
export class NodeRefusal extends ReplyError {
  readonly reply: string;

  constructor(reply: string, command: string) {
    super(`The node answers "${reply}" to ${/^\w+/.exec(command)?.[0]}.`);
    this.reply = reply;
  }
}

/**
 * Sends a command, or several at once, and collects the lines of the reply up to the one that `isLast`.
 * @throws what broke the connection, that the node is late, or a NodeRefusal if it reports an error
 */
export function askForLines(
  connection: NodeConnection,
  command: string,
  { isLast = () => true, value }: { isLast?: (line: string) => boolean; value?: readonly Buffer[] } = {},
): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    const request = {
      line(text: string): boolean {
        lines.push(text);
        const isError = /^(SERVER_ERROR|CLIENT_ERROR|ERROR)/.test(text);
        if (isError) reject(new NodeRefusal(text, command));
        if (!isLast(text) && !isError) return false;
        resolve(lines);
        return true;
      },
      value(): void {
        throw new ReplyError('The node sent a value where none was asked for.');
      },
      data(): void {},
      valueEnd(): void {},
      late: reject,
      failed: reject,
    };
    if (value === undefined) connection.send(command, request);
    else connection.sendValue(command, value, request);
  });
}
