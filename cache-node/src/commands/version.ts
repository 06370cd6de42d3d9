/** The release of memcached whose protocol this is; clients compare it with what they need. */
export const VERSION = '1.6.18';
