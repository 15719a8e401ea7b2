import { describe, expect, it } from '@jest/globals';
import { float32, ImageClassifier, PixelSubject } from '@understory/core';
import type { DifferentiableModel, Experiment, Probe, ProbeItem, ProbeRequest, ProbeSummary } from '@understory/core';
import { ChainModel, flatten, globalAveragePool, linear, probeContract } from '@understory/testing';
import { failuresOf, unbroken } from './subjects.ts';

interface Row {
  readonly item: string;
  readonly mean: number;
  readonly drawn: number;
}

type Made = Experiment<ProbeItem, Row, ProbeSummary>;

/** How bright pictures are: a probe as simple as one can be that keeps the contract. */
const bright = ({ keep, signal }: ProbeRequest): Made => ({
  async rows({ id, pixels }, random) {
    signal?.throwIfAborted();
    await keep?.(id, 'original', pixels);
    const mean = pixels.data.reduce((sum, value) => sum + value, 0) / pixels.data.length;
    return [{ item: id, mean, drawn: random.uniform() }];
  },
  async summarise(rows) {
    const all: Row[] = [];
    for await (const row of rows) all.push(row);
    const [n, share] = [all.length, all.filter(({ mean }) => mean > 0.5).length / Math.max(1, all.length)];
    return {
      images: n,
      verdict: { statement: 'So many are bright.', estimate: share, interval: [0, 1] },
      estimates: [
        {
          measure: 'bright',
          title: 'bright',
          condition: 'all',
          n,
          estimate: n === 0 ? null : share,
          interval: null,
          unit: 'share',
        },
      ],
      curves: [
        {
          title: 'Bright',
          xTitle: 'x',
          yTitle: 'y',
          series: [{ name: 'a', points: [{ x: 1, y: share, interval: [0, 1] }] }],
        },
      ],
      examples: all
        .slice(0, 1)
        .map(({ item }) => ({ item, title: 'first', pictures: [{ name: 'original', caption: '' }] })),
    };
  },
});

const items: readonly ProbeItem[] = [0.2, 0.4, 0.9].map((level, at) => ({
  id: `item ${at}`,
  pixels: float32(
    Float32Array.from({ length: 12 }, (_, place) => level + place / 200),
    [1, 3, 2, 2],
  ),
}));

const request = (): ProbeRequest => {
  const model = new ChainModel({
    input: [3, 2, 2],
    steps: [
      globalAveragePool('pooled'),
      flatten('flat'),
      linear(
        'logits',
        [
          [1, 0, 0],
          [0, 1, 1],
        ],
        [0, 0],
      ),
    ],
  });
  const normalisation = { mean: [0, 0, 0], deviation: [1, 1, 1], order: 'RGB' } as const;
  return {
    subject: new PixelSubject(new ImageClassifier({ model }), normalisation, { height: 2, width: 2 }),
    seed: 3,
  };
};

const contractOf = (experiment: (request: ProbeRequest) => Made, other = experiment) =>
  probeContract({
    create: () => ({ experiment }) as Probe,
    equals: [() => ({ experiment: other }) as Probe],
    request,
    items: structuredClone(items),
  });

/** The probe with its rows, or its summary, changed. */
const withRows =
  (change: (made: readonly Row[], item: ProbeItem) => readonly unknown[]) =>
  (asked: ProbeRequest): Made => {
    const made = bright(asked);
    return { ...made, rows: async (item, random) => change(await made.rows(item, random), item) as readonly Row[] };
  };
const withSummary =
  (change: (summary: ProbeSummary) => Partial<ProbeSummary>) =>
  (asked: ProbeRequest): Made => {
    const made = bright(asked);
    return {
      ...made,
      async summarise(rows) {
        const summary = await made.summarise(rows);
        return { ...summary, ...change(summary) };
      },
    };
  };

describe('probeContract on a probe that keeps it', () => {
  for (const { name, run, timeout } of contractOf(bright)) it(name, run, timeout);
});

