import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nodeEnvironment } from '@understory/environment-node';
import { decodeNpy } from '@understory/imaging';
import { findChromium } from '@understory/testing/node';
import axe from 'axe-core';
import { chromium as chrome, type Browser, type Page } from 'playwright-core';
import { openEngine, type RunContents, type RunEntry, type StudioEngine } from '../src/index.ts';
import { serveStudio } from '../src/server/index.ts';
import { buildPage, type Script } from './support/build-page.ts';
import { onSources } from './support/on-sources.ts';
import { servePage, type Served } from './support/serve-page.ts';

const chromium = findChromium();
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const zoo = here('../../zoo/models/');
const samples = here('../../cli/samples/');

/** Where there is no Chromium, these are shown as skipped. */
const flow = chromium === undefined ? it.skip : it;

let folder: string;
let scripts: readonly Script[];
let browser: Browser;
let served: Served;
let page: Page;
/** Every address that pages asked for, and all that they complained of. */
const asked: string[] = [];
const complaints: string[] = [];

async function open(address: string, { dark = false, width = 1440, height = 900 } = {}): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  const opened = await context.newPage();
  opened.setDefaultTimeout(30_000);
  opened.on('request', (request) => asked.push(request.url()));
  opened.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  opened.on('pageerror', (error) => complaints.push(error.message));
  await opened.goto(address);
  return opened;
}

/** What axe-core finds wrong, each with the places. */
async function violations(of: Page): Promise<readonly string[]> {
  await of.evaluate(axe.source);
  const found = await of.evaluate(async () => {
    const { violations: all } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return all.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  });
  return found;
}

const tool = (name: string) => page.locator(`#tab-${name}`).click();
/** Waits until the caption of the picture says something. */
const says = (text: string, of = page) => of.locator('.caption').filter({ hasText: text }).first().waitFor();
const model = (name: string) => page.locator('select[aria-label=Model]').selectOption(name);
/** What a button lets the person keep, and its name. */
async function keep(button: string): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button, exact: true }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}
const isPng = (bytes: Buffer) => expect([...bytes.subarray(1, 4)]).toEqual([80, 78, 71]);
/** Waits until all layers were read, so that nothing runs. */
const isQuiet = (of = page) =>
  of.waitForFunction(() => /^\d+ \/ \d+$/.test(document.querySelector('.layer-state')?.textContent ?? ''));

