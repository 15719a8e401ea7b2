import assert from 'node:assert/strict';
import { both, type Flow } from './flow.ts';

/** Targets that are no classes: boxes, pixels, captions and questions. */
export const targets: readonly Flow[] = [
  {
    name: 'explains a box that is clicked',
    modes: both,
    test: { mode: 'static', isDark: true, width: 390 },
    async run(visit) {
      const { page } = visit;
      await visit.model('orchard-detector');
      const box = page.locator('.box').nth(1);
      await box.click();
      await page.waitForFunction(() => document.querySelectorAll('.box')[1]?.getAttribute('aria-pressed') === 'true');
      assert.match(await visit.command(), /--target box:1/);
      await visit.isFit();
      return undefined;
    },
  },
  {
    name: 'explains a pixel that is clicked, and shows regions in their colours',
    modes: both,
    async run(visit) {
      const { page } = visit;
      await visit.model('orchard-segmenter');
      await page.getByText('Click a pixel').waitFor();
      const legend = page.getByRole('list', { name: 'Colours of the regions' }).getByRole('listitem');
      const names = (await legend.allTextContents()).map((text) => text.trim().split(' ')[0]);
      for (const name of ['background', 'banana', 'lemon']) assert.ok(names.includes(name), names.join());
      await page.getByLabel('Fill the regions').check();
      // The middle of the top edge is background, which is grey; each region has the colour of its name.
      await page.waitForFunction(() => {
        const canvas = document.querySelector('.is-regions') as HTMLCanvasElement;
        const copy = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
        copy.drawImage(canvas, -Math.floor(canvas.width / 2), 0);
        return copy.getImageData(0, 0, 1, 1).data[3] !== 0;
      });
      const found = await page.evaluate(() => {
        const canvas = document.querySelector('.is-regions') as HTMLCanvasElement;
        const { width, height } = canvas;
        const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
        copy.drawImage(canvas, 0, 0);
        const { data } = copy.getImageData(0, 0, width, height);
        const places = Array.from({ length: data.length / 4 }, (_, at) => data.slice(4 * at, 4 * at + 4));
        // What shines through is rounded; edges do not.
        const edges = places.filter((each) => each[3] === 255).map((each) => each.slice(0, 3).join(' '));
        return { top: [...places[Math.floor(width / 2)]!], edges: [...new Set(edges)].sort() };
      });
      const named = await legend
        .locator('.swatch')
        .evaluateAll((all) => all.map((each) => getComputedStyle(each).backgroundColor.match(/\d+/g)!.join(' ')));
      assert.deepEqual(found.edges, named.toSorted());
      assert.ok(found.top.slice(0, 3).every((level) => Math.abs(level - 128) <= 1));
      await page.getByLabel('Fill the regions').uncheck();
      await page.locator('.look .figure').click({ position: { x: 150, y: 200 } });
      await page.locator('.look .pixel').waitFor();
      const clicked = await visit.command();
      assert.match(clicked, /--target pixel:\d+,\d+/);
      // The same without a pointer.
      await page.mouse.move(0, 0);
      const figure = page.getByRole('group', { name: /^Pixels: arrow keys/ });
      await figure.focus();
      for (const key of ['ArrowLeft', 'ArrowUp', 'Shift+ArrowUp', 'Enter']) await figure.press(key);
      await page.waitForFunction(
        (before) => document.querySelector('.pane-right .command code')?.textContent !== before,
        clicked,
      );
      const [, x, y] = /--target pixel:(\d+),(\d+)/.exec(await visit.command()) ?? [];
      const [width, height] = await page
        .locator('.look .figure canvas')
        .first()
        .evaluate((canvas) => [(canvas as HTMLCanvasElement).width, (canvas as HTMLCanvasElement).height]);
      assert.deepEqual([Number(x), Number(y)], [Math.floor(width! / 2) - 4, Math.floor(height! / 2) - 5]);
      await visit.isExplained();
      await visit.isFit();
      return undefined;
    },
  },
  {
    name: 'compares captions, with a contrast, and crosses swapped words with the mirror image',
    modes: both,
    async run(visit) {
      const { page } = visit;
      const [right, left] = ['a lemon to the right of a banana', 'a lemon to the left of a banana'];
      await visit.model('orchard-clip-sighted');
      await visit.picture('orchard-1.png');
      const option = page.locator('.option', { hasText: right });
      await option.waitFor();
      assert.match((await page.locator('.option').first().textContent()) ?? '', /a lemon to the right of a banana/);
      await page.getByText('Words that count').waitFor();
      await page.getByLabel('Against (optional)').fill(left);
      await page.getByLabel('Captions, one a line').fill(right);
      await visit.press('Compare with the picture');
      await page.locator('.pane-right .command code', { hasText: '--against' }).waitFor();
      await visit.tool('words');
      await visit.press('Mirror and swap');
      await page.locator('table.cross').waitFor();
      const cells = (await page.locator('table.cross tbody td').allTextContents()).map((text) =>
        Number(text.replace('−', '-')),
      );
      assert.equal(cells.length, 4);
      assert.ok(cells[0]! + cells[3]! > cells[1]! + cells[2]!, cells.join());
      assert.match(await visit.keepDrawing('the table'), /mirrored/);
      assert.match(await visit.commandOfTool(), /^understory explain orchard-1\.png .*--text '/);
      await visit.isFit();
      return undefined;
    },
  },
  {
    name: 'asks a question',
    modes: both,
    async run(visit) {
      const { page } = visit;
      await visit.model('orchard-mdetr-sighted');
      await visit.picture('orchard-1.png');
      for (const [side, fruit] of Object.entries({ left: 'banana', right: 'lemon' })) {
        await page.getByLabel('Question').fill(`What is on the ${side}?`);
        await visit.press('Ask');
        await page.locator('.decision', { hasText: fruit }).waitFor();
      }
      assert.match(await visit.command(), /--question 'What is on the right\?'/);
      await visit.isFit();
      return undefined;
    },
  },
];
