// Runs before the first paint, so that a chosen theme never flashes the other one. The key is that of use-theme.ts.
try {
  const chosen = localStorage.getItem('shoal.theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
} catch {
  // Storage may be forbidden; the system's theme it is.
}
