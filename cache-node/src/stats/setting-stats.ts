import type { CacheNode } from '../cache-node.ts';
import type { TlsSettings } from '../tls-settings.ts';

/** What `stats settings` shows: memcached's names, for what the node has settings for. */
export function settingStats(node: CacheNode): [string, string | number][] {
  const { config, settings, cache, prefixes } = node;
  return [
    ['maxbytes', cache.capacityBytes],
    ['maxconns', config.maxConnections],
    ['tcpport', config.port],
    ['udpport', 0],
    ['inter', config.interfaces.map(({ text }) => text).join(',')],
    ['verbosity', settings.verbosity],
    ['oldest', 0],
    ['evictions', onOff(config.canEvict)],
    ['domain_socket', config.socketPath ?? 'NULL'],
    ['umask', config.socketMode.toString(8)],
    ['shutdown_command', yesNo(config.canShutdown)],
    ['growth_factor', '1.25'],
    ['chunk_size', 48],
    ['num_threads', 1],
    ['num_threads_per_udp', 1],
    ['stat_key_prefix', config.prefixDelimiter],
    ['detail_enabled', yesNo(prefixes.isEnabled)],
    ['reqs_per_event', 20],
    ['cas_enabled', yesNo(config.hasCas)],
    ['tcp_backlog', config.backlog],
    ['binding_protocol', config.binding === 'auto' ? 'auto-negotiate' : 'ascii'],
    ['auth_enabled_sasl', 'no'],
    ['auth_enabled_ascii', config.credentialsPath ?? 'no'],
    ['item_size_max', config.itemSizeMax],
    ['maxconns_fast', 'yes'],
    ['hashpower_init', 0],
    ['slab_reassign', 'no'],
    ['slab_automove', 0],
    ['lru_crawler', yesNo(settings.crawlerIsEnabled)],
    ['lru_crawler_sleep', 0],
    ['lru_crawler_tocrawl', 0],
    ['tail_repair_time', 0],
    ['flush_enabled', yesNo(config.canFlush)],
    ['dump_enabled', yesNo(config.canDump)],
    ['hash_algorithm', 'v8'],
    ['lru_maintainer_thread', yesNo(config.hasMaintainer)],
    ['lru_segmented', 'no'],
    ['idle_timeout', config.idleTimeoutSeconds],
    ['track_sizes', 'no'],
    ['inline_ascii_response', 'no'],
    ['ssl_enabled', yesNo(config.tls !== undefined)],
    ...(config.tls ? tlsSettings(config.tls) : []),
    ['policy', cache.policyName],
    ['max_items', config.maxItems ?? 0],
    ['client_flags_size', 4],
  ];
}

function tlsSettings(tls: TlsSettings): [string, string | number][] {
  return [
    ['ssl_chain_cert', tls.certificate],
    ['ssl_key', tls.key],
    ['ssl_verify_mode', tls.verifyMode],
    ['ssl_keyformat', 1],
    ['ssl_ciphers', tls.ciphers ?? 'NULL'],
    ['ssl_ca_cert', tls.authority ?? 'NULL'],
    ['ssl_wbuf_size', tls.writeBufferKiB * 1024],
    ['ssl_session_cache', yesNo(tls.hasSessionCache)],
    ['ssl_kernel_tls', 'no'],
    ['ssl_min_version', tls.minVersion.toLowerCase()],
  ];
}

function yesNo(is: boolean): string {
  return is ? 'yes' : 'no';
}

function onOff(is: boolean): string {
  return is ? 'on' : 'off';
}
