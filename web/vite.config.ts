import { defineConfig, type Plugin } from 'vite';
import vue from '@vitejs/plugin-vue';
import tailwindcss from '@tailwindcss/vite';

const apiUrl = process.env['SHOAL_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [vue(), tailwindcss(), preloadTypeface()],
  build: {
    // A script or style inlined as a data: address would need an exception in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: true,
  },
  server: {
    proxy: {
      '/graphql': { target: apiUrl, ws: true },
      '/images': { target: apiUrl },
      '/session': { target: apiUrl },
    },
  },
});

/** Lets the browser fetch the Latin part of the typeface beside the styles instead of after them, so that text doesn't move. */
function preloadTypeface(): Plugin {
  return {
    name: 'preload-typeface',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle }) =>
        Object.keys(bundle ?? {})
          .filter((file) => /inter-latin-wght-normal.*\.woff2$/.test(file))
          .map((file) => ({
            tag: 'link',
            attrs: { rel: 'preload', href: `/${file}`, as: 'font', type: 'font/woff2', crossorigin: '' },
            injectTo: 'head',
          })),
    },
  };
}
