import { describe, expect, it } from '@jest/globals';
import { seededRandom, type ProbeRequest, type ProbeSummary } from '@understory/core';
import { shuffle, type ShuffleRow } from '@understory/probe-shuffle';
import { probeContract } from '@understory/testing';
import { blindModel, itemsOf, placeModel, requestFor } from './subjects.ts';

type Settings = Parameters<typeof shuffle>[0];

async function probe(
  request: ProbeRequest,
  settings: Settings,
  items = itemsOf(6, request.subject.height),
): Promise<{ rows: readonly ShuffleRow[]; summary: ProbeSummary }> {
  const experiment = shuffle(settings).experiment(request);
  const rows: ShuffleRow[] = [];
  for (const item of items) rows.push(...(await experiment.rows(item, seededRandom(request.seed).fork(item.id))));
  async function* stream() {
    yield* rows;
  }
  return { rows, summary: await experiment.summarise(stream()) };
}

const estimateOf = ({ estimates }: ProbeSummary, measure: string, condition: string) =>
  estimates.find((each) => each.measure === measure && each.condition === condition);

const allControls = ['seams', 'rows', 'columns', 'rotate', 'flip-horizontal', 'flip-vertical'] as const;

describe('the contract of probes', () => {
  const settings = { grid: [2, 3], permutations: 2, controls: ['seams', 'rotate', 'flip-vertical'] } as const;
  for (const { name, run, timeout } of probeContract({
    create: () => shuffle(settings),
    equals: [1, 5, 64].map((batch) => () => shuffle({ ...settings, batch })),
    request: () => requestFor(placeModel(8), 8),
    items: itemsOf(7, 8),
  })) {
    it(name, run, timeout);
  }
});

describe('a model that is blind to space', () => {
  // With sides that the grid divides, each pixel lies in a patch, and each patch has whole cells of the map.
  const found = probe(requestFor(blindModel(8), 8), { grid: [2, 4], controls: ['rows', 'columns', 'rotate'] });

  it('keeps every prediction and every logit', async () => {
    const { rows, summary } = await found;
    // Of two strips there is one other order.
    expect(rows).toHaveLength(6 * (2 * 4 * 5 - 2 * 4));
    for (const row of rows) {
      expect(row.sameTop1).toBe(true);
      for (const change of [row.logitChange, row.probabilityChange, row.marginChange, row.entropyChange]) {
        expect(Math.abs(change!)).toBeLessThan(1e-6);
      }
    }
    for (const grid of [2, 4]) {
      const same = estimateOf(summary, 'same-top1', `grid=${grid}`);
      expect(same).toMatchObject({ n: 6, estimate: 1 });
      // Wilson's interval of 6 of 6.
      expect(same?.interval?.[0]).toBeCloseTo(6 / (6 + 1.959964 ** 2), 5);
    }
    expect(summary.verdict.statement).toMatch(
      /^Cut into 4 x 4 patches and shuffled, images keep .* more often than not/,
    );
  });

  it('has explanations that follow their pieces exactly', async () => {
    const { rows } = await found;
    for (const row of rows) {
      expect(row.mapFollowsPiece).toBeCloseTo(1, 12);
      expect(row.mapReason).toBeNull();
    }
    expect(estimateOf((await found).summary, 'map-keeps-place', 'grid=4')?.estimate).toBeLessThan(0.7);
  });
});

