import type { RouteLocation, RouteLocationRaw } from 'vue-router';

/** Where an image's page is. The key travels as a parameter: browsers would resolve `..` within a path. */
export function imagePage(key: string): RouteLocationRaw {
  return { name: 'image', query: { key } };
}

/** What the browser's tab says. */
export function titleOf(route: RouteLocation): string {
  const { key, prefix } = route.query;
  if (route.name === 'image' && typeof key === 'string') return `${key} · Shoal`;
  if (route.name === 'gallery' && typeof prefix === 'string') return `${prefix}… · Shoal`;
  if (route.name === 'stats') return 'Stats · Shoal';
  if (route.name === 'scaling') return 'Scaling · Shoal';
  if (route.name === 'settings') return 'Settings · Shoal';
  if (route.name === 'pool') return 'Pool · Shoal';
  return 'Shoal';
}
