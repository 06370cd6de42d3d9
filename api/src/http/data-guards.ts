/** What keeps browsers from making a page of an answer that is none, and others' pages from reading it. */
export const DATA_GUARDS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
};

/** For images, names and values in turn. A browser that shows one in a tab of its own sets styles around it. */
const IMAGE_GUARDS = [
  'X-Content-Type-Options',
  'nosniff',
  'Content-Security-Policy',
  "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  'Referrer-Policy',
  'no-referrer',
  'Cross-Origin-Resource-Policy',
];

/** For images that any page may show: all may read them, or the URL itself lets them be read. */
export const SHARED_IMAGE_GUARDS: readonly string[] = [...IMAGE_GUARDS, 'cross-origin'];
export const OWN_IMAGE_GUARDS: readonly string[] = [...IMAGE_GUARDS, 'same-origin'];
