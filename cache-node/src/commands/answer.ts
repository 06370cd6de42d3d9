import type { RequestLine } from '../protocol/request-line.ts';
import type { Session } from '../session.ts';

export type Answer = (text: string) => void;

/** How a request is answered: not at all if its last word is `noreply`. */
export function answerUnlessQuiet(session: Session, line: RequestLine): Answer {
  return line.is(line.count - 1, 'noreply') ? ignore : (text) => session.reply.line(text);
}

function ignore(): void {}