describe('probeContract', () => {
  let calls = 0;
  const neverAbsent = (keep: ProbeRequest['keep']): NonNullable<ProbeRequest['keep']> => {
    if (keep === undefined) throw new TypeError('keep is not a function');
    return keep;
  };
  const broken: readonly (readonly [
    what: string,
    experiment: (request: ProbeRequest) => Made,
    caught: readonly string[],
  ])[] = [
    ['gives dates', withRows((rows) => rows.map((row) => ({ ...row, when: new Date(0) }))), ['plain values']],
    ['gives numbers that are none', withRows((rows) => rows.map((row) => ({ ...row, mean: NaN }))), ['plain values']],
    [
      'draws without a seed',
      withRows((rows) => rows.map((row) => ({ ...row, drawn: ++calls }))),
      ['same item and seed', 'alone'],
    ],
    [
      'remembers what came before',
      (asked) => {
        const seen: string[] = [];
        return withRows((rows, { id }) => {
          seen.push(id);
          return rows.map((row) => ({ ...row, drawn: seen.length }));
        })(asked);
      },
      ['any order', 'an item alone'],
    ],
    [
      'writes into the pixels',
      withRows((rows, { pixels }) => ((pixels.data[0] = 0.7), rows)),
      ['leaves items and model'],
    ],
    [
      'has a verdict without a number',
      withSummary(({ verdict }) => ({ verdict: { ...verdict, estimate: NaN } })),
      ['finite verdict', 'on one item and on none'],
    ],
    [
      'has a verdict outside its interval',
      withSummary(({ verdict }) => ({ verdict: { ...verdict, interval: [0.9, 1] } })),
      ['finite verdict'],
    ],
    [
      'has a verdict without words',
      withSummary(({ verdict }) => ({ verdict: { ...verdict, statement: '' } })),
      ['finite verdict'],
    ],
    ['counts other images', withSummary(({ images }) => ({ images: images + 1 })), ['counts images', 'on none']],
    [
      'gives an estimate twice',
      withSummary(({ estimates }) => ({ estimates: [...estimates, ...estimates] })),
      ['counts images'],
    ],
    [
      'draws points that are none',
      withSummary(({ curves: [curve] }) => ({
        curves: [{ ...curve!, series: [{ name: 'a', points: [{ x: NaN, y: 0, interval: null }] }] }],
      })),
      ['curves'],
    ],
    [
      'goes by the order of items',
      (asked) => {
        const made = bright(asked);
        return {
          ...made,
          async summarise(rows) {
            const all: Row[] = [];
            for await (const row of rows) all.push(row);
            async function* first() {
              yield* all;
            }
            const summary = await made.summarise(first());
            const estimate = all[0]?.mean ?? 0;
            return { ...summary, verdict: { ...summary.verdict, estimate } };
          },
        };
      },
      ['same numbers in any order'],
    ],
    ['shows what it did not keep', ({ keep: _, ...asked }) => bright(asked), ['names only pictures']],
    [
      'hands out one list of rows again and again',
      (asked) => {
        const list: Row[] = [];
        return withRows((rows) => Object.assign(list, rows))(asked);
      },
      ['same item and seed', 'any order'],
    ],
    [
      'mixes items that are asked for at once',
      (asked) => {
        const made = bright(asked);
        let latest = '';
        return {
          ...made,
          async rows(item, random) {
            latest = item.id;
            const rows = await made.rows(item, random);
            return rows.map((row) => ({ ...row, of: latest }));
          },
        };
      },
      ['at once'],
    ],
    [
      'needs somebody who keeps pictures',
      (asked) => bright({ ...asked, keep: neverAbsent(asked.keep) }),
      ['pictures are kept'],
    ],
    [
      'takes gradients for granted',
      (asked) => {
        const made = bright(asked);
        return {
          ...made,
          async rows(item, random) {
            (asked.subject.subject.model as DifferentiableModel).differentiability('logits', 'pixels');
            return made.rows(item, random);
          },
        };
      },
      ['without gradients'],
    ],
    [
      'gives its items other labels',
      withRows((rows, item) => (((item as { label?: number }).label = 1), rows)),
      ['leaves items and model'],
    ],
    [
      'keeps other pictures each time',
      ({ keep, ...asked }) =>
        bright({
          ...asked,
          keep: async (item, name, { dims, data }) =>
            keep?.(
              item,
              name,
              float32(
                data.map((value) => value / ++calls),
                dims,
              ),
            ),
        }),
      ['keeps the same pictures'],
    ],
    [
      'keeps pictures that are none',
      ({ keep, ...asked }) =>
        bright({
          ...asked,
          keep: async (item, name, { dims, data }) =>
            keep?.(
              item,
              name,
              float32(
                data.map((value) => value + 1),
                dims,
              ),
            ),
        }),
      ['pixels in 0..1'],
    ],
    ['runs on', ({ signal: _, ...asked }) => bright(asked), ['stops']],
  ];

  it.each(broken)('catches a probe that %s', async (_, experiment, caught) => {
    const cases = contractOf(experiment);
    const failures = await failuresOf(cases);
    for (const name of caught) expect(failures.join('\n')).toContain(name);
    expect(failures.length).toBeLessThan(cases.length);
  });

  it('catches settings that change a result', async () => {
    const failures = await failuresOf(
      contractOf(
        bright,
        withRows((rows) => rows.map((row) => ({ ...row, mean: row.mean / 2 }))),
      ),
    );
    expect(failures).toEqual([expect.stringContaining('settings that change no result')]);
  });

  it('has one that breaks each promise', async () => {
    const halved = withRows((rows) => rows.map((row) => ({ ...row, mean: row.mean / 2 })));
    const every = [...broken.map(([, experiment]) => contractOf(experiment)), contractOf(bright, halved)];
    expect(await unbroken(every)).toEqual([]);
  });

  it('needs two items to say anything', () => {
    const subject = { create: () => ({ experiment: bright }) as Probe, request, items: items.slice(0, 1) };
    expect(() => probeContract(subject)).toThrow(RangeError);
  });
});
