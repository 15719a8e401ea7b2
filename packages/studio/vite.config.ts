import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig } from 'vite';
import { besideThePage } from './site/beside-the-page.ts';

const conditions = ['@understory/source', 'onnxruntime-web-use-extern-wasm', ...defaultClientConditions];

/** The page as static files; `--mode site` puts models and runtime beside them. */
export default defineConfig(({ mode }) => ({
  root: fileURLToPath(new URL('src/page', import.meta.url)),
  base: './',
  plugins: [besideThePage(mode)],
  resolve: { conditions },
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  worker: { format: 'es' },
  build: {
    outDir: fileURLToPath(new URL('dist/page', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    // A font or picture within a style sheet would be a data address, which is one more thing for the policy to allow.
    assetsInlineLimit: 0,
  },
}));
