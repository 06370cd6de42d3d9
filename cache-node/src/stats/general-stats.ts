import type { CacheNode } from '../cache-node.ts';
import { VERSION } from '../commands/version.ts';

/** What `stats` shows: memcached's names and order, 0 where the node has nothing of the kind. */
export function generalStats(node: CacheNode): [string, string | number][] {
  const { counters, cache, config, clock, connections } = node;
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const now = clock.seconds();
  return [
    ['pid', process.pid],
    ['uptime', now - node.startedAt],
    ['time', now],
    ['version', VERSION],
    ['libevent', `none (node ${process.versions.node})`],
    ['pointer_size', 64],
    ['rusage_user', seconds(userCPUTime)],
    ['rusage_system', seconds(systemCPUTime)],
    ['max_connections', config.maxConnections],
    ['curr_connections', connections.count],
    ['total_connections', counters.total_connections],
    ['rejected_connections', counters.rejected_connections],
    ['connection_structures', connections.count],
    ['response_obj_oom', 0],
    ['response_obj_count', 0],
    ['response_obj_bytes', 0],
    ['read_buf_count', 0],
    ['read_buf_bytes', 0],
    ['read_buf_bytes_free', 0],
    ['read_buf_oom', 0],
    ['reserved_fds', 0],
    ['cmd_get', counters.cmd_get],
    ['cmd_set', counters.cmd_set],
    ['cmd_flush', counters.cmd_flush],
    ['cmd_touch', counters.cmd_touch],
    ['cmd_meta', counters.cmd_meta],
    ['get_hits', counters.get_hits],
    ['get_misses', counters.get_misses],
    ['get_expired', counters.get_expired],
    ['get_flushed', counters.get_flushed],
    ['delete_misses', counters.delete_misses],
    ['delete_hits', counters.delete_hits],
    ['incr_misses', counters.incr_misses],
    ['incr_hits', counters.incr_hits],
    ['decr_misses', counters.decr_misses],
    ['decr_hits', counters.decr_hits],
    ['cas_misses', counters.cas_misses],
    ['cas_hits', counters.cas_hits],
    ['cas_badval', counters.cas_badval],
    ['touch_hits', counters.touch_hits],
    ['touch_misses', counters.touch_misses],
    ['store_too_large', counters.store_too_large],
    ['store_no_memory', counters.store_no_memory],
    ['auth_cmds', counters.auth_cmds],
    ['auth_errors', counters.auth_errors],
    ...(config.idleTimeoutSeconds > 0 ? [['idle_kicks', counters.idle_kicks] as [string, number]] : []),
    ['bytes_read', counters.bytes_read],
    ['bytes_written', counters.bytes_written],
    ['limit_maxbytes', cache.capacityBytes],
    ['accepting_conns', connections.isAccepting ? 1 : 0],
    ['listen_disabled_num', counters.listen_disabled_num],
    ['time_in_listen_disabled_us', 0],
    ['threads', 1],
    ['conn_yields', 0],
    ['hash_power_level', Math.max(16, Math.ceil(Math.log2(cache.count + 1)))],
    ['hash_bytes', 0],
    ['hash_is_expanding', 0],
    ['slab_reassign_rescues', 0],
    ['slab_reassign_chunk_rescues', 0],
    ['slab_reassign_evictions_nomem', 0],
    ['slab_reassign_inline_reclaim', 0],
    ['slab_reassign_busy_items', 0],
    ['slab_reassign_busy_deletes', 0],
    ['slab_reassign_running', 0],
    ['slabs_moved', 0],
    ...(node.settings.crawlerIsEnabled
      ? ([
          ['lru_crawler_running', node.sweeper.isSweeping ? 1 : 0],
          ['lru_crawler_starts', counters.lru_crawler_starts],
        ] as [string, number][])
      : []),
    ...(config.hasMaintainer ? [['lru_maintainer_juggles', 0] as [string, number]] : []),
    ['malloc_fails', 0],
    ['log_worker_dropped', 0],
    ['log_worker_written', 0],
    ['log_watcher_skipped', 0],
    ['log_watcher_sent', 0],
    ['log_watchers', 0],
    ...(config.tls ? tlsStats(node, now) : []),
    ['unexpected_napi_ids', 0],
    ['round_robin_fallback', 0],
    ['bytes', cache.itemBytes],
    ['curr_items', cache.count],
    ['total_items', counters.total_items],
    ['slab_global_page_pool', 0],
    ['expired_unfetched', counters.losses.total('expired_unfetched')],
    ['evicted_unfetched', counters.losses.total('evicted_unfetched')],
    ...(config.hasMaintainer ? [['evicted_active', 0] as [string, number]] : []),
    ['evictions', counters.losses.total('evicted')],
    ['reclaimed', counters.losses.total('reclaimed')],
    ['crawler_reclaimed', counters.losses.total('crawler_reclaimed')],
    ['crawler_items_checked', counters.crawler_items_checked],
    ['lrutail_reflocked', 0],
    ...(config.hasMaintainer
      ? ([
          ['moves_to_cold', 0],
          ['moves_to_warm', 0],
          ['moves_within_lru', 0],
          ['direct_reclaims', 0],
        ] as [string, number][])
      : []),
  ];
}

function tlsStats({ config, counters, connections }: CacheNode, now: number): [string, number][] {
  return [
    ...(config.tls?.hasSessionCache
      ? [['ssl_new_sessions', counters.ssl_new_sessions] as [string, number]]
      : []),
    ['ssl_handshake_errors', counters.ssl_handshake_errors],
    ['time_since_server_cert_refresh', now - connections.certificateReadAt],
  ];
}

function seconds(microseconds: number): string {
  return (microseconds / 1e6).toFixed(6);
}