beforeAll(async () => {
  if (chromium === undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'understory-studio-'));
  scripts = await buildPage(folder);
  served = await servePage(folder);
  browser = await chrome.launch({ executablePath: chromium, args: ['--no-sandbox'] });
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await served?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

describe('the page as static files', () => {
  flow('opens with the network explaining the cat, and the second-best class is one click away', async () => {
    page = await open(served.address);
    await says('gradcam, tiger cat');
    await page.locator('.option').nth(1).click();
    await says('gradcam, Egyptian cat');
    await isQuiet();
  });

  flow('has less than 400 KB of script beside the engine', () => {
    const own = scripts.filter(({ isEngine }) => !isEngine);
    expect(own.length).toBeGreaterThan(0);
    const bytes = own.reduce((sum, { size }) => sum + size, 0);
    expect(bytes).toBeLessThan(400_000);
    // Charts are fetched when the first is shown.
    expect(own.find(({ name }) => name.includes('index'))!.size).toBeLessThan(80_000);
  });

  flow('shows the map that the command writes', async () => {
    await page.locator('.option').first().click();
    await says('tiger cat');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Map (.npy)' }).click(),
    ]);
    const found = decodeNpy(new Uint8Array(readFileSync(await download.path())));
    const engine = nodeEngine(samples);
    const { maps } = await engine.explain({
      spec: { version: 1, study: 'explain', model: 'efficientnet-lite0', images: { from: ['chelsea.png'] } },
    });
    await engine.close();
    const [expected] = maps;
    expect(found.dims).toEqual([expected!.height, expected!.width]);
    const largest = expected!.data.reduce((most, value) => Math.max(most, value), 0);
    const difference = expected!.data.reduce((most, value, at) => Math.max(most, Math.abs(value - found.data[at]!)), 0);
    expect(largest).toBeGreaterThan(0);
    expect(difference).toBeLessThan(1e-3 * largest);
  });

  flow('steps through the layers by slider and by keys, with nothing left to compute', async () => {
    await isQuiet();
    const slider = page.getByLabel('Layer', { exact: true });
    await slider.focus();
    await slider.press('Home');
    await says('_conv_stem/Conv (112 × 112)');
    expect(await page.locator('.task').count()).toBe(0);
    expect(await slider.getAttribute('aria-valuetext')).toBe('_conv_stem/Conv, Conv, 112 × 112');
    await page.locator('body').press('ArrowRight');
    await slider.press('ArrowRight');
    await says('_blocks.');
    await slider.press('End');
    await says('_swish_1/Clip (7 × 7)');
  });

  flow('reads the raw value under the pointer, and draws the contour of the top tenth', async () => {
    const picture = page.locator('.look .figure');
    await picture.hover({ position: { x: 200, y: 200 } });
    const [value = ''] = ((await page.locator('.reading').textContent()) ?? '').split(/\s/);
    expect(Number.isFinite(Number.parseFloat(value))).toBe(true);
    expect(await page.locator('path.contour').count()).toBe(0);
    await page.locator('#tab-look').press('c');
    expect((await page.locator('path.contour').getAttribute('d'))!.length).toBeGreaterThan(100);
  });

  flow('keeps figures, the specification, the command and a page that needs nothing', async () => {
    const names: string[] = [];
    const kept = async (button: string) => {
      const { name, bytes } = await keep(button);
      names.push(name);
      return bytes;
    };
    isPng(await kept('PNG'));
    const svg = (await kept('SVG')).toString();
    expect(svg).toContain('<title>gradcam, tiger cat');
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/);
    const spec = JSON.parse((await kept('Specification')).toString()) as object;
    expect(spec).toMatchObject({
      study: 'explain',
      model: 'efficientnet-lite0',
      explainers: ['gradcam'],
      images: { from: ['chelsea.png'] },
    });
    const html = (await kept('Page (.html)')).toString();
    expect(html).toContain('tiger cat');
    expect(html).not.toMatch(/(src|href)="https?:/);
    expect(names).toEqual([
      'chelsea.gradcam.png',
      'chelsea.gradcam.svg',
      'chelsea.gradcam.json',
      'chelsea.gradcam.html',
    ]);
    const command = await page.locator('.pane-right .command code').textContent();
    expect(command).toMatch(/^understory explain chelsea\.png --explainer gradcam .*--model efficientnet-lite0/);
  });

  flow('has every key that its list names', async () => {
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('2');
    await says('gradcam++');
    await page.keyboard.press('1');
    await says('gradcam,');
    await page.keyboard.press('ArrowDown');
    await says('Egyptian cat');
    await page.keyboard.press('t');
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
    await page.keyboard.press('t');
    await page.keyboard.press('h');
    expect(await page.getByLabel('Opacity').inputValue()).toBe('0');
    await page.keyboard.press('h');
  });

  flow('compares explainers in a grid, with baselines beside them', async () => {
    await model('cifar10-resnet');
    await says('gradcam');
    await isQuiet();
    await tool('compare');
    await page.waitForFunction(
      () =>
        [...document.querySelectorAll('.grid-name .quiet')].every((each) => each.textContent !== '…') &&
        document.querySelectorAll('.task').length === 0,
    );
    const cells = await page.locator('.grid li').count();
    expect(cells).toBeGreaterThan(10);
    expect(await page.locator('.grid li.is-baseline').count()).toBe(4);
    // The pointer is in all of them at once.
    await page
      .locator('.grid .figure')
      .first()
      .hover({ position: { x: 40, y: 40 } });
    expect(await page.locator('.grid path.cross').count()).toBe(cells);
    expect(await page.locator('.grid .reading').count()).toBeGreaterThan(10);
    const maps = await page.locator('.grid .reading').count();
    const grid = await keep('SVG of the grid');
    expect(grid.name).toBe('chelsea.grid.svg');
    expect(grid.bytes.toString().match(/<image href="data:image\/png/g)).toHaveLength(maps);
    isPng((await keep('PNG of the grid')).bytes);
    expect(await violations(page)).toEqual([]);
  });

  flow('scrubs the deletion curve, and shows the picture at that point', async () => {
    await tool('deletion');
    const curve = page.locator('.chart svg');
    await curve.waitFor();
    const before = await pixels('.split .figure canvas');
    await page.locator('.scrub input').press('End');
    expect(await page.locator('.figures').textContent()).toContain('50.0 % of the pixels');
    await page.waitForFunction(
      (old) => (document.querySelector('.split .figure canvas') as HTMLCanvasElement).toDataURL() !== old,
      before,
    );
    expect(await page.getByRole('img', { name: /The probability of .* goes from/ }).count()).toBe(1);
    const svg = (await keep('SVG of this chart')).bytes.toString();
    expect(svg).toContain('<title>The probability of');
    expect(svg).not.toContain('var(--');
    const point = await keep('SVG of the picture at this point');
    expect(point.name).toBe('chelsea.deletion.svg');
    expect(point.bytes.toString()).toContain('<title>chelsea.png with 50.0 % of the pixels taken away: probability of');
    expect(await violations(page)).toEqual([]);
  });

  flow('moves pieces of the picture, shuffles them and puts them back', async () => {
    await tool('patches');
    const logit = () => page.locator('.numbers tbody tr').first().locator('td').last().textContent();
    await page.waitForFunction(() => !document.querySelector('.numbers')?.textContent?.includes('…'));
    const before = await logit();
    await page.getByRole('gridcell').first().dragTo(page.getByRole('gridcell').nth(15));
    await page.getByRole('gridcell', { name: 'Place 1, 1: piece 16' }).waitFor();
    await page.waitForFunction(
      (old) => document.querySelector('.numbers tbody td:last-child')?.textContent !== old,
      before,
    );
    await page.keyboard.press('s');
    await page.getByRole('button', { name: 'Back', exact: true }).click();
    await page.getByRole('gridcell', { name: 'Place 1, 1: piece 1', exact: true }).waitFor();
    await page.waitForFunction(
      (old) => document.querySelector('.numbers tbody td:last-child')?.textContent === old,
      before,
    );
    expect(await violations(page)).toEqual([]);
  });

  flow('paints a mask, attacks through it and saves the adversarial picture', async () => {
    await tool('attack');
    await page.getByLabel('Only pixels').selectOption('painted');
    expect(await page.getByRole('button', { name: 'Attack', exact: true }).isDisabled()).toBe(true);
    await page.getByLabel('Brush').fill('60');
    const frame = (await page.locator('.paint').boundingBox())!;
    await page.mouse.move(frame.x + frame.width / 4, frame.y + frame.height / 4);
    await page.mouse.down();
    await page.mouse.move(frame.x + frame.width / 2, frame.y + frame.height / 4, { steps: 6 });
    await page.mouse.up();
    await says('of the pixels may change');
    await page.getByLabel(/Largest change/).fill('64');
    await page.getByRole('button', { name: 'Attack', exact: true }).click();
    const save = page.getByRole('button', { name: 'Save adversarial PNG' });
    await save.waitFor();
    await page.locator('.chart svg').waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), save.click()]);
    expect([...readFileSync(await download.path()).subarray(1, 4)]).toEqual([80, 78, 71]);
    await page.getByRole('button', { name: 'change', exact: true }).click();
    await page.getByRole('img', { name: /The change, 16 times as strong/ }).waitFor();
    // Nothing changed far from what was painted: there the change is middle grey.
    await page.waitForFunction(() => {
      const canvas = document.querySelector('.split .figure canvas') as HTMLCanvasElement;
      const corner = canvas.getContext('2d')!.getImageData(canvas.width - 2, canvas.height - 2, 1, 1).data;
      return corner.slice(0, 3).every((level) => level === 128);
    });
    expect(await violations(page)).toEqual([]);
  });

  flow('shows the network around the layer, for choosing another', async () => {
    await tool('graph');
    await page.locator('.node.is-middle').waitFor();
    const graph = (await keep('SVG of the graph')).bytes.toString();
    expect(graph.match(/<tspan font-weight="700">/g)).toHaveLength(await page.locator('.node').count());
    expect(graph).toContain('>Relu<');
    isPng((await keep('PNG of the graph')).bytes);
    const look = page.getByRole('button', { name: /^look at stage3\/stage3\.1\/conv2/ });
    await look.click();
    await says('stage3/stage3.1/conv2');
    await tool('graph');
    expect(await violations(page)).toEqual([]);
    await tool('look');
  });

  flow('explains a box, and a pixel, that is clicked', async () => {
    await model('orchard-detector');
    await page.locator('.box').first().waitFor();
    await page.locator('.box').nth(1).click();
    await page.waitForFunction(() => document.querySelectorAll('.box')[1]?.getAttribute('aria-pressed') === 'true');
    expect(await page.locator('.pane-right .command code').textContent()).toContain('--target box:1');
    await model('orchard-segmenter');
    await page.getByText('Click a pixel').waitFor();
    const legend = page.getByRole('list', { name: 'Colours of the regions' }).getByRole('listitem');
    expect((await legend.allTextContents()).map((text) => text.trim().split(' ')[0])).toEqual(
      expect.arrayContaining(['background', 'banana', 'lemon']),
    );
    await page.getByLabel('Fill the regions').check();
    await page.waitForFunction(() => {
      const canvas = document.querySelector('.is-regions') as HTMLCanvasElement;
      // Reading the canvas itself again and again is complained of.
      const copy = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
      copy.drawImage(canvas, -Math.floor(canvas.width / 2), 0);
      return copy.getImageData(0, 0, 1, 1).data[3] !== 0;
    });
    // The middle of the top edge is background, which is grey; each region has the colour of its name.
    const found = await page.evaluate(() => {
      const canvas = document.querySelector('.is-regions') as HTMLCanvasElement;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const places = Array.from({ length: data.length / 4 }, (_, at) => data.slice(4 * at, 4 * at + 4));
      // What shines through is rounded; edges do not.
      const edges = places.filter((each) => each[3] === 255).map((each) => each.slice(0, 3).join(' '));
      return { top: [...places[Math.floor(canvas.width / 2)]!], edges: [...new Set(edges)].sort() };
    });
    const named = await legend
      .locator('.swatch')
      .evaluateAll((all) => all.map((each) => getComputedStyle(each).backgroundColor.match(/\d+/g)!.join(' ')));
    expect(found.edges).toEqual([...named].sort());
    expect(found.top.slice(0, 3).every((level) => Math.abs(level - 128) <= 1)).toBe(true);
    await page.getByLabel('Fill the regions').uncheck();
    await page.locator('.look .figure').click({ position: { x: 150, y: 200 } });
    await page.locator('.look .pixel').waitFor();
    expect(await page.locator('.pane-right .command code').textContent()).toMatch(/--target pixel:\d+,\d+/);
    expect(await violations(page)).toEqual([]);
  });

  flow('compares captions, with a contrast, and crosses swapped words with the mirror image', async () => {
    await model('orchard-clip-sighted');
    await page.locator('.option', { hasText: 'a lemon to the right of a banana' }).waitFor();
    expect(await page.locator('.option').first().textContent()).toContain('a lemon to the right of a banana');
    await page.getByText('Words that count').waitFor();
    await page.getByLabel('Against (optional)').fill('a lemon to the left of a banana');
    await page.getByLabel('Captions, one a line').fill('a lemon to the right of a banana');
    await page.getByRole('button', { name: 'Compare with the picture' }).click();
    await page.waitForFunction(() =>
      document.querySelector('.pane-right .command code')?.textContent?.includes('--against'),
    );
    await tool('words');
    await page.getByRole('button', { name: 'Mirror and swap' }).click();
    await page.locator('table.cross').waitFor();
    const cells = (await page.locator('table.cross tbody td').allTextContents()).map((text) =>
      Number(text.replace('−', '-')),
    );
    expect(cells).toHaveLength(4);
    expect(cells[0]! + cells[3]!).toBeGreaterThan(cells[1]! + cells[2]!);
    expect(await violations(page)).toEqual([]);
  });

  flow('asks a question', async () => {
    await model('orchard-mdetr-sighted');
    await page.getByLabel('Question').fill('What is on the left?');
    await page.getByRole('button', { name: 'Ask' }).click();
    await page.locator('.decision', { hasText: 'banana' }).waitFor();
    await page.getByLabel('Question').fill('What is on the right?');
    await page.getByRole('button', { name: 'Ask' }).click();
    await page.locator('.decision', { hasText: 'lemon' }).waitFor();
  });

  flow('takes dropped pictures, models and folders, says what they are, and lets that be corrected', async () => {
    await tool('look');
    const add = page.getByLabel('Add pictures or a model');
    await add.setInputFiles([join(samples, 'coffee.png'), join(zoo, 'orchard-segmenter/onnx/model.onnx')]);
    await page.locator('.recognised', { hasText: 'image-segmentation' }).waitFor();
    expect(await page.locator('select[aria-label=Model]').inputValue()).toBe('model.onnx');
    expect(await page.locator('.thumb[aria-pressed=true]').textContent()).toContain('coffee.png');
    await page.getByText('Read otherwise').click();
    await page.getByLabel('Task', { exact: true }).selectOption('object-detection');
    await page.getByRole('button', { name: 'Read it so' }).click();
    const problem = page.getByRole('alert').first();
    await problem.waitFor();
    expect(await problem.textContent()).toContain('SUBJECT_UNKNOWN');
    expect(await problem.textContent()).toContain('Next');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'As it was found' }).click();
    await page.locator('.recognised', { hasText: 'image-segmentation' }).waitFor();
    await add.setInputFiles([here('page.test.ts')]);
    await page.getByText('FILE_NOT_OPENED').waitFor();
    await page.getByLabel('Add a folder').setInputFiles(join(zoo, 'orchard-detector'));
    await page.locator('.recognised', { hasText: 'object-detection' }).waitFor();
    expect(await page.locator('select[aria-label=Model]').inputValue()).toBe('orchard-detector');
  });

  flow('opens a TensorFlow.js model with its weights, and keeps models until they are forgotten', async () => {
    const tfjs = (name: string) => join(zoo, 'cifar10-resnet/tfjs', name);
    await page
      .getByLabel('Add pictures or a model')
      .setInputFiles([tfjs('model.json'), tfjs('group1-shard1of1.bin'), join(samples, 'chelsea.png')]);
    const isOpen = async () => {
      await page.locator('.recognised', { hasText: 'Sees 32 × 32 pixels' }).waitFor();
      await says('stage3.1.relu2 (4 × 4)');
      expect(await page.locator('.facts').textContent()).toContain('tfjs, wasm');
    };
    await isOpen();
    const shown = await page.locator('.caption').first().textContent();
    await page.reload();
    await says('gradcam, tiger cat');
    await page.getByText('Kept in this browser (3)').click();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Open model.json' }).click();
    await isOpen();
    expect(await page.locator('.caption').first().textContent()).toBe(shown);
    await page.getByRole('button', { name: 'Forget model.json' }).click();
    await page.getByText('Kept in this browser (2)').waitFor();
    expect(await page.locator('.kept span[title]').allTextContents()).toEqual(['model.onnx', 'orchard-detector']);
  });

  flow('stops what takes long', async () => {
    await model('cifar10-resnet');
    await says('gradcam');
    await page.getByRole('button', { name: /^RISE/ }).click();
    const stop = page.getByRole('button', { name: 'Cancel: Explaining with rise' });
    await stop.click();
    await stop.waitFor({ state: 'detached' });
    await page.keyboard.press('1');
    await says('gradcam');
  });

  flow.each([
    { width: 1440, height: 900, dark: false },
    { width: 1440, height: 900, dark: true },
    { width: 390, height: 844, dark: false },
    { width: 390, height: 844, dark: true },
  ])('has no violation of axe-core, and nothing beyond its edge, at $width, dark: $dark', async (view) => {
    await page.setViewportSize(view);
    await page.emulateMedia({ colorScheme: view.dark ? 'dark' : 'light' });
    await page.evaluate(() => delete document.documentElement.dataset['theme']);
    for (const name of ['look', 'attack', 'graph']) {
      await tool(name);
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(view.width);
    }
  });

  flow('asked for nothing from elsewhere, and complained of nothing', async () => {
    const foreign = asked.filter((address) => !address.startsWith(served.address) && !/^(data|blob):/.test(address));
    expect(asked.length).toBeGreaterThan(10);
    expect(foreign).toEqual([]);
    expect(complaints).toEqual([]);
    // Were something there to ask, the policy would refuse it.
    const refused = await page.evaluate(() =>
      fetch('https://example.org/').then(
        () => 'fetched',
        (error: unknown) => String(error),
      ),
    );
    expect(refused).toContain('Failed to fetch');
    expect(await page.getByText('Nothing leaves this machine').first().isVisible()).toBe(true);
    await page.context().close();
  });
});

