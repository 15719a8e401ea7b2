import assert from 'node:assert/strict';
import { decodeNpy } from '@understory/imaging';
import { both, type Flow } from './flow.ts';
import { mapOfCommand } from './map-of-command.ts';
import { assertPng, type Visit } from './visit.ts';

const first = 'efficientnet-lite0';

/** Opening, targets that are classes, layers, and what is kept of a map. */
export const looking: readonly Flow[] = [
  {
    name: 'opens with the network explaining the cat, and the second-best class is one click away',
    modes: both,
    test: { mode: 'static', isDark: false, width: 1440 },
    async run(visit) {
      const { page } = visit;
      const began = performance.now();
      await page.reload();
      await visit.says('gradcam, tiger cat');
      const opened = performance.now() - began;
      await page.locator('.option').nth(1).click();
      await visit.says('gradcam, Egyptian cat');
      const other = page.getByLabel('Another class to explain');
      await other.fill('unicorn');
      await other.press('Enter');
      assert.match(
        await other.evaluate((field) => (field as HTMLInputElement).validationMessage),
        /No class is called "unicorn"/,
      );
      await other.fill('lynx');
      await other.press('Enter');
      await visit.says('gradcam, lynx');
      assert.equal(await page.getByText('Nothing leaves this machine').first().isVisible(), true);
      await visit.isQuiet();
      return `the first map after ${(opened / 1000).toFixed(1)} s`;
    },
  },
  {
    name: 'shows the map that the command writes',
    modes: both,
    test: { mode: 'static', isDark: false, width: 1440 },
    async run(visit) {
      await visit.model(first);
      await visit.picture('chelsea.png');
      await visit.page.locator('.option').first().click();
      await visit.says('tiger cat');
      const found = decodeNpy(new Uint8Array((await visit.keep('Map (.npy)')).bytes));
      const expected = await mapOfCommand(first);
      assert.deepEqual(found.dims, expected.dims);
      const far = (of: (at: number) => number) =>
        expected.data.reduce((most, _, at) => Math.max(most, Math.abs(of(at))), 0);
      const largest = far((at) => expected.data[at]!);
      const difference = far((at) => expected.data[at]! - Number(found.data[at]));
      assert.ok(largest > 0);
      assert.ok(difference < 1e-3 * largest, `${difference} of ${largest}`);
      return `${(difference / largest).toExponential(1)} of its largest value apart`;
    },
  },
  {
    name: 'steps through the layers by slider and by keys, with nothing left to compute',
    modes: both,
    async run(visit) {
      const { page } = visit;
      await visit.model(first);
      const count = await visit.isQuiet();
      const slider = page.getByLabel('Layer', { exact: true });
      await slider.focus();
      await slider.press('Home');
      await visit.says('_conv_stem/Conv (112 × 112)');
      assert.equal(await page.locator('.task').count(), 0);
      assert.equal(await slider.getAttribute('aria-valuetext'), '_conv_stem/Conv, Conv, 112 × 112');
      await page.locator('body').press('ArrowRight');
      await slider.press('ArrowRight');
      await visit.says('_blocks.');
      const steps = await stepTimes(visit, count - 3);
      await slider.press('End');
      await visit.says('_swish_1/Clip (7 × 7)');
      const sorted = steps.toSorted((one, other) => one - other);
      return `a step takes ${sorted[Math.floor(sorted.length / 2)]!.toFixed(0)} ms, at most ${sorted.at(-1)!.toFixed(0)}`;
    },
  },
  {
    name: 'reads the raw value under the pointer, sets opacity and colours, and draws the contour of the top tenth',
    modes: both,
    async run(visit) {
      const { page } = visit;
      await visit.model(first);
      const picture = page.locator('.look .figure');
      await picture.hover({ position: { x: 150, y: 150 } });
      const [value = ''] = ((await page.locator('.reading').first().textContent()) ?? '').split(/\s/);
      assert.ok(Number.isFinite(Number.parseFloat(value)), value);
      const contour = page.getByLabel('Contour of the top tenth');
      assert.equal(await page.locator('path.contour').count(), 0);
      await contour.check();
      assert.ok((await page.locator('path.contour').first().getAttribute('d'))!.length > 100);
      await contour.uncheck();
      const becomesOther = (than: readonly number[]) =>
        visit.pixelIs('.look .figure canvas', [0.5, 0.5], (levels) => levels.join() !== than.join());
      const before = await becomesOther([]);
      await page.getByLabel('Colours').selectOption('viridis');
      const other = await becomesOther(before);
      await page.getByLabel('Opacity').fill('0');
      await becomesOther(other);
      await page.getByLabel('Colours').selectOption('inferno');
      await page.getByLabel('Opacity').fill('0.55');
      return undefined;
    },
  },
  {
    name: 'keeps figures, the specification, the command and a page that needs nothing',
    modes: both,
    async run(visit) {
      const { page } = visit;
      await visit.model(first);
      await visit.picture('chelsea.png');
      await page.locator('.option').first().click();
      await visit.says('tiger cat');
      const names: string[] = [];
      const kept = async (button: string) => {
        const { name, bytes } = await visit.keep(button);
        names.push(name);
        return bytes;
      };
      assertPng(await kept('PNG'));
      const svg = (await kept('SVG')).toString();
      assert.match(svg, /<title>gradcam, tiger cat/);
      assert.doesNotMatch(svg.replace('http://www.w3.org/2000/svg', ''), /https?:/);
      const spec = JSON.parse((await kept('Specification')).toString()) as Record<string, unknown>;
      assert.deepEqual([spec['study'], spec['model'], spec['explainers']], ['explain', first, ['gradcam']]);
      assert.deepEqual(spec['images'], { from: ['chelsea.png'] });
      const html = (await kept('Page (.html)')).toString();
      assert.match(html, /tiger cat/);
      assert.doesNotMatch(html, /(src|href)="https?:/);
      const name = 'chelsea.gradcam';
      assert.deepEqual(names, [`${name}.png`, `${name}.svg`, `${name}.json`, `${name}.html`]);
      assert.match(
        await visit.command(),
        /^understory explain chelsea\.png --explainer gradcam .*--model efficientnet-lite0/,
      );
      return undefined;
    },
  },
  {
    name: 'has every key that its list names',
    modes: both,
    async run(visit) {
      const { page } = visit;
      await visit.model(first);
      await page.locator('.option').first().click();
      await page.locator('body').press('?');
      await page.getByRole('dialog').waitFor();
      assert.deepEqual(await visit.violations(), []);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      const chip = page.getByRole('button', { name: /Grad-CAM\+\+$/ });
      await page.keyboard.press((await chip.locator('kbd').textContent())!);
      await visit.says('gradcam++');
      await page.keyboard.press('1');
      await visit.says('gradcam,');
      const says = await page.locator('.option[aria-pressed=true] .option-label').textContent();
      await page.keyboard.press('ArrowDown');
      await page.waitForFunction(
        (before) => document.querySelector('.option[aria-pressed=true] .option-label')?.textContent !== before,
        says,
      );
      const theme = () => page.evaluate(() => document.documentElement.dataset['theme']);
      await page.keyboard.press('t');
      assert.equal(await theme(), visit.view.isDark ? 'light' : 'dark');
      await page.keyboard.press('t');
      await page.keyboard.press('h');
      await page.waitForFunction(() => (document.querySelector('.view input') as HTMLInputElement).value === '0');
      await page.keyboard.press('h');
      for (const [key, name] of Object.entries({
        g: 'compare',
        d: 'deletion',
        p: 'patches',
        a: 'attack',
        v: 'visualise',
        n: 'graph',
        l: 'look',
      })) {
        await page.keyboard.press(key);
        await page.locator(`#tab-${name}[aria-selected=true]`).waitFor();
      }
      return undefined;
    },
  },
];

/** How long each of some steps of the slider takes, from the key to the next picture on the screen, in milliseconds. */
function stepTimes({ page }: Visit, count: number): Promise<readonly number[]> {
  return page.evaluate(async (steps) => {
    const slider = document.querySelector('input[aria-label=Layer], .layers input') as HTMLInputElement;
    const caption = () => document.querySelector('.look .caption')?.textContent;
    const times: number[] = [];
    for (let step = 0; step < steps; step += 1) {
      const before = caption();
      const began = performance.now();
      slider.value = `${Number(slider.value) + 1}`;
      slider.dispatchEvent(new Event('input', { bubbles: true }));
      // One frame may have begun; what is drawn now is on the screen with the next.
      do await new Promise((painted) => requestAnimationFrame(painted));
      while (caption() === before && performance.now() - began < 10_000);
      times.push(performance.now() - began);
    }
    return times;
  }, count);
}
