import { describe, expect, it } from '@jest/globals';
import {
  feedsOf,
  float32,
  PixelSubject,
  pictureInputOf,
  seededRandom,
  toFloat32,
  type Answer,
  type ProbeRequest,
  type Subject,
} from '@understory/core';
import { shuffle, type ShuffleRow } from '@understory/probe-shuffle';
import { blindModel, itemsOf, placeModel } from './subjects.ts';

interface Numbers extends Answer {
  readonly numbers: Float32Array;
}

/** A model whose numbers decide nothing; `agreement` is what an embedding has. */
function requestFor(model: Subject['model'], agreement?: string): ProbeRequest {
  const picture = pictureInputOf(model);
  const subject: Subject<Numbers> = {
    ...{ task: 'regression', model, picture, reads: ['logits'], forms: ['brightness'] },
    ...(agreement !== undefined && { agreement }),
    feeds: (pixels) => feedsOf(picture, pixels),
    answersOf(outputs) {
      const tensor = outputs['logits']!;
      const width = tensor.dims[1]!;
      return Array.from({ length: tensor.dims[0]! }, (_, at) => {
        const numbers = toFloat32(tensor).slice(at * width, (at + 1) * width);
        return {
          options: [{ target: 'brightness', label: null, score: numbers[0]! }],
          decision: '',
          probability: undefined,
          numbers,
        };
      });
    },
    targets: () => [{ words: 'brightness', label: null, reading: { kind: 'element', output: 'logits', index: [0] } }],
    agrees: ({ numbers: one }, { numbers: other }) =>
      one.indexOf(Math.max(...one)) === other.indexOf(Math.max(...other)),
    says: () => undefined,
  };
  const normalisation = { mean: [0, 0, 0], deviation: [1, 1, 1], order: 'RGB' } as const;
  return { subject: new PixelSubject(subject, normalisation, { height: 8, width: 8 }), seed: 7 };
}

async function probe(request: ProbeRequest, count = 6) {
  const experiment = shuffle({ grid: [2], permutations: 23, controls: ['seams'] }).experiment(request);
  const rows: ShuffleRow[] = [];
  const items = itemsOf(count, 8).map(({ id, pixels: { data, dims } }, at) => ({
    id,
    // Each darker than the last, so that images differ.
    pixels: float32(
      data.map((value) => value / (1 + at)),
      dims,
    ),
  }));
  for (const item of items) rows.push(...(await experiment.rows(item, seededRandom(7).fork(item.id))));
  async function* stream() {
    yield* rows;
  }
  return { rows, summary: await experiment.summarise(stream()) };
}

describe('a number that decides nothing', () => {
  it('is told to stay where the model is blind to space', async () => {
    const { summary } = await probe(requestFor(blindModel(8)));
    expect(summary.verdict.statement).toMatch(
      /^The model decides nothing; cut into 2 x 2 patches and shuffled, brightness changes by 0\.00 of its standard deviation .*, less than two different images differ: 1\./,
    );
    expect(summary.verdict.estimate).toBeLessThan(1e-4);
  });

  it('is told to move by the mean size of its changes over their spread, and by no logit, class or answer', async () => {
    const { rows, summary } = await probe(requestFor(placeModel(8)));
    const shuffled = rows.filter(({ control }) => control === 'shuffle');
    const items = [...new Set(shuffled.map(({ item }) => item))];
    const own = items.map((each) => shuffled.filter(({ item }) => item === each));
    const before = own.map(([row]) => row!.logitBefore);
    const mean = before.reduce((sum, value) => sum + value, 0) / before.length;
    const deviation = Math.sqrt(before.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (before.length - 1));
    const sizes = own.map(
      (each) => each.reduce((sum, { logitChange }) => sum + Math.abs(logitChange), 0) / each.length,
    );
    const expected = sizes.reduce((sum, value) => sum + value, 0) / sizes.length / deviation;
    expect(expected).toBeGreaterThan(0.01);
    expect(summary.verdict.estimate).toBeCloseTo(expected, 8);
    expect(summary.estimates.find((each) => each.measure === 'change-over-spread')).toMatchObject({
      n: 6,
      condition: 'grid=2',
    });
    expect(new Set(summary.estimates.map(({ measure }) => measure))).toEqual(
      new Set(['number-change', 'change-over-spread']),
    );
    expect(JSON.stringify(summary)).not.toMatch(/logit|class|top-1/);
  });

  it('is not held against the spread of one image', async () => {
    const { summary } = await probe(requestFor(placeModel(8)), 1);
    expect(summary.verdict.statement).toMatch(/brightness changes by .* one image has no spread .* no verdict\.$/);
    expect(summary.estimates.map(({ measure }) => measure)).not.toContain('change-over-spread');
  });

  it('counts what its subject takes for the same, and says what that is', async () => {
    const { rows, summary } = await probe(requestFor(placeModel(8), 'rankings (the first place)'));
    const [condition] = summary.estimates.filter((each) => each.measure === 'same-answer');
    const moved = rows.filter(({ control }) => control === 'shuffle');
    const share = moved.filter(({ sameTop1 }) => sameTop1).length / moved.length;
    expect(condition!.estimate).toBeCloseTo(share, 12);
    expect(summary.verdict.statement).toMatch(
      /^Cut into 2 x 2 patches and shuffled, images keep their rankings \(the first place\) (?:less|more|about as) often [^;]*%\)\.$/,
    );
  });
});
