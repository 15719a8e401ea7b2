import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { Flow } from './flow.ts';
import { keptRun } from './open-places.ts';
import type { Visit } from './visit.ts';

/** Run folders of a server: looked at, started, watched, cancelled and resumed. */
export const runs: readonly Flow[] = [
  {
    name: 'opens a run folder: a table that sorts and filters, and pictures of each item',
    modes: ['served'],
    test: { mode: 'served', isDark: false, width: 1440 },
    async run(visit) {
      const { page } = visit;
      await visit.tool('runs');
      const kept = await openKeptRun(visit);
      const table = kept.locator('table').first();
      const items = () =>
        table.locator('tbody tr').evaluateAll((all) => all.map((each) => each.querySelector('button')?.textContent));
      const sort = kept.getByRole('button', { name: 'item', exact: true }).first();
      await sort.click();
      assert.deepEqual(await items(), ['chelsea', 'coffee']);
      await sort.click();
      assert.deepEqual(await items(), ['coffee', 'chelsea']);
      await kept.getByRole('searchbox').first().fill('coffee');
      assert.deepEqual(await items(), ['coffee']);
      const pictures = kept.locator('img.run-picture');
      await pictures.nth(1).waitFor();
      await kept.getByRole('button', { name: 'Pictures of coffee' }).first().click();
      await page.waitForFunction(
        (run) => document.querySelectorAll(`section[aria-label="${run}"] img`).length === 1,
        keptRun,
      );
      assert.equal(await kept.locator('.grid .small').textContent(), 'coffee');
      await visit.isFit();
      await kept.getByRole('button', { name: 'Close' }).click();
      return undefined;
    },
  },
  {
    name: 'starts a study and watches it, cancels and resumes it, and opens two runs beside each other',
    modes: ['served'],
    async run(visit) {
      const { page } = visit;
      await visit.model('cifar10-resnet');
      await visit.tool('runs');
      await page.getByText('Start a study of this model').click();
      await page.getByLabel('Images').fill('orchard:count=4,size=32');
      await page.getByLabel('At most').fill('4');
      const names = () => page.locator('.runs tbody th').allTextContents();
      const before = await names();
      await visit.press('Start');
      await page.waitForFunction((count) => document.querySelectorAll('.runs tbody tr').length > count, before.length);
      const name = (await names()).find((each) => !before.includes(each))!;
      assert.match(name, /^evaluate-cifar10-resnet/);
      const row = page.locator('.runs tbody tr', { has: page.getByRole('button', { name: name.trim(), exact: true }) });
      // Each part of the study starts a process that reads sources.
      const reaches = (cell: string | RegExp) => row.getByRole('cell', { name: cell }).waitFor({ timeout: 120_000 });
      const done = async () => Number(/^\d+/.exec((await row.locator('td').nth(2).textContent()) ?? '')?.[0]);
      await reaches('running');
      // Watched: the number of images grows while it runs.
      await reaches(/^[1-9] of 4/);
      await visit.press(`Cancel ${name}`);
      await reaches('interrupted');
      const reached = await done();
      assert.ok(reached > 0 && reached < 4, `${reached} of 4 when it was cancelled`);
      await visit.press(`Resume ${name}`);
      await reaches('finished');
      assert.equal(await done(), 4);
      await page.getByRole('button', { name: 'Save the report' }).first().waitFor();
      const kept = await openKeptRun(visit);
      // What a cancelled study kept, and another one, beside each other.
      assert.equal(await page.locator('section.panel[aria-label]').count(), 2);
      await visit.isFit();
      await kept.getByRole('button', { name: 'Close' }).click();
      return undefined;
    },
  },
];

/** Opens the run folder that was there before, and gives its part of the page. */
async function openKeptRun(visit: Visit): Promise<Locator> {
  await visit.press(keptRun);
  const kept = visit.page.locator(`section[aria-label="${keptRun}"]`);
  await kept.waitFor();
  return kept;
}
