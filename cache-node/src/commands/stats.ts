import type { RequestLine } from '../protocol/request-line.ts';
import { parseUint32 } from '../protocol/numbers.ts';
import type { Session } from '../session.ts';
import { connectionStats } from '../stats/connection-stats.ts';
import { generalStats } from '../stats/general-stats.ts';
import { itemStats, type Line, sizeStats, slabStats, type Survey } from '../stats/item-stats.ts';
import { nodeStats } from '../stats/node-stats.ts';
import { settingStats } from '../stats/setting-stats.ts';
import { dumpClass } from './crawler.ts';
import { BAD_FORMAT, ERROR } from './replies.ts';

const STEPS_AT_ONCE = 2000;

/** `stats [settings|items|slabs|sizes|conns|node|reset|detail on,off,dump|cachedump <class> <limit>]` */
export function stats(session: Session, line: RequestLine): void {
  const { node, reply } = session;
  if (line.count === 1) return send(session, generalStats(node));
  switch (line.text(1)) {
    case 'settings':
      return send(session, settingStats(node));
    case 'items':
      return sendSurvey(session, itemStats(node));
    case 'slabs':
      return sendSurvey(session, slabStats(node));
    case 'sizes':
      return sendSurvey(session, sizeStats());
    case 'conns':
      return send(session, connectionStats(node));
    case 'node':
      return send(session, nodeStats(node));
    case 'reset':
      node.counters.reset();
      node.prefixes.reset();
      return reply.line('RESET');
    case 'detail':
      return detail(session, line);
    case 'cachedump':
      return dump(session, line);
    default:
      return reply.line(ERROR);
  }
}

function send(session: Session, lines: readonly Line[]): void {
  let text = '';
  for (const [name, value] of lines) text += `STAT ${name} ${value}\r\n`;
  session.reply.text(`${text}END\r\n`);
}

/** Looks at the entries piece by piece, so that no other client waits for it, and then answers. */
function sendSurvey(session: Session, survey: Survey): void {
  const walk = session.node.cache.survey();
  const next = (): boolean => {
    for (let steps = 0; steps < STEPS_AT_ONCE && !walk.isComplete; steps++)
      for (const entry of walk.next()) survey.look(entry);
    if (walk.isComplete) send(session, survey.lines());
    return !walk.isComplete;
  };
  session.stream(next, () => {});
}

function detail(session: Session, line: RequestLine): void {
  const { reply, node } = session;
  const word = line.text(2);
  if (word === 'on' || word === 'off') {
    node.prefixes.isEnabled = word === 'on';
    reply.line('OK');
  } else if (word === 'dump') {
    reply.text(node.prefixes.dump());
  } else {
    reply.line('CLIENT_ERROR usage: stats detail on|off|dump');
  }
}

function dump(session: Session, line: RequestLine): void {
  const { reply, node } = session;
  if (!node.config.canDump) return reply.line('CLIENT_ERROR stats cachedump not allowed');
  if (line.count < 4) return reply.line('CLIENT_ERROR bad command line');
  const number = parseUint32(line.bytes, line.start(2), line.endOf(2));
  const limit = parseUint32(line.bytes, line.start(3), line.endOf(3));
  if (number === undefined || limit === undefined) return reply.line(BAD_FORMAT);
  if (number >= 64) return reply.line('CLIENT_ERROR Illegal slab id');
  dumpClass(session, number, limit);
}
