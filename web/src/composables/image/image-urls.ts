/** The ways to refer to an image from outside, each an absolute address or text around one. */
export interface ImageUrls {
  /** This version, for ever. */
  readonly versioned: string;
  /** Whatever the newest version is. */
  readonly plain: string;
  readonly html: string;
  readonly markdown: string;
}

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
  const plain = new URL(versioned);
  plain.searchParams.delete('v');
  const alt = altOf(image.key);
  return {
    versioned: versioned.href,
    plain: plain.href,
    html: `<img src="${escapeHtml(plain.href)}" width="${image.width}" height="${image.height}" alt="${escapeHtml(alt)}">`,
    markdown: `![${alt.replace(/[\\[\]]/g, '\\$&')}](<${plain.href}>)`,
  };
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
