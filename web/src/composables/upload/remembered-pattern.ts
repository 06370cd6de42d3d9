import { PLAIN_PATTERN } from './key-pattern.ts';

const STORAGE_KEY = 'shoal.key-pattern';

/** The pattern for keys that was used last in this browser. */
export function rememberedPattern(): string {
  try {
    return localStorage.getItem(STORAGE_KEY) ?? PLAIN_PATTERN;
  } catch {
    return PLAIN_PATTERN;
  }
}

export function rememberPattern(pattern: string): void {
  try {
    localStorage.setItem(STORAGE_KEY, pattern);
  } catch {
    // Storage may be forbidden; the pattern lasts as long as the page.
  }
}