describe('a model that sees nothing but places', () => {
  const found = probe(requestFor(placeModel(8), 8), { grid: [2], permutations: 23 });

  it('says of a shuffled picture what the permutation of quarters says', async () => {
    const items = itemsOf(6, 8);
    const { rows } = await found;
    expect(rows).toHaveLength(6 * 23);
    const { subject } = requestFor(placeModel(8), 8);
    for (const { id, pixels } of items) {
      const [said] = await subject.answer(pixels);
      const { logits } = said!.classes!;
      for (const row of rows.filter((each) => each.item === id)) {
        const after = row.drawn.map((from) => logits[from]!);
        expect(row.logitAfter).toBeCloseTo(after[row.predicted!]!, 5);
        expect(row.predictedAfter).toBe(after.indexOf(Math.max(...after)));
        expect(row.sameTop1).toBe(row.predictedAfter === row.predicted);
      }
    }
  });

  it('keeps its class in just the permutations that keep the brightest quarter', async () => {
    const { rows, summary } = await found;
    // Of the 23 permutations other than the identity, 3! - 1 = 5 leave one given quarter where it is.
    expect(estimateOf(summary, 'same-top1', 'grid=2')?.estimate).toBeCloseTo(5 / 23, 12);
    const { summary: deranged } = await probe(requestFor(placeModel(8), 8), {
      grid: [2],
      permutations: 100,
      derangement: true,
    });
    expect(estimateOf(deranged, 'same-top1', 'grid=2')).toMatchObject({ estimate: 0, n: 6 });
    expect(rows.every(({ drawn }) => drawn.join() !== '0,1,2,3')).toBe(true);
  });
});

describe('the probe', () => {
  it('counts what it shows: a row for each control, grid and repeat', async () => {
    const { rows } = await probe(
      requestFor(blindModel(12), 12),
      { grid: [2, 3], permutations: 4, controls: allControls },
      itemsOf(1, 12),
    );
    const counts: Record<string, number> = {};
    for (const { control, grid } of rows) counts[`${control} ${grid}`] = (counts[`${control} ${grid}`] ?? 0) + 1;
    expect(counts).toEqual({
      ...{ 'shuffle 2': 4, 'shuffle 3': 4, 'seams 2': 1, 'seams 3': 1, 'rows 2': 1, 'rows 3': 4 },
      ...{ 'columns 2': 1, 'columns 3': 4, 'rotate 2': 4, 'rotate 3': 4 },
      ...{ 'flip-horizontal null': 1, 'flip-vertical null': 1 },
    });
  });

  it('draws the first permutations alike however many follow, and others for another item', async () => {
    const request = requestFor(blindModel(8), 8);
    const few = await probe(request, { grid: [4], permutations: 2 }, itemsOf(2, 8));
    const many = await probe(request, { grid: [3, 4], permutations: 5 }, itemsOf(2, 8));
    const drawn = ({ rows }: typeof few, item: string) =>
      rows.filter((row) => row.item === item && row.grid === 4).map((row) => row.drawn);
    const [first, second] = ['images/0.png', 'images/1.png'];
    expect(drawn(many, first!).slice(0, 2)).toEqual(drawn(few, first!));
    expect(drawn(few, second!)).not.toEqual(drawn(few, first!));
    expect(new Set(drawn(many, first!).map(String)).size).toBe(5);
  });

  it('tells the share of the pixels that it moves', async () => {
    const { rows } = await probe(requestFor(blindModel(11), 11), { grid: [2, 3], permutations: 1 }, itemsOf(1, 11));
    expect(rows.map((row) => row.covered)).toEqual([100 / 121, 81 / 121]);
  });

  it('goes without an explainer, and without labels', async () => {
    const { subject, seed } = requestFor(blindModel(8), 8);
    const items = itemsOf(3, 8).map(({ id, pixels }) => ({ id, pixels }));
    const { rows, summary } = await probe({ subject, seed }, { grid: [2] }, items);
    expect(rows[0]).toMatchObject({ mapFollowsPiece: null, mapReason: null, correctBefore: null, label: null });
    expect(summary.estimates.map(({ measure }) => measure)).not.toEqual(expect.arrayContaining(['accuracy']));
    expect(summary.estimates.map(({ measure }) => measure)).not.toEqual(expect.arrayContaining(['map-keeps-place']));
  });

  it('says why there is no map, and throws what is a fault', async () => {
    const refusal = Object.assign(new Error('Not for this.'), {
      ...{ code: 'CAM_NOT_APPLICABLE', found: 'a network', expected: 'another', next: 'Take another.' },
    });
    const refusing = (error: Error) => ({ name: 'refuses', explainer: { explain: () => Promise.reject(error) } });
    const { rows } = await probe(requestFor(blindModel(8), 8, { explainer: refusing(refusal) }), { grid: [2] });
    expect(rows[0]?.mapReason).toBe('CAM_NOT_APPLICABLE: Not for this. Found: a network.');
    const faulty = requestFor(blindModel(8), 8, { explainer: refusing(new TypeError('no such thing')) });
    await expect(probe(faulty, { grid: [2] })).rejects.toThrow(TypeError);
  });

  it('stands beside the paper under its settings only', async () => {
    const papers = async (settings: Settings) =>
      (await probe(requestFor(blindModel(8), 8), settings)).summary.estimates.flatMap(
        ({ measure, condition, paper }) => (paper === undefined ? [] : [[measure, condition, paper]]),
      );
    expect(await papers({ grid: [2, 4], permutations: 1 })).toEqual([
      ['same-top1', 'grid=4', 0.771],
      ['gains-logit', 'grid=4', 0.9558],
      ['logit-change-kept', 'grid=4', 2.24],
    ]);
    expect(await papers({ grid: [4], permutations: 2 })).toEqual([]);
    expect(await papers({ grid: [4], permutations: 1, derangement: true })).toEqual([]);
  });

  it('refuses a grid finer than the pixels', () => {
    expect(() => shuffle({ grid: [9] }).experiment(requestFor(blindModel(8), 8))).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', found: '9' }),
    );
    expect(() => shuffle({ grid: [1] })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });

  it('judges the finest grid where the one of the paper is not asked for, and one image by its permutations', async () => {
    const { summary } = await probe(requestFor(placeModel(8), 8), { grid: [2, 3] }, itemsOf(1, 8));
    expect(summary.verdict.statement).toMatch(
      /^Cut into 3 x 3 .* this one image keeps its predicted class \d of 5 times/,
    );
    expect(summary.estimates.every(({ interval }) => interval === null)).toBe(true);
    expect(summary.curves[0]?.chance).toBeUndefined();
  });
});

