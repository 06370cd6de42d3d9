import { shallowRef, watchEffect, type ShallowRef } from 'vue';

export type Theme = 'system' | 'light' | 'dark';

const themes: readonly Theme[] = ['system', 'light', 'dark'];
/** Read before the first paint by public/theme.js. */
const STORAGE_KEY = 'shoal.theme';

/** The chosen theme, remembered in this browser. */
export function useTheme(): { theme: Readonly<ShallowRef<Theme>>; next(): void } {
  const theme = shallowRef(rememberedTheme());
  watchEffect(() => {
    if (theme.value === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme.value;
  });
  return {
    theme,
    next: () => {
      theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length]!;
      try {
        localStorage.setItem(STORAGE_KEY, theme.value);
      } catch {
        // Storage may be forbidden; the choice lasts as long as the page.
      }
    },
  };
}

function rememberedTheme(): Theme {
  try {
    const value = localStorage.getItem(STORAGE_KEY);
    return themes.find((theme) => theme === value) ?? 'system';
  } catch {
    return 'system';
  }
}
