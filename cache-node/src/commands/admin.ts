import { expiryDate } from '../clock.ts';
import { isPolicyName } from '../policies/policies.ts';
import { parseInt32, parseUint32 } from '../protocol/numbers.ts';
import type { RequestLine } from '../protocol/request-line.ts';
import type { Session } from '../session.ts';
import { answerUnlessQuiet } from './answer.ts';
import { BAD_EXPTIME, BAD_FORMAT, ERROR } from './replies.ts';

const MIB = 1024 * 1024;
const LEAST_CAPACITY_MIB = 8;
const MOST_CAPACITY_MIB = 1_000_000_000;
const MOST_VERBOSITY = 2;

/** `flush_all [exptime] [noreply]`: everything that is stored by then goes. */
export function flushAll(session: Session, line: RequestLine, now: number): void {
  const { node } = session;
  if (line.count > 3) return session.reply.line(ERROR);
  const answer = answerUnlessQuiet(session, line);
  node.counters.cmd_flush++;
  if (!node.config.canFlush) return answer('CLIENT_ERROR flush_all not allowed');
  let exptime = 0;
  if (line.count !== (line.is(line.count - 1, 'noreply') ? 2 : 1)) {
    const delay = parseInt32(line.bytes, line.start(1), line.endOf(1));
    if (delay === undefined) return answer(BAD_EXPTIME);
    exptime = Math.max(delay, 0);
  }
  node.cache.flush(exptime === 0 ? now : expiryDate(exptime, now), now);
  if (node.cache.flushAt === 0 && node.settings.crawlerIsEnabled) node.sweeper.sweepSoon();
  answer('OK');
}

/** `verbosity <level> [noreply]` */
export function verbosity(session: Session, line: RequestLine): void {
  if (line.count !== 2 && line.count !== 3) return session.reply.line(ERROR);
  const answer = answerUnlessQuiet(session, line);
  const level = parseUint32(line.bytes, line.start(1), line.endOf(1));
  if (level === undefined) return answer(BAD_FORMAT);
  session.node.settings.verbosity = Math.min(level, MOST_VERBOSITY);
  answer('OK');
}

/** `cache_memlimit <MiB> [noreply]`: evicts what no longer fits. */
export function cacheMemlimit(session: Session, line: RequestLine): void {
  if (line.count !== 2 && line.count !== 3) return session.reply.line(ERROR);
  const answer = answerUnlessQuiet(session, line);
  const capacityMiB = parseUint32(line.bytes, line.start(1), line.endOf(1));
  if (capacityMiB === undefined) return answer(ERROR);
  if (capacityMiB < LEAST_CAPACITY_MIB)
    return answer('MEMLIMIT_TOO_SMALL cannot set maxbytes to less than 8m');
  if (capacityMiB > MOST_CAPACITY_MIB) {
    return answer('MEMLIMIT_ADJUST_FAILED input value is megabytes not bytes');
  }
  session.node.cache.setCapacity(capacityMiB * MIB);
  session.node.housekeeper.wake();
  answer('OK');
}

/** `policy`: which one is in use. `policy <name>`: use another, and keep all entries. */
export function policy(session: Session, line: RequestLine): void {
  const { cache, housekeeper } = session.node;
  if (line.count === 1) return session.reply.line(`POLICY ${cache.policyName}`);
  if (line.count > 3) return session.reply.line(ERROR);
  const answer = answerUnlessQuiet(session, line);
  const name = line.text(1);
  if (!isPolicyName(name)) return answer('CLIENT_ERROR unknown policy');
  cache.setPolicy(name);
  housekeeper.wake();
  answer('OK');
}

/** `refresh_certs [noreply]`: reads the certificate and its key anew, for the clients that come from now on. */
export function refreshCertificates(session: Session, line: RequestLine): void {
  const { config, connections } = session.node;
  if (config.tls === undefined) return session.reply.line(ERROR);
  const answer = answerUnlessQuiet(session, line);
  try {
    connections.renewCertificates();
    answer('OK');
  } catch (error) {
    answer(`SERVER_ERROR ${error instanceof Error ? error.message.replace(/\s+/g, ' ') : String(error)}`);
  }
}

/** `shutdown [graceful]`, for those who were given it with `-A`. */
export function shutdown(session: Session, line: RequestLine): void {
  const { node, reply } = session;
  if (!node.config.canShutdown) reply.line('ERROR: shutdown not enabled');
  else if (line.count === 1) node.shutdown(false);
  else if (line.count === 2 && line.is(1, 'graceful')) node.shutdown(true);
  else reply.line('CLIENT_ERROR invalid shutdown mode');
}

/** `debugtime <seconds>|p|r`: moves, stops and starts the node's clock. Only where tests have asked for it. */
export function debugTime(session: Session, line: RequestLine): void {
  const { node, reply } = session;
  if (!node.config.hasTestCommands || line.count < 2) return reply.line(ERROR);
  const seconds = parseInt32(line.bytes, line.start(1), line.endOf(1));
  if (line.is(1, 'p')) node.clock.pause();
  else if (line.is(1, 'r')) node.clock.resume();
  else if (seconds === undefined) return reply.line(ERROR);
  else node.clock.advance(seconds);
  session.now = node.clock.seconds();
  reply.line('OK');
}

/** `lru tune|mode|temp_ttl ...`: there are no segments to tune here. */
export function lru(session: Session): void {
  session.reply.line(ERROR);
}

/** `slabs reassign|automove ...`: memory is not divided into slabs here, and needs no moving. */
export function slabs(session: Session, line: RequestLine): void {
  const isAutomove = line.is(1, 'automove') && line.count >= 3;
  if (line.is(1, 'reassign') && line.count === 4) {
    session.reply.line('CLIENT_ERROR slab reassignment disabled');
  } else if (isAutomove && !/^\d+$/.test(line.text(2))) {
    session.reply.line(BAD_FORMAT);
  } else if (isAutomove && Number(line.text(2)) <= 2) {
    session.reply.line('OK');
  } else {
    session.reply.line(ERROR);
  }
}