describe('the examples', () => {
  const kept = new Map<string, readonly number[]>();
  const request = requestFor(placeModel(8), 8, {
    keep: async (item, name, { dims }) => void kept.set(`${item} ${name}`, dims),
  });
  const found = probe(request, { grid: [4], permutations: 2 }, itemsOf(60, 8));

  it('are the pictures that gained and lost most, and some by lot, each once', async () => {
    const { rows, summary } = await found;
    const first = rows.filter(({ repeat }) => repeat === 0);
    const ranked = first.toSorted((one, other) => other.logitChange - one.logitChange).map(({ item }) => item);
    const items = (title: string) =>
      summary.examples.filter((each) => each.title.startsWith(title)).map(({ item }) => item);
    expect(items('largest logit increase')).toEqual(ranked.slice(0, 3));
    expect(items('largest logit decrease')).toEqual(ranked.slice(-3).toReversed());
    expect(new Set(summary.examples.map(({ item }) => item)).size).toBe(summary.examples.length);
    expect(summary.examples.length).toBeGreaterThan(6);
  });

  it('have five pictures of the size of the model, and few more are kept than are shown', async () => {
    const { summary } = await found;
    for (const { item, pictures } of summary.examples) {
      expect(pictures.map(({ name }) => name)).toEqual([
        ...['original', 'shuffled', 'original-map', 'shuffled-map', 'shuffled-map-back'],
      ]);
      for (const { name } of pictures) expect(kept.get(`${item} ${name}`)).toEqual([1, 3, 8, 8]);
    }
    expect(kept.size / 5).toBeLessThan(40);
  });

  it('are the same in any order, by parts, and after an interruption', async () => {
    const { summary } = await found;
    const whole = new Set<string>();
    const parts = [1, 0, 2];
    for (const part of parts) {
      const items = itemsOf(60, 8).filter((_, at) => at % 3 === part);
      await probe(
        { ...request, keep: async (item, name) => void whole.add(`${item} ${name}`) },
        { grid: [4], permutations: 2 },
        items.toReversed(),
      );
    }
    for (const { item, pictures } of summary.examples) {
      for (const { name } of pictures) expect(whole).toContain(`${item} ${name}`);
    }
  });
});
