import { describe, expect, it } from '@jest/globals';
import { decodeImage, encodePng } from '@understory/imaging/sharp';
import { rgbImage } from '@understory/imaging';
import { openDataset, parseDatasetSpec, resolveDatasetSpec } from '../../src/index.ts';
import { exchangeColours, orchardScene, render } from '../../src/orchard/index.ts';
import { folderWith } from '../fixtures.ts';

async function itemsOf(spec: string, options = {}) {
  const dataset = await openDataset(spec, options);
  const items = [];
  for await (const item of dataset.items()) items.push(item);
  return { dataset, items };
}

describe('the data set orchard', () => {
  it('opens without a path and draws 400 scenes', async () => {
    const { dataset, items } = await itemsOf('orchard');
    expect([dataset.name, dataset.size, dataset.classes]).toEqual(['orchard/test', 400, undefined]);
    expect([items[0]!.id, items[399]!.id]).toEqual(['test/00000', 'test/00399']);
    const image = await decodeImage(await items[5]!.read());
    expect(image.data).toEqual(render(orchardScene('0 test', 5)).data);
    expect(items[5]!.boxes).toEqual(orchardScene('0 test', 5).objects.map(({ box }) => box));
    expect(items[5]!.captionTests!.map(({ kind }) => kind)).toContain('object');
    expect(items[5]!.questions!.map(({ kind }) => kind)).toContain('relation');
    const scene = orchardScene('0 test', 5);
    const named = items[5]!.questions!.flatMap(({ counterpart }) => counterpart?.picture ?? []);
    expect(named).toContain('colours exchanged');
    const changed = await decodeImage(await items[5]!.otherPictures!['colours exchanged']!());
    expect(changed.data).toEqual(render(exchangeColours(scene)).data);
  });

  it('takes options, and a seed alone', async () => {
    const { dataset, items } = await itemsOf('orchard:seed=7, size=64,clutter=2,count=3,difficulty=hard');
    expect(dataset.name).toBe('orchard:seed=7,count=3,size=64,clutter=2,difficulty=hard/test');
    expect(items.map(({ boxes }) => boxes!.length)).toEqual([4, 4, 4]);
    expect(await decodeImage(await items[0]!.read())).toMatchObject({ width: 64, height: 64 });
    expect(parseDatasetSpec('Orchard:7')).toEqual({ format: 'orchard', options: { seed: '7' } });
    expect(parseDatasetSpec('./orchard')).toEqual({ path: './orchard' });
  });

  it('has other scenes in each split, and selects as from any data set', async () => {
    const boxes = async (split: string) => (await itemsOf('orchard:count=1', { split })).items[0]!.boxes;
    expect(await boxes('train')).not.toEqual(await boxes('test'));
    expect(await boxes('val')).toEqual(await boxes('validation'));
    const { items } = await itemsOf('orchard', { ids: ['test/00007'] });
    const { items: offset } = await itemsOf('orchard', { offset: 7, limit: 1 });
    expect([items[0]!.boxes, offset[0]!.id]).toEqual([offset[0]!.boxes, 'test/00007']);
  });

  it('lays photographs behind the fruit', async () => {
    const photograph = rgbImage(new Uint8Array(3 * 30 * 20).fill(90), 30, 20);
    const folder = folderWith({ 'a.png': await encodePng(photograph) });
    const { items } = await itemsOf(`orchard:size=32,count=1,photographs=${folder}`);
    const { data } = await decodeImage(await items[0]!.read());
    expect([...data.subarray(0, 3)]).toEqual([90, 90, 90]);
    const spec = resolveDatasetSpec(parseDatasetSpec('orchard:photographs=a'), (path) => `/there/${path}`);
    expect(spec).toEqual({ format: 'orchard', options: { photographs: '/there/a' } });
    expect(resolveDatasetSpec(parseDatasetSpec('orchard'), () => 'nowhere')).toEqual({
      format: 'orchard',
      options: {},
    });
  });

  it.each([
    [
      'orchard:sede=7',
      'DATASET_OPTION_UNKNOWN',
      '"sede"',
      'Did you mean "seed"? Give options as name=value, with commas between them.',
    ],
    ['orchard:size=8', 'DATASET_OPTION_INVALID', '"8"', 'Correct "size".'],
    ['orchard:clutter=1.5', 'DATASET_OPTION_INVALID', '"1.5"', 'Correct "clutter".'],
    ['orchard:difficulty=absurd', 'DATASET_OPTION_INVALID', '"absurd"', 'Correct "difficulty".'],
    ['orchard:seed=', 'DATASET_OPTION_INVALID', '""', 'Correct "seed".'],
  ])('refuses %s', (spec, code, found, next) => {
    expect(() => parseDatasetSpec(spec)).toThrow(expect.objectContaining({ code, found, next }));
  });

  it('refuses a split that it does not draw, and photographs that are not there', async () => {
    const errorOf = (opened: Promise<unknown>) =>
      opened.then(
        () => 'none',
        (error: { code: string }) => error.code,
      );
    expect(await errorOf(openDataset('orchard', { split: 'dev' }))).toBe('DATASET_SPLIT_MISSING');
    expect(await errorOf(openDataset('orchard:photographs=/nowhere/at/all'))).toBe('DATASET_NOT_FOUND');
    expect(await errorOf(openDataset(`orchard:photographs=${folderWith()}`))).toBe('DATASET_EMPTY');
  });
});
