// The studio as static files, and pictures of it; of `npm run docs` and `npm run pictures`.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findChromium } from '@understory/testing/node';

const studio = fileURLToPath(new URL('../../packages/studio/', import.meta.url));
const require = createRequire(join(studio, 'package.json'));

/** Builds the page with models and runtime beside it into a folder, which works from any folder of a web server. */
export async function buildStudio(folder) {
  const vite = join(dirname(require.resolve('vite/package.json')), 'bin/vite.js');
  const options = ['build', '--mode', 'site', '--outDir', folder, '--emptyOutDir', '--logLevel', 'error'];
  await promisify(execFile)(process.execPath, [vite, ...options], { cwd: studio });
}

const types = {
  html: 'text/html',
  js: 'text/javascript',
  mjs: 'text/javascript',
  css: 'text/css',
  wasm: 'application/wasm',
};

/** Serves a folder, with headers where they are given, while something is done with its address. */
export async function servedFolder(folder, use, headers = {}) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://page').pathname).replace(/\/$/, '/index.html');
    readFile(join(folder, path)).then(
      (bytes) =>
        response
          .setHeaders(new Headers(headers))
          .setHeader('content-type', types[path.replace(/^.*\./, '')] ?? 'application/octet-stream')
          .end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    await use(`http://127.0.0.1:${server.address().port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** The pictures of the page, by the names of their files: what is done before each is taken. */
const shots = {
  'studio.png': {
    colorScheme: 'light',
    async prepare(page) {
      await page.keyboard.press('c');
      await page.locator('.look .figure').hover({ position: { x: 180, y: 330 } });
    },
  },
  'studio-attack.png': {
    colorScheme: 'dark',
    async prepare(page) {
      await page.keyboard.press('a');
      await page.getByLabel('Until it says').fill('lynx');
      await page.getByLabel('Until it says').press('Tab');
      await page.getByRole('button', { name: 'Attack', exact: true }).click();
      await page.getByRole('button', { name: 'Save adversarial PNG' }).waitFor();
      await page.getByRole('button', { name: 'change', exact: true }).click();
      await page.locator('.chart svg').waitFor();
    },
  },
};

/** Takes the pictures of a built page into a folder; gives their names, and none where there is no Chromium. */
export async function photographStudio(site, folder) {
  const executablePath = findChromium();
  if (executablePath === undefined) return [];
  const { chromium } = require('playwright-core');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    await servedFolder(site, async (address) => {
      for (const [name, { colorScheme, prepare }] of Object.entries(shots)) {
        const page = await browser.newPage({
          viewport: { width: 1368, height: 860 },
          colorScheme,
          deviceScaleFactor: 1,
        });
        page.setDefaultTimeout(120_000);
        await page.goto(address);
        await page.locator('.layers[data-are-read=true]').waitFor();
        await prepare(page);
        await page.screenshot({ path: join(folder, name) });
        await page.close();
      }
    });
  } finally {
    await browser.close();
  }
  return Object.keys(shots);
}
