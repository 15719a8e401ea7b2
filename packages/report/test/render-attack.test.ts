import { codec, stored } from './drawing.ts';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { renderAttack, standalone, type RenderedReport } from '../src/index.ts';
import { toPng } from '../src/png.ts';
import type { AttackSummary } from '@understory/studies';
import { exampleFile, attackExampleFolder, folderOfItem } from '@understory/studies/results';
import { attackRecord, attackRow, attackRows, attackRun, runAttack, sweep, tableOne } from './attack-support.ts';

jest.setTimeout(60_000);

let attacked: Awaited<ReturnType<typeof attackRun>>;
let report: RenderedReport<AttackSummary>;

beforeAll(async () => {
  attacked = await attackRun();
  report = await renderAttack(attacked.run, { codec });
});
afterAll(() => attacked.remove());

const plain = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
const textOf = (html: string) => plain(parseHTML(html).document.body.textContent);
const findingsOf = (html: string) =>
  [...parseHTML(html).document.querySelectorAll('.findings li')].map(({ textContent }) => plain(textContent));

const bare = { ...stored('nowhere'), failed: [], isComplete: true };

describe('renderAttack', () => {
  it('needs nothing from anywhere else', () => {
    const { document } = parseHTML(report.html);
    const links = [...document.querySelectorAll('[src], [href]')].map(
      (element) => element.getAttribute('src') ?? element.getAttribute('href') ?? '',
    );
    expect(links.length).toBeGreaterThan(20);
    for (const link of links) expect(link).toMatch(/^(data:|#)/);
    expect(report.html).not.toMatch(/@import|url\(|<script/);
  });

  it("is the paper's Table 1 with intervals, both means of steps and the paper's numbers, marked as theirs", () => {
    const { document } = parseHTML(report.html);
    const table = document.querySelector('table.estimates')!;
    const rows = [...table.querySelectorAll('tbody tr')].map(({ textContent }) => plain(textContent));
    expect(rows).toHaveLength(7);
    expect(rows[1]).toMatch(/^origin-top 43\.3 % 31\.6 to 55\.9 % 26 of 60 .* n 26 .* n 60 .* 52\.0 % 33\.2 steps$/);
    expect(rows[6]).not.toContain('steps');
    expect(textOf(report.html)).toContain('the paper’s own network and weights');
    expect(document.querySelector('header cite')!.textContent).toContain('Can’t See the Forest for the Trees');
    expect(textOf(report.html)).toContain('Success is a probability of the target above 0.7.');
    const [origin] = report.summary.attacks.filter(({ attack }) => attack === 'origin-top');
    expect(rows[1]).toContain(origin!.stepsOfAll.mean!.toFixed(1));
    expect(rows[1]).toContain(origin!.stepsOfSuccesses.mean!.toFixed(1));
  });

  it("leaves the paper's numbers out where the settings are not the paper's", async () => {
    const attacks = tableOne.map((each) => ({ ...each, preset: null }));
    const { html } = await renderAttack(
      { ...bare, record: attackRecord(attacks), rows: attackRows(attacks) },
      { codec },
    );
    expect(html).not.toMatch(/33\.2 steps|[Tt]he paper/);
    expect(html).not.toContain('Hollow diamonds');
  });

  it('calls no mask the best that others equal', async () => {
    const attacks = tableOne.slice(0, 3);
    const [first, second, third] = attacks.map(({ name }) => name);
    const rows = attacks.flatMap(({ name }) =>
      ['a', 'b'].map((item) => attackRow({ item, attack: name, success: name !== third || item === 'a' })),
    );
    const { html } = await renderAttack({ ...bare, record: attackRecord(attacks), rows }, { codec });
    expect(findingsOf(html)[0]).toMatch(
      new RegExp(
        `^The attack succeeds most often through (${first}|${second}): on 2 of 2 images, .*, and as often through 1 other mask; least often through ${third}: on 1 of 2 images, [^,;]*\\.$`,
      ),
    );
  });

  it('finds what tests support and nothing else', () => {
    const found = findingsOf(report.html);
    expect(found[0]).toMatch(/most often through all: on 60 of 60 .* least often through origin-top: on 26 of 60/);
    const bottom = found.find((each) => each.includes('origin-bottom succeeds more often than origin-top'));
    expect(bottom).toMatch(/by 36\.7 points .* steps fewer \(95 % −\d+\.\d to −\d+\.\d, failures as the maximum\)/);
    expect(bottom).toMatch(/The paper, on its network, has \+23\.0 points: the same direction/);
    expect(found.join(' ')).toContain('no significant difference in success between origin-bottom and random');
    expect(found.join(' ')).toMatch(/Of 307 adversarial images that succeed, \d+ still do when saved/);
    expect(found.join(' ')).toMatch(/shown to other as well, \d+ are adversarial for it too/);
    expect(found.join(' ')).toContain('Every one of the 420 attacked images lies within epsilon');
    expect(found.join(' ')).not.toContain('no control');
  });

  it('calls it undecided where few images were attacked, and asks for a control', async () => {
    const attacks = [runAttack('origin-bottom'), runAttack('origin-top')];
    const { html } = await renderAttack(
      { ...bare, record: attackRecord(attacks), rows: attackRows(attacks, 6) },
      { codec },
    );
    const found = findingsOf(html).join(' ');
    expect(found).toContain('no significant difference in success between origin-bottom and origin-top');
    expect(found).toContain('this run neither supports nor contradicts that');
    expect(found).toContain('no significant difference in steps');
    expect(found).not.toMatch(/more often than|the same direction|the other direction/);
    expect(found).toContain('The run has no control');
  });

  it('says so where the direction is not that of the paper', async () => {
    const attacks = [runAttack('origin-top'), runAttack('origin-bottom')];
    const swapped = attackRows(attacks).map((each) => ({
      ...each,
      attack: each.attack === 'origin-top' ? 'origin-bottom' : 'origin-top',
    }));
    const { html } = await renderAttack({ ...bare, record: attackRecord(attacks), rows: swapped }, { codec });
    expect(findingsOf(html).join(' ')).toMatch(/succeeds less often than origin-top.*: the other direction/);
  });

  it('counts the settings of a sweep and draws both of its figures', async () => {
    const { html, figures } = await renderAttack(
      { ...bare, record: attackRecord(sweep), rows: attackRows(sweep) },
      { codec },
    );
    expect(findingsOf(html).join(' ')).toContain('of 9 settings, uniform succeeds more often than origin-top in 9');
    expect(figures.map(({ name }) => name)).toEqual([
      'success',
      'sweep-fraction',
      'sweep-epsilon',
      'success-over-evaluations',
      'trajectories',
    ]);
    const fraction = figures.find(({ name }) => name === 'sweep-fraction')!;
    expect(fraction.alt).toMatch(/uniform, ε 12\/255: 61\.7\s% at 5, 85\.0\s% at 10, 100\.0\s% at 20/);
    for (const label of ['ε 4/255', 'ε 8/255', 'ε 12/255']) expect(fraction.svg).toContain(label);
    expect(figures.at(-1)!.caption).toContain('6 more are in the rows');
  });

  it('draws success after so many evaluations, counted over all attacked images', () => {
    const curve = report.figures.find(({ name }) => name === 'success-over-evaluations')!;
    expect(curve.alt).toMatch(/all ends at 100\.0\s%, half of the images after 15; origin-top ends at 43\.3\s%;/);
  });

  it('warns of rules that are broken and of what makes failures say less', async () => {
    const rows = attackRows();
    rows[3] = attackRow({
      ...rows[3]!,
      checks: { withinEpsilon: false, withinPixels: true, zeroOutsideMask: true, savedWithinEpsilon: true },
    });
    const { html } = await renderAttack({ ...attacked.run, rows }, { codec });
    expect(findingsOf(html).join(' ')).toContain('1 constraint is violated');
    expect(html).toContain('1 beyond epsilon');
    expect(textOf(html)).toContain('all, 1 image: the gradient was zero at 3 of 50 evaluations');
  });

  it('describes every picture in words and says which is not there', () => {
    const { document } = parseHTML(report.html);
    const images = [...document.querySelectorAll('img')];
    // The picture and its two maps; the attacked picture, the change, the mask and a map for each of seven masks, one change missing.
    expect(images).toHaveLength(3 + 7 * 4 - 1);
    for (const image of images) expect(image.getAttribute('alt')).toMatch(/^images\/a cat\.jpg, /);
    const absent = [...document.querySelectorAll('.absent')].map((each) => each.getAttribute('aria-label'));
    expect(absent).toContain('images/a cat.jpg, change through uniform: not kept');
    expect(absent).toContain('images/a cat.jpg, heat map of the target after all: no map');
    expect(report.figures.at(-1)).toMatchObject({
      name: 'example-1',
      alt: expect.stringContaining('images/a cat.jpg'),
    });
    for (const drawing of document.querySelectorAll('svg')) {
      expect(drawing.getAttribute('role')).toBe('img');
      expect(drawing.getAttribute('aria-label')!.length).toBeGreaterThan(60);
    }
  });

  it('escapes what classes, images and data sets are called', () => {
    expect(report.html).toContain('&lt;agama&gt;');
    expect(report.html).not.toMatch(/<agama>|<friends>/);
    for (const { svg } of report.figures) {
      expect(svg).not.toContain('<agama>');
      const drawing = standalone(svg);
      expect(drawing).not.toContain('var(');
      expect([...toPng(drawing).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
    }
  });

  it('is the same each time, in any order of the rows', async () => {
    const again = await renderAttack({ ...attacked.run, rows: attackRows().reverse() }, { codec });
    expect(again.html).toBe(report.html);
    expect(again.figures).toEqual(report.figures);
  });

  it('hands over the numbers as files', () => {
    const { document } = parseHTML(report.html);
    const files = new Map(
      [...document.querySelectorAll('a[download]')].map((link) => [
        link.getAttribute('download'),
        Buffer.from(link.getAttribute('href')!.split(',')[1]!, 'base64').toString().split('\r\n'),
      ]),
    );
    expect(files.get('masks.csv')![2]).toMatch(/^origin-top,60,26,60,0\.433/);
    expect(files.get('pairs.csv')).toHaveLength(1 + 21 + 1);
  });

  it('says of a run that is not finished, of images that failed and of those that were not attacked', async () => {
    const rows = [attackRow(), attackRow({ item: 'test/1', success: null, reason: 'it is an <agama> already' })];
    const { html, images } = await renderAttack(
      {
        ...{ ...bare, record: attackRecord([runAttack('all')]), rows, isComplete: false },
        failed: [{ item: 'test/9', code: 'NOT_AN_IMAGE', message: 'It is no picture.' }],
      },
      { codec },
    );
    expect(images).toBe(2);
    expect(textOf(html)).toContain('This run is not finished');
    expect(textOf(html)).toContain('1 image could not be attacked');
    expect(textOf(html)).toContain('Not attacked: all, 1 image: it is an <agama> already.');
    expect(findingsOf(html)[0]).toBe(
      'The attack succeeds through all: on 1 of 1 image, 100.0 % (95 % 20.7 to 100.0 %).',
    );
  });

  it('goes on where nothing was attacked at all', async () => {
    const rows = [attackRow({ success: null, reason: 'MASK_NEEDS: no boxes' })];
    const record = attackRecord([runAttack('all')], { goal: 'untargeted', target: null, transfer: null });
    const { html, figures } = await renderAttack({ ...bare, record, rows }, { codec });
    expect(figures).toEqual([]);
    expect(findingsOf(html)).toEqual(['No image was attacked.']);
    expect(textOf(html)).toContain('to leave the predicted class');
  });

  it('leaves out an example that is no record, and says so', async () => {
    const { run, remove } = await attackRun();
    const path = join(run.name, attackExampleFolder, folderOfItem('images/a cat.jpg'), exampleFile);
    await writeFile(path, '{');
    const { html, problems } = await renderAttack(run, { codec });
    expect(problems).toMatchObject([{ code: 'EXAMPLE_NOT_READABLE', message: expect.stringContaining(path) }]);
    expect(textOf(html)).toContain('The folder of this run is damaged');
    await rm(path);
    expect((await renderAttack(run, { codec })).figures.map(({ name }) => name)).not.toContain('example-1');
    await remove();
  });

  it.each([
    ['targetLabel', { targetLabel: { toString: 1 } }, 'targetLabel: '],
    ['maps', { maps: { original: 3, target: null } }, 'maps.original: '],
    ['attacks', { attacks: [{ attack: 'all' }] }, 'attacks[0].success: '],
  ])('leaves out an example whose %s is another thing, and says where', async (_, change, found) => {
    const { run, remove } = await attackRun();
    const path = join(run.name, attackExampleFolder, folderOfItem('images/a cat.jpg'), exampleFile);
    const example = JSON.parse(await readFile(path, 'utf8')) as object;
    await writeFile(path, JSON.stringify({ ...example, ...change }));
    const { problems } = await renderAttack(run, { codec });
    expect(problems).toMatchObject([{ code: 'EXAMPLE_NOT_READABLE', found: expect.stringContaining(found) }]);
    await remove();
  });
});
