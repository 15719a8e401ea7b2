import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveStudio } from '@understory/studio/server';
import { findChromium } from '@understory/testing/node';
import { buildStudio, servedFolder } from '../tools/docs/studio.mjs';
import { median, mib, ms } from './lib/measure.mjs';

const require = createRequire(new URL('../packages/studio/package.json', import.meta.url));

/** What a browser asks for before it tells how much memory a page takes, its workers included. */
const isolated = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** How often a page is opened. */
const openings = 5;

/**
 * How long the studio takes from navigation to the first map, for a step of the slider and for reading all layers, as static files and served;
 * and the memory of the static page while one class after the other is explained at every layer: page, worker and WebAssembly.
 */
export async function studio({ maps }) {
  const executablePath = findChromium();
  if (executablePath === undefined) return 'There is no Chromium.';
  const { chromium } = require('playwright-core');
  const folder = await mkdtemp(join(tmpdir(), 'understory-bench-'));
  const args = ['--no-sandbox', '--enable-blink-features=ForceEagerMeasureMemory'];
  let browser;
  try {
    const site = join(folder, 'site');
    await buildStudio(site);
    browser = await chromium.launch({ executablePath, args });
    const lines = [];
    await servedFolder(site, async (address) => lines.push(await looked(browser, 'static', () => address)));
    const server = await serveStudio({ runs: 'runs', cwd: folder, page: site });
    try {
      lines.push(await looked(browser, 'served', () => server.ticket()));
    } finally {
      await server.close();
    }
    if (maps > 0)
      await servedFolder(site, async (address) => lines.push(await filled(browser, address, maps)), isolated);
    return lines.join('\n');
  } finally {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Opens the page again and again, each time as somebody does who was never there. */
async function looked(browser, name, address) {
  const opened = [];
  const read = [];
  const steps = [];
  for (let opening = 0; opening < openings; opening += 1) {
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    const began = performance.now();
    await page.goto(address());
    await page.locator('.caption').filter({ hasText: 'gradcam, tiger cat' }).waitFor();
    const first = performance.now();
    const layers = await allLayers(page);
    opened.push((first - began) / 1000);
    read.push((performance.now() - first) / 1000 / layers);
    steps.push(...(await page.evaluate(stepTimes)));
    await context.close();
  }
  const of = (values) => `${ms(median(values))} (at most ${ms(Math.max(...values))})`;
  return `${name}: the first map after ${of(opened)}; reading all layers ${of(read)} a layer; a step of the slider ${of(steps)}`;
}

/** In the page: from one layer to the next, until the picture is on the screen. */
async function stepTimes() {
  const slider = document.querySelector('#layer');
  const caption = () => document.querySelector('.look .caption').textContent;
  const times = [];
  for (let at = 0; at < Number(slider.max); at += 1) {
    const before = caption();
    const began = performance.now();
    slider.value = `${at}`;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    do await new Promise((painted) => requestAnimationFrame(painted));
    while (caption() === before);
    times.push((performance.now() - began) / 1000);
  }
  return times;
}

async function filled(browser, address, maps) {
  const marks = [];
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
    const said = page.locator('.caption').filter({ hasText: label.split(',')[0] });
    await said.first().waitFor();
    await allLayers(page);
  }
  return `memory of the static page: ${marks.map(([made, bytes]) => `${mib(bytes)} after ${made} maps`).join(', ')}`;
}

/** Waits until every layer is read; gives how many there are. */
async function allLayers(page) {
  const state = page.locator('.layers[data-are-read=true] .layer-state');
  await state.waitFor();
  return Number((await state.textContent()).split(' / ')[1]);
}

function memoryOf(page) {
  return page.evaluate(async () => (await performance.measureUserAgentSpecificMemory()).bytes);
}
