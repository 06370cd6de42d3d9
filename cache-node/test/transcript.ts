/** What is sent in one go, and what must come back. */
export interface Exchange {
  /** Where it begins in the file. */
  readonly line: number;
  readonly requests: string;
  readonly replies: { readonly ours: RegExp; readonly memcached: RegExp };
}

/**
 * Reads a transcript. Exchanges are parted by blank lines; in one, `>` lines are sent and `<` lines must come back, each ended
 * by `\r\n`. `<ours` and `<memcached` lines are what one of the two sends, and a `#` line before them says why. In requests
 * `\xNN`, `\r`, `\n` stand for bytes and `{5*ab}` for `ababababab`; in replies also `{cas}` and `{number}` for any number.
 */
export function parseTranscript(text: string): Exchange[] {
  const exchanges: Exchange[] = [];
  let line = 1;
  for (const block of text.split('\n\n')) {
    const lines = block.split('\n');
    const requests = lines
      .filter((each) => each.startsWith('>'))
      .map((each) => `${unescape(each.slice(2))}\r\n`);
    const replies = (server: string): RegExp =>
      pattern(
        lines.flatMap((each) => {
          const match = /^<(ours|memcached)? ?(.*)$/.exec(each);
          return match && (match[1] === undefined || match[1] === server) ? [match[2] ?? ''] : [];
        }),
      );
    if (requests.length > 0) {
      const differs = lines.some((each) => /^<(ours|memcached)/.test(each));
      if (differs && !lines.some((each) => each.startsWith('#')))
        throw new Error(`No reason given, line ${line}`);
      exchanges.push({
        line,
        requests: requests.join(''),
        replies: { ours: replies('ours'), memcached: replies('memcached') },
      });
    }
    line += lines.length + 1;
  }
  return exchanges;
}

function pattern(lines: readonly string[]): RegExp {
  const source = lines.map((line) => {
    const quoted = unescape(line).replace(/[.*+?^$()|[\]\\]/g, '\\$&');
    return quoted.replace(/\{(cas|number)\}/g, '\\d+').replace(/\{(?!\d)|(?<!\d)\}/g, '\\$&');
  });
  return new RegExp(`^${source.map((line) => `${line}\r\n`).join('')}$`);
}

function unescape(text: string): string {
  return text
    .replace(/\{(\d+)\*([^}]*)\}/g, (_, count: string, what: string) => what.repeat(Number(count)))
    .replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    .replace(/\\r/g, '\r')
    .replace(/\\n/g, '\n');
}
