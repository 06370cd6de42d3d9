/**
 * How old numbers on the screen may be. `asked`: there are no live updates, but answers to questions; `old`: neither, and what is shown
 * is the last that was told.
 */
export type Freshness = 'loading' | 'live' | 'asked' | 'old' | 'failed';
