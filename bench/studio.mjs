import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium } from '@understory/testing/node';
import { buildStudio, servedFolder } from '../tools/docs/studio.mjs';
import { mib } from './lib/measure.mjs';

const require = createRequire(new URL('../packages/studio/package.json', import.meta.url));

/** What a browser asks for before it tells how much memory a page takes, its workers included. */
const isolated = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** Memory of the studio as static files while one class after the other is explained at every layer: page, worker and WebAssembly. */
export async function studio({ maps }) {
  const executablePath = findChromium();
  if (executablePath === undefined) return 'There is no Chromium.';
  const { chromium } = require('playwright-core');
  const folder = await mkdtemp(join(tmpdir(), 'understory-bench-'));
  const args = ['--no-sandbox', '--enable-blink-features=ForceEagerMeasureMemory'];
  let browser;
  try {
    await buildStudio(folder);
    browser = await chromium.launch({ executablePath, args });
    const marks = [];
    await servedFolder(
      folder,
      async (address) => {
        const page = await browser.newPage();
        page.setDefaultTimeout(300_000);
        await page.goto(address);
        const layers = await allLayers(page);
        const labels = await page.locator('#labels option').evaluateAll((all) => all.map(({ value }) => value));
        // The first class is on the page when it opens.
        for (let made = layers, next = 0; ; made += layers, next += 1) {
          if (made >= (marks.length * maps) / 4) marks.push([made, await memoryOf(page)]);
          if (made >= maps) break;
          // Far enough apart that no class is the one that is there.
          const label = labels[(next * 37 + 5) % labels.length];
          await page.getByLabel('Another class to explain').fill(label);
          await page.getByRole('button', { name: 'Explain', exact: true }).click();
          await page
            .locator('.caption')
            .filter({ hasText: label.split(',')[0] })
            .first()
            .waitFor();
          await allLayers(page);
        }
      },
      isolated,
    );
    return `memory of the studio's page: ${marks.map(([made, bytes]) => `${mib(bytes)} after ${made} maps`).join(', ')}`;
  } finally {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Waits until every layer is read; gives how many there are. */
async function allLayers(page) {
  const state = await page.waitForFunction(
    () => /^\d+ \/ (\d+)$/.exec(document.querySelector('.layer-state')?.textContent ?? '')?.[1],
  );
  return Number(await state.jsonValue());
}

function memoryOf(page) {
  return page.evaluate(async () => (await performance.measureUserAgentSpecificMemory()).bytes);
}