describe('the page of a server', () => {
  flow('has an engine at native speed, and run folders', async () => {
    const engine = nodeEngine(samples, runs());
    const own = await servePage(folder, engine);
    try {
      page = await open(`${own.address}?token=secret`);
      await says('gradcam, tiger cat');
      expect(page.url()).toBe(own.address);
      await isQuiet();
      await tool('runs');
      await page.getByRole('button', { name: 'first', exact: true }).click();
      await page.getByRole('region', { name: 'Rows of first' }).waitFor();
      await page.getByRole('button', { name: 'value' }).click();
      const values = () =>
        page.getByRole('region', { name: 'Rows of first' }).locator('tbody td:nth-child(2)').allTextContents();
      expect(await values()).toEqual(['0.100', '0.200', '0.300']);
      await page.getByRole('button', { name: 'value' }).click();
      expect(await values()).toEqual(['0.300', '0.200', '0.100']);
      await page.getByLabel('Filter Rows of first').fill('cat');
      expect(await values()).toEqual(['0.300']);
      await page.getByRole('button', { name: 'second', exact: true }).click();
      await page.locator('section[aria-label=second]').waitFor();
      expect(await page.locator('section[aria-label=first], section[aria-label=second]').count()).toBe(2);
      await page.getByRole('button', { name: 'Resume second' }).click();
      await page.getByRole('cell', { name: 'finished' }).nth(1).waitFor();
      expect(await violations(page)).toEqual([]);
    } finally {
      await page.context().close();
      await own.close();
      await engine.close();
    }
  });

  flow(
    'opens by the ticket of a studio, starts, cancels and resumes a study, and says what is wrong without its token',
    async () => {
      const cwd = mkdtempSync(join(tmpdir(), 'understory-served-'));
      const studio = await serveStudio({ runs: 'runs', cwd, page: folder, execArgv: onSources });
      const told = complaints.length;
      try {
        page = await open(studio.ticket());
        await says('gradcam, tiger cat');
        expect(page.url()).toBe(`http://127.0.0.1:${studio.port}/`);
        await page.reload();
        await says('gradcam, tiger cat');
        await page.locator('#tab-runs').waitFor();
        await model('cifar10-resnet');
        await says('stage3');
        await tool('runs');
        await page.getByText('Start a study of this model').click();
        await page.getByLabel('Images').fill('orchard:count=16,size=32');
        await page.getByLabel('At most').fill('16');
        await page.getByRole('button', { name: 'Start', exact: true }).click();
        const row = page.locator('.runs tbody tr', { hasText: 'evaluate-cifar10-resnet' });
        // Each part of the study starts a process that compiles sources.
        const reaches = (cell: string | RegExp) => row.getByRole('cell', { name: cell }).waitFor({ timeout: 120_000 });
        const done = async () => Number(/^\d+/.exec((await row.locator('td').nth(2).textContent()) ?? '')?.[0]);
        await reaches('running');
        // Watched: the number of images grows while it runs.
        await reaches(/^[1-9]\d* of 16/);
        await page.getByRole('button', { name: 'Cancel evaluate-cifar10-resnet' }).click();
        await reaches('interrupted');
        const before = await done();
        expect(before).toBeGreaterThan(0);
        expect(before).toBeLessThan(16);
        await page.getByRole('button', { name: 'Resume evaluate-cifar10-resnet' }).click();
        await reaches('finished');
        expect(await done()).toBe(16);
        await page.getByRole('button', { name: 'Save the report' }).waitFor();
        expect(complaints.slice(told)).toEqual([]);
        const address = page.url();
        await page.context().close();
        page = await open(address);
        await page.getByText('the token of this studio').first().waitFor();
        await page.context().close();
      } finally {
        await studio.close();
        rmSync(cwd, { recursive: true, force: true });
      }
    },
    300_000,
  );
});

