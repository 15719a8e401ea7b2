import assert from 'node:assert/strict';
import { both, type Flow } from './flow.ts';
import { assertPng } from './visit.ts';

const small = 'cifar10-resnet';

/** What is measured and changed: grids, curves, pieces, attacks, the network itself. */
export const measuring: readonly Flow[] = [
  {
    name: 'compares explainers in a grid, with baselines beside them',
    modes: both,
    async run(visit) {
      const { page } = visit;
      await visit.model(small);
      await visit.tool('compare');
      await page.locator('.grid li').first().waitFor();
      await page.waitForFunction(
        () =>
          [...document.querySelectorAll('.grid-name .quiet')].every((each) => each.textContent !== '…') &&
          document.querySelectorAll('.task').length === 0,
      );
      const cells = await page.locator('.grid li').count();
      assert.ok(cells > 10);
      assert.equal(await page.locator('.grid li.is-baseline').count(), 4);
      // The pointer is in all of them at once.
      const first = page.locator('.grid .figure').first();
      await first.hover({ position: { x: 40, y: 40 } });
      assert.equal(await page.locator('.grid path.cross').count(), cells);
      const maps = await page.locator('.grid .reading').count();
      assert.ok(maps > 10);
      const grid = await visit.keepDrawing('the grid');
      assert.equal(grid.match(/<image href="data:image\/png/g)?.length, maps);
      await visit.isFit();
      return undefined;
    },
  },
  {
    name: 'scrubs the deletion curve, and shows the picture at that point',
    modes: both,
    async run(visit) {
      const { page } = visit;
      await visit.model(small);
      await visit.tool('deletion');
      await page.locator('.chart svg').waitFor();
      const scrub = page.locator('.scrub input');
      await scrub.press('Home');
      const picture = () =>
        page.locator('.split .figure canvas').evaluate((own) => (own as HTMLCanvasElement).toDataURL());
      const before = await picture();
      await scrub.press('End');
      assert.match((await page.locator('.figures').textContent()) ?? '', /50\.0 % of the pixels/);
      await page.waitForFunction(
        (old) => (document.querySelector('.split .figure canvas') as HTMLCanvasElement).toDataURL() !== old,
        before,
      );
      assert.equal(await page.getByRole('img', { name: /The probability of .* goes from/ }).count(), 1);
      assert.match(await visit.keepDrawing('this chart'), /<title>The probability of/);
      const point = await visit.keepDrawing('the picture at this point');
      assert.match(point, /with 50\.0 % of the pixels taken away: probability of/);
      assert.match(await visit.commandOfTool(), /^understory evaluate .*--metric deletion:steps=25/);
      const spec = JSON.parse((await visit.keep('Specification of this study')).bytes.toString()) as { study: string };
      assert.equal(spec.study, 'evaluate');
      await visit.isFit();
      return undefined;
    },
  },
  {
    name: 'moves pieces of the picture, shuffles them and puts them back',
    modes: both,
    async run(visit) {
      const { page } = visit;
      await visit.model(small);
      await visit.tool('patches');
      const logit = page.locator('.numbers tbody td:last-child').first();
      await logit.filter({ hasText: /\d/ }).waitFor();
      const before = await logit.textContent();
      const becomes = (is: boolean) =>
        page.waitForFunction(
          ([old, same]) => (document.querySelector('.numbers tbody td:last-child')?.textContent === old) === same,
          [before, is] as const,
        );
      await page.getByRole('gridcell').first().dragTo(page.getByRole('gridcell').nth(15));
      await page.getByRole('gridcell', { name: 'Place 1, 1: piece 16' }).waitFor();
      await becomes(false);
      await page.keyboard.press('s');
      await visit.keepDrawing('the pieces');
      await visit.press('Back');
      await page.getByRole('gridcell', { name: 'Place 1, 1: piece 1', exact: true }).waitFor();
      await becomes(true);
      assert.match(await visit.commandOfTool(), /^understory probe shuffle:grid=4 /);
      await visit.isFit();
      return undefined;
    },
  },
  {
    name: 'paints a mask, attacks through it and saves the adversarial picture',
    modes: both,
    test: { mode: 'served', isDark: true, width: 390 },
    async run(visit) {
      const { page } = visit;
      await visit.model(small);
      await visit.tool('attack');
      await page.getByLabel('Only pixels').selectOption('painted');
      const clear = page.getByRole('button', { name: 'Clear', exact: true });
      await clear.click();
      assert.equal(await page.getByRole('button', { name: 'Attack', exact: true }).isDisabled(), true);
      await visit.press('Top tenth of the map');
      await visit.says('of the pixels may change');
      const ofMap = await page.locator('.caption').first().textContent();
      assert.match(ofMap ?? '', /^(9|10)\.\d % of the pixels/);
      await clear.click();
      const paint = page.locator('.paint');
      await paint.focus();
      for (const key of ['ArrowLeft', 'ArrowUp', 'Space']) await paint.press(key);
      await visit.says('of the pixels may change');
      await clear.click();
      await visit.says('Paint where pixels may change');
      await page.getByLabel('Brush').fill('60');
      await paint.scrollIntoViewIfNeeded();
      const frame = (await paint.boundingBox())!;
      await page.mouse.move(frame.x + frame.width / 4, frame.y + frame.height / 4);
      await page.mouse.down();
      await page.mouse.move(frame.x + frame.width / 2, frame.y + frame.height / 4, { steps: 6 });
      await page.mouse.up();
      await visit.says('of the pixels may change');
      await page.getByLabel(/Largest change/).fill('64');
      await visit.press('Attack');
      const save = page.getByRole('button', { name: 'Save adversarial PNG' });
      await save.waitFor();
      assert.match(await visit.keepDrawing('this chart'), /<title>[^<]+ goes from/);
      const { name } = await visit.keep('Save adversarial PNG');
      assert.match(name, /\.adversarial\.png$/);
      await visit.press('change');
      await page.getByRole('img', { name: /The change, 16 times as strong/ }).waitFor();
      // Nothing changed far from what was painted: there the change is middle grey.
      await visit.pixelIs('.split .figure canvas', [1, 1], (levels) =>
        levels.slice(0, 3).every((level) => level === 128),
      );
      await visit.keepDrawing('this picture');
      await visit.isFit();
      await visit.press('Back to the picture');
      await page.getByLabel('Only pixels').selectOption('origin-top');
      assert.match(await visit.commandOfTool(), /^understory attack pgd:.*--mask origin-top/);
      return undefined;
    },
  },
  {
    name: 'makes pictures that channels and classes respond to, and keeps them',
    modes: both,
    async run(visit) {
      const { page } = visit;
      await visit.model(small);
      await visit.tool('visualise');
      await page.getByLabel('Of', { exact: true }).selectOption('channels');
      await page.getByRole('textbox', { name: 'Channels' }).fill('0,3');
      await page.getByLabel('Steps').fill('2000');
      await visit.press('Make pictures');
      const stop = page.getByRole('button', { name: 'Cancel: Making pictures by gradient ascent' });
      // Told how far it is, and stopped before its end.
      await page.locator('.task-count', { hasText: / of 2000$/ }).waitFor();
      await stop.click();
      await stop.waitFor({ state: 'detached' });
      assert.equal(await page.locator('[aria-label="What was made"] li').count(), 0);
      await page.getByLabel('Steps').fill('96');
      await visit.press('Make pictures');
      const made = page.getByRole('list', { name: 'What was made' }).getByRole('listitem');
      await made.nth(1).waitFor();
      assert.equal(await made.count(), 2);
      // More than the photograph has, as the caption says.
      const [, own, photograph] =
        /: (\S+); \S+ has (\S+)$/.exec((await made.first().locator('p').first().textContent()) ?? '') ?? [];
      const [value, other] = [own, photograph].map((text) => Number(text?.replace('−', '-')));
      assert.ok(value! > other!, `${own} is not above ${photograph}`);
      const drawn = await visit.keepDrawing('the pictures');
      assert.equal(drawn.match(/<image href="data:image\/png/g)?.length, 2);
      assert.match(
        await visit.commandOfTool(),
        /^understory visualise \S+ --visualiser ascent:steps=96 --layer \S+ --channel 0,3 /,
      );
      await visit.isFit();
      await page.getByLabel('Of', { exact: true }).selectOption('target');
      await visit.press('Make pictures');
      await page.waitForFunction(() => document.querySelectorAll('[aria-label="What was made"] li').length === 1);
      const file = await visit.keep('Save PNG of cat');
      assert.equal(file.name, 'target.3.png');
      assertPng(file.bytes);
      return undefined;
    },
  },
  {
    name: 'shows the network around the layer, for choosing another',
    modes: both,
    async run(visit) {
      const { page } = visit;
      await visit.model(small);
      await visit.tool('graph');
      await page.locator('.node.is-middle').waitFor();
      const graph = await visit.keepDrawing('the graph');
      assert.equal(graph.match(/<tspan font-weight="700">/g)?.length, await page.locator('.node').count());
      assert.match(graph, />Relu</);
      assert.match(await visit.commandOfTool(), /^understory inspect cifar10-resnet --all/);
      await visit.isFit();
      await page.getByRole('button', { name: /^look at stage3\/stage3\.1\/conv2/ }).click();
      await visit.says('stage3/stage3.1/conv2');
      return undefined;
    },
  },
  {
    name: 'stops what takes long',
    modes: both,
    async run(visit) {
      const { page } = visit;
      await visit.model(small);
      await page.getByRole('button', { name: /^RISE/ }).click();
      const stop = page.getByRole('button', { name: 'Cancel: Explaining with rise' });
      await page.locator('.task-count').waitFor();
      await stop.click();
      await stop.waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Make the map', exact: true }).waitFor();
      await page.locator('body').press('1');
      await visit.says('gradcam');
      await visit.tool('compare');
      await visit.press('Add RISE (slow)');
      const comparing = page.getByRole('button', { name: /^Cancel: Comparing/ });
      await comparing.click();
      await comparing.waitFor({ state: 'detached' });
      await visit.press('Make the maps that are missing');
      await comparing.waitFor();
      // What was asked of a model that is no longer open keeps nobody waiting.
      await visit.model('orchard-detector');
      assert.equal(await comparing.count(), 0);
      return undefined;
    },
  },
];
