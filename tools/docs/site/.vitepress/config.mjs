import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import katex from 'katex';
import { defineConfig } from 'vitepress';
import { anchorOf } from '../../pages/markdown.mjs';

/** Written by `tools/docs/build.mjs` beside the pages. */
const sidebar = JSON.parse(readFileSync(new URL('../sidebar.json', import.meta.url), 'utf8'));

export default defineConfig({
  title: 'Understory',
  description: 'Explain, measure, probe and attack vision models in Node, from an .onnx or TensorFlow.js file.',
  lang: 'en-GB',
  base: process.env.UNDERSTORY_DOCS_BASE ?? '/',
  outDir: fileURLToPath(new URL('../../../../out/docs', import.meta.url)),
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: {
    // Pages are plain Markdown: what stands in angle brackets is text.
    html: false,
    // The anchors that links in the repository name.
    anchor: { slugify: anchorOf },
    config: (md) => {
      const { fence } = md.renderer.rules;
      md.renderer.rules.fence = (tokens, at, ...others) => {
        const { info, content } = tokens[at];
        if (info.trim() !== 'math') return fence(tokens, at, ...others);
        return `<div class="formula" v-pre>${katex.renderToString(content, { displayMode: true, output: 'mathml', strict: 'error' })}</div>`;
      };
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'Concepts', link: '/concepts/' },
      { text: 'Gallery', link: '/gallery' },
      // No page of this site: it is loaded as a whole.
      { text: 'Studio', link: '/studio/', target: '_self' },
      { text: 'Methods', link: '/reference/methods' },
      { text: 'Commands', link: '/reference/cli/' },
      { text: 'API', link: '/reference/api/' },
    ],
    sidebar,
  },
});