function pixels(selector: string): Promise<string> {
  return page.evaluate((path) => (document.querySelector(path) as HTMLCanvasElement).toDataURL(), selector);
}

function nodeEngine(cwd: string, own?: StudioEngine['runs']): StudioEngine {
  return openEngine({
    ...{
      environment: nodeEnvironment({ cwd }),
      kind: 'served',
      samples: ['chelsea.png'],
      served: { models: [], pictures: [] },
    },
    models: [{ name: 'efficientnet-lite0', title: 'EfficientNet-Lite0' }],
    addFiles: async () => ({ pictures: [], models: [], others: [] }),
    ...(own && { runs: own }),
  });
}

/** Two run folders, of which the second can be resumed. */
function runs(): NonNullable<StudioEngine['runs']> {
  const entry = (run: string, state: RunEntry['state']): RunEntry => ({
    ...{
      run,
      state,
      study: 'evaluate',
      model: 'efficientnet-lite0',
      dataset: 'photos',
      done: 3,
      total: 3,
      began: null,
      error: null,
    },
  });
  const entries = new Map([
    ['first', entry('first', 'finished')],
    ['second', entry('second', 'interrupted')],
  ]);
  const of = async ({ run }: { readonly run: string }) => entries.get(run)!;
  const rows = [
    ['dog', 0.2],
    ['cat', 0.3],
    ['cup', 0.1],
  ] as const;
  const finish = async ({ run }: { readonly run: string }) => {
    entries.set(run, entry(run, 'finished'));
    return entries.get(run)!;
  };
  return {
    list: async () => [...entries.values()],
    read: async ({ run }): Promise<RunContents> => ({
      ...entries.get(run)!,
      ...{ spec: null, summary: { images: 3 }, pictures: [], hasReport: false },
      tables: [{ name: 'Rows', columns: ['item', 'value'], rows, size: rows.length }],
    }),
    file: async () => new Uint8Array(),
    start: of as never,
    watch: of,
    cancel: of,
    resume: finish,
  };
}
