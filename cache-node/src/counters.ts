import { ClassCounters } from './stats/class-counters.ts';

/** What the node has done since it started or since `stats reset`. Each only grows. Named as in memcached's `stats`. */
export class Counters {
  total_connections = 0;
  rejected_connections = 0;
  cmd_get = 0;
  cmd_set = 0;
  cmd_flush = 0;
  cmd_touch = 0;
  cmd_meta = 0;
  get_hits = 0;
  get_misses = 0;
  get_expired = 0;
  get_flushed = 0;
  delete_misses = 0;
  delete_hits = 0;
  incr_misses = 0;
  incr_hits = 0;
  decr_misses = 0;
  decr_hits = 0;
  cas_misses = 0;
  cas_hits = 0;
  cas_badval = 0;
  touch_hits = 0;
  touch_misses = 0;
  store_too_large = 0;
  store_no_memory = 0;
  auth_cmds = 0;
  auth_errors = 0;
  idle_kicks = 0;
  ssl_handshake_errors = 0;
  ssl_new_sessions = 0;
  bytes_read = 0;
  bytes_written = 0;
  listen_disabled_num = 0;
  total_items = 0;
  crawler_items_checked = 0;
  lru_crawler_starts = 0;
  /** Entries that went without a client's asking. */
  readonly losses = new ClassCounters();

  reset(): void {
    const { losses } = this;
    losses.reset();
    Object.assign(this, new Counters(), { losses });
  }
}
