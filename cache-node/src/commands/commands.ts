import type { RequestLine } from '../protocol/request-line.ts';
import type { Session } from '../session.ts';
import {
  cacheMemlimit,
  debugTime,
  flushAll,
  lru,
  policy,
  refreshCertificates,
  shutdown,
  slabs,
  verbosity,
} from './admin.ts';
import { lruCrawler } from './crawler.ts';
import { get, getAndTouch } from './get.ts';
import { metaArithmetic } from './meta-arithmetic.ts';
import { metaDebug } from './meta-debug.ts';
import { metaDelete } from './meta-delete.ts';
import { metaGet } from './meta-get.ts';
import { metaSet } from './meta-set.ts';
import { ERROR } from './replies.ts';
import { arithmetic, remove, touch } from './simple.ts';
import { stats } from './stats.ts';
import { storage } from './storage.ts';
import { VERSION } from './version.ts';

export { continueGet, type KeyList } from './get.ts';

type Command = (session: Session, line: RequestLine, now: number) => void;

/** Carries out one request line, or begins to, where a payload follows. */
export function execute(session: Session, line: RequestLine, now: number): void {
  if (line.lengthOf(0) < 2) {
    session.reply.line(ERROR);
    return;
  }
  const { bytes } = line;
  const start = line.start(0);
  // The two that matter most do without a string for the command's name.
  if (line.lengthOf(0) === 2 && bytes[start] === 109 && bytes[start + 1] === 103) metaGet(session, line, now);
  else if (
    line.lengthOf(0) === 3 &&
    bytes[start] === 103 &&
    bytes[start + 1] === 101 &&
    bytes[start + 2] === 116
  ) {
    get(session, line, now, false);
  } else {
    (commands.get(line.text(0)) ?? unknown)(session, line, now);
  }
}

const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['bget', (session, line, now) => get(session, line, now, false)],
  ['gets', (session, line, now) => get(session, line, now, true)],
  ['gat', (session, line, now) => getAndTouch(session, line, now, false)],
  ['gats', (session, line, now) => getAndTouch(session, line, now, true)],
  ['set', (session, line, now) => storage(session, line, now, 'set')],
  ['add', (session, line, now) => storage(session, line, now, 'add')],
  ['replace', (session, line, now) => storage(session, line, now, 'replace')],
  ['append', (session, line, now) => storage(session, line, now, 'append')],
  ['prepend', (session, line, now) => storage(session, line, now, 'prepend')],
  ['cas', (session, line, now) => storage(session, line, now, 'cas')],
  ['incr', (session, line, now) => arithmetic(session, line, now, true)],
  ['decr', (session, line, now) => arithmetic(session, line, now, false)],
  ['delete', remove],
  ['touch', touch],
  ['ms', metaSet],
  ['md', metaDelete],
  ['ma', metaArithmetic],
  ['me', metaDebug],
  ['mn', (session) => session.reply.line('MN')],
  ['stats', stats],
  ['flush_all', flushAll],
  ['version', (session) => session.reply.line(`VERSION ${VERSION}`)],
  ['verbosity', verbosity],
  ['cache_memlimit', cacheMemlimit],
  ['policy', policy],
  ['lru_crawler', lruCrawler],
  ['lru', lru],
  ['slabs', slabs],
  ['refresh_certs', refreshCertificates],
  ['shutdown', shutdown],
  ['debugtime', debugTime],
  ['quit', (session) => session.close()],
]);

function unknown(session: Session, line: RequestLine): void {
  // A browser that was sent here must not have its request body carried out.
  if (line.text(line.count - 1).startsWith('HTTP/')) session.closeAtOnce();
  else session.reply.line(ERROR);
}
