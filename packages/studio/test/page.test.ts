import assert from 'node:assert/strict';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findChromium } from '@understory/testing/node';
import { flows, openPlaces, type Mode, type OpenPlaces, type Visit } from './flows/index.ts';

const chromium = findChromium();

/** Where there is no Chromium, these are shown as skipped. */
const flow = chromium === undefined ? it.skip : it;

let places: OpenPlaces;
const visits = new Map<Mode, Visit>();

beforeAll(async () => {
  if (chromium === undefined) return;
  places = await openPlaces(chromium);
  for (const mode of ['static', 'served'] as const) visits.set(mode, await places.open(mode));
}, 300_000);

afterAll(() => places?.close());

// That it works at all; `npm run studio-flows` goes through everything that a person does, in both modes and all views.
describe('the page', () => {
  flow('has less than 400 KB of script beside the engine', () => {
    const own = places.scripts.filter(({ isEngine }) => !isEngine);
    expect(own.length).toBeGreaterThan(0);
    const bytes = own.reduce((sum, { size }) => sum + size, 0);
    expect(bytes).toBeLessThan(400_000);
    // Charts are fetched when the first is shown.
    expect(own.find(({ name }) => name.includes('index'))!.size).toBeLessThan(80_000);
  });

  for (const { name, test, run } of flows) {
    if (test === undefined) continue;
    const view = `${test.mode}, ${test.isDark ? 'dark' : 'light'}, ${test.width}`;
    flow(`${name} (${view})`, async () => {
      const visit = visits.get(test.mode)!;
      const told = visit.complaints.length;
      await visit.look(test);
      await run(visit);
      assert.deepEqual(visit.complaints.slice(told), []);
    });
  }

  flow.each(['static', 'served'] as const)('asked for nothing from elsewhere: %s', async (mode) => {
    const { page, asked } = visits.get(mode)!;
    const { origin } = new URL(page.url());
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((address) => !address.startsWith(origin) && !/^(data|blob):/.test(address))).toEqual([]);
    // Were something there to ask, the policy would refuse it.
    const refused = await page.evaluate(() =>
      fetch('https://example.org/').then(
        () => 'fetched',
        (error: unknown) => String(error),
      ),
    );
    expect(refused).toContain('Failed to fetch');
  });

  flow('of a server says what is wrong without its token', async () => {
    const { page } = visits.get('served')!;
    const stranger = await page.context().browser()!.newPage();
    await stranger.goto(page.url());
    await stranger.getByText('the token of this studio').first().waitFor();
    await stranger.close();
  });
});
