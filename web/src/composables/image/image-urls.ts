/** The ways to refer to an image from outside, each an absolute address or text around one. */
export interface ImageUrls {
  /** This version, for ever. */
  readonly versioned: string;
  /** Whatever the newest version is. */
  readonly plain: string;
  /** With renderings for screens of every width. */
  readonly html: string;
  readonly markdown: string;
  /** A query of the API for the image. */
  readonly graphql: string;
}

/** Widths of the renderings that a page offers to browsers; the API has others too. */
const RENDERED_WIDTHS = [320, 640, 960, 1280, 1920, 2560];

/** The address of whatever version is the newest, from the path of one version. */
export function plainUrl(path: string, pageUrl: string): string {
  const url = new URL(path, pageUrl);
  url.searchParams.delete('v');
  return url.href;
}

/** Builds what one copies from the path of a version (`/images/KEY?v=VERSION`) and the page's own address. */
export function imageUrls(
  image: { key: string; url: string; width: number; height: number },
  pageUrl: string,
): ImageUrls {
  const versioned = new URL(image.url, pageUrl);
  const plain = new URL(plainUrl(image.url, pageUrl));
  const alt = altOf(image.key);
  return {
    versioned: versioned.href,
    plain: plain.href,
    html: `<img src="${escapeHtml(plain.href)}"${srcsetOf(plain, image.width)} width="${image.width}" height="${image.height}" alt="${escapeHtml(alt)}">`,
    markdown: `![${alt.replace(/[\\[\]]/g, '\\$&')}](<${plain.href}>)`,
    graphql: `{ image(key: ${JSON.stringify(image.key)}) { url width height thumbnailUrl(width: 640) } }`,
  };
}

/** Nothing for an image that is no wider than the narrowest rendering. */
function srcsetOf(plain: URL, imageWidth: number): string {
  const widths = RENDERED_WIDTHS.filter((width) => width < imageWidth);
  if (widths.length === 0) return '';
  const candidates = widths.map((width) => {
    const rendering = new URL(plain);
    rendering.searchParams.set('w', String(width));
    return `${rendering.href} ${width}w`;
  });
  const srcset = [...candidates, `${plain.href} ${imageWidth}w`].join(', ');
  return ` srcset="${escapeHtml(srcset)}" sizes="100vw"`;
}

/** The readable part of a key: `holiday/cat.jpg` is `cat`. */
function altOf(key: string): string {
  const name = key.replace(/\/+$/, '').split('/').at(-1) ?? key;
  return name.replace(/(?<=.)\.[A-Za-z0-9]{1,5}$/, '') || key;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
