import { describe, expect, it } from '@jest/globals';
import {
  PixelSubject,
  seededRandom,
  type DrawnOver,
  type ProbeItem,
  type ProbeRequest,
  type ProbeSummary,
  type QuestionAnswerer,
  type Tensor,
} from '@understory/core';
import { probeContract } from '@understory/testing';
import { heldOf, notHeldOf, type HeldRow } from '../../src/probe/held/held-row.ts';
import { mdetr } from '../../src/probe/mdetr.ts';
import { answererOf, ignorant, itemsOf, leftHalf, requestFor, rightHalf, type Boxing } from './world.ts';

/** Names the brightest thing that it sees, wherever it is asked for it. */
function brightest(boxing: Boxing): QuestionAnswerer {
  const at = (base: QuestionAnswerer): QuestionAnswerer => ({
    ...base,
    asking: (question) => at(base.asking(question)),
    answersOf(outputs) {
      const { data, dims } = outputs['embedding'] as Tensor<'float32'>;
      const size = data.length / dims[0]!;
      return base.answersOf(outputs).map((said, sample) => {
        const red = data.subarray(sample * size, sample * size + size / 3);
        const seen = `n${Math.round(10 * red.reduce((most, value) => Math.max(most, value), 0)) - 1}`;
        const first = said.answers.find(({ type, answer }) => type === 'attr' && answer === seen)!;
        return { ...said, answers: [{ ...first, probability: 0.5 }, ...said.answers.filter((each) => each !== first)] };
      });
    },
  });
  return at(answererOf(ignorant, boxing));
}

function requestOf(boxing: Boxing): ProbeRequest {
  const { seed } = requestFor(ignorant);
  const normalisation = { mean: [0, 0, 0], deviation: [1, 1, 1], order: 'RGB' } as const;
  return { seed, subject: new PixelSubject(brightest(boxing), normalisation, { height: 8, width: 8 }) };
}

/** Questions of what is in one half, and without a box of what is there. */
const items: readonly ProbeItem[] = itemsOf(16).map(({ questions = [], ...item }) => ({
  ...item,
  questions: questions.filter(({ kind }) => kind === 'fruit-at' || kind === 'kind'),
}));

interface Found {
  readonly rows: readonly HeldRow[];
  readonly summary: ProbeSummary;
  readonly kept: ReadonlyMap<string, { readonly pixels: Tensor<'float32'>; readonly drawn: DrawnOver | undefined }>;
}

async function probe(boxing: Boxing, some: readonly ProbeItem[], settings = {}): Promise<Found> {
  const kept = new Map<string, { readonly pixels: Tensor<'float32'>; readonly drawn: DrawnOver | undefined }>();
  const keep: ProbeRequest['keep'] = async (item, name, pixels, drawn) =>
    void kept.set(`${item} ${name}`, { pixels, drawn });
  const request = { ...requestOf(boxing), keep };
  const experiment = mdetr({ constrain: ['crop', 'blur', 'tokens'], ...settings }).experiment(request);
  const rows: HeldRow[] = [];
  for (const item of some) rows.push(...(await experiment.rows(item, seededRandom(request.seed).fork(item.id))));
  async function* stream() {
    yield* rows;
  }
  return { rows, summary: await experiment.summarise(stream()), kept };
}

const sectionOf = ({ summary }: Found) => summary.sections!.find(({ title }) => title === 'Answers held to a box')!;
const estimateOf = (found: Found, measure: string, condition: string) =>
  sectionOf(found).estimates.find((each) => each.measure === measure && each.condition === condition);

describe('the contract of probes, with answers held to boxes', () => {
  for (const { name, run, timeout } of probeContract({
    create: () => mdetr({ constrain: ['crop', 'blur', 'tokens'] }),
    request: () => requestOf({ box: 'asked' }),
    items: items.slice(0, 5),
  })) {
    it(name, run, timeout);
  }
});

describe('answers held to a box', () => {
  const found = probe({ box: 'asked' }, items);
  const crop = 'cropped: what is at a place';

  it('are right where the box leaves the thing asked about alone', async () => {
    // Of sixteen pictures the brighter thing is on the side that is asked for in six.
    expect(estimateOf(await found, 'right-plain', crop)).toMatchObject({ n: 16, estimate: 0.375, unit: 'share' });
    expect(estimateOf(await found, 'right-own', crop)?.estimate).toBe(1);
    expect(estimateOf(await found, 'right-true', crop)?.estimate).toBe(1);
    // Ten differences of one: two of the 1,024 patterns of signs are as far from zero.
    const gain = estimateOf(await found, 'gain-own', crop)!;
    expect(gain).toMatchObject({ n: 16, estimate: 0.625, pValue: 2 / 1024, unit: 'number' });
    expect(gain.interval![0]).toBeGreaterThan(0);
    expect(estimateOf(await found, 'gain-true', crop)).toMatchObject({ estimate: 0.625, pValue: 2 / 1024 });
  });

  it('are compared with those of a box of the same size anywhere', async () => {
    const random = estimateOf(await found, 'right-random', crop)!.estimate!;
    expect(random).toBeGreaterThan(0.3);
    expect(random).toBeLessThan(0.8);
    const own = estimateOf(await found, 'own-beyond-random', crop)!;
    expect(own.estimate).toBeCloseTo(1 - random, 10);
    expect(own.pValue).toBeLessThan(0.05);
    const again = await probe({ box: 'asked' }, items.toReversed());
    expect(estimateOf(again, 'right-random', crop)?.estimate).toBe(random);
  });

  it('are counted over all questions about places too, each image once', async () => {
    const both = await probe(
      { box: 'asked' },
      items.map((item) => ({
        ...item,
        questions: item.questions!.flatMap((question) =>
          question.kind === 'fruit-at' ? [question, { ...question, kind: 'relation', answer: 'n9' }] : [question],
        ),
      })),
    );
    // Held to the box, of the two questions about a place one is answered right, and of the other the answer is never right.
    expect(estimateOf(both, 'right-own', 'cropped: all about places')).toMatchObject({ n: 16, estimate: 0.5 });
    const gain = estimateOf(both, 'gain-true', 'cropped: all about places');
    expect(gain).toMatchObject({ n: 16, estimate: 0.3125, pValue: 2 / 1024 });
    expect(estimateOf(both, 'gain-true', 'cropped: all about things')).toBeUndefined();
    expect(estimateOf(await found, 'gain-true', 'cropped: all about places')).toBeUndefined();
  });

  it('are of questions about a thing that has a box, a row for each way and kind of box', async () => {
    const [thing, place] = (await found).rows;
    expect(thing!.kind).toBe('kind');
    expect(thing!.heldBy).toBeNull();
    expect(heldOf(place!)!.map(({ constraint, box }) => `${constraint} ${box}`)).toEqual([
      ...['crop own', 'crop true', 'crop random'],
      ...['blur own', 'blur true', 'blur random'],
    ]);
    // The left half is the darker one of the first picture.
    expect(place).toMatchObject({ answer: 'n0', said: ['n3', 'n3'] });
    expect(heldOf(place!)![0]).toMatchObject({ said: ['n0', 'n0'], right: [true, true], isHeld: [true, true] });
    expect(heldOf(place!)![3]!.box).toBe('own');
  });

  it('say why a way is not available, and go on with the others', async () => {
    const { rows } = await found;
    expect(notHeldOf(rows[1]!)).toEqual([
      { constraint: 'tokens', why: 'it takes no mask of pixels, from which the masks of its tokens are made' },
    ]);
    expect(sectionOf(await found).remarks).toContain(
      'Answers could not be held by "tokens": it takes no mask of pixels, from which the masks of its tokens are made.',
    );
    expect(sectionOf(await found).charts.map(({ title }) => title)).toEqual([
      'Right answers, cropped',
      'Right answers, blurred around',
    ]);
  });

  it('are shown with what the model was shown', async () => {
    const { kept } = await found;
    const { examples } = sectionOf(await found);
    expect(examples.map(({ title }) => title.slice(0, 21))).toEqual(Array(3).fill("the model's box helps"));
    const [{ item, pictures } = { item: '', pictures: [] }] = examples;
    expect(pictures.map(({ name }) => name)).toEqual(['boxes-1', 'crop-1', 'blur-1']);
    const { drawn } = kept.get(`${item} boxes-1`)!;
    expect(drawn!.boxes!.map(({ label }) => label)).toEqual(['true', 'its own']);
    const { pixels } = kept.get(`${item} crop-1`)!;
    // Half of the picture as large as it was, between columns of what is fed as zero.
    expect(Array.from(pixels.data.slice(0, 8)).map((value) => value > 0)).toEqual(
      [0, 0, 1, 1, 1, 1, 0, 0].map(Boolean),
    );
  });

  it('are the plain ones where the model has no box of what is asked about', async () => {
    const none = await probe(
      { box: 'asked' },
      items.map((item) => ({
        ...item,
        questions: item.questions!.map((question) => ({
          ...question,
          phrases: question.phrasings.map((text) => /^\w+/.exec(text)![0]),
        })),
      })),
    );
    const [, place] = none.rows;
    expect(heldOf(place!)!.find(({ box }) => box === 'own')).toMatchObject({
      isHeld: [false, false],
      said: place!.said,
    });
    expect(heldOf(place!)!.find(({ box }) => box === 'random')).toMatchObject({ said: place!.said });
    expect(estimateOf(none, 'gain-own', crop)).toMatchObject({ estimate: 0, interval: null, pValue: 1 });
    expect(estimateOf(none, 'right-true', crop)?.estimate).toBe(1);
    expect(sectionOf(none).remarks.join(' ')).toContain(
      'no box for what is asked about in 32 of 32 phrasings of questions',
    );
  });

  it('of a model without boxes are held to the true one and to one of its size', async () => {
    const { rows } = await probe({ box: 'none' }, items.slice(0, 2), { constrain: ['crop'] });
    expect(heldOf(rows[1]!)!.map(({ box }) => box)).toEqual(['true', 'random']);
  });

  it('of data without boxes are held to those of the model', async () => {
    const bare = items.slice(0, 2).map((item) => ({
      ...item,
      questions: item.questions!.map(({ box: _, ...question }) => question),
    }));
    const { rows } = await probe({ box: 'other' }, bare, { constrain: ['crop'] });
    expect(rows.map((row) => heldOf(row)!.map(({ box }) => box))).toEqual(Array(4).fill(['own', 'random']));
    expect(heldOf(rows[1]!)![0]!.said[0]).toBe('n3');
    expect([leftHalf.width, rightHalf.x]).toEqual([4, 4]);
  });

  it('are not there where nobody asks for them', async () => {
    const { rows, summary } = await probe({ box: 'asked' }, items.slice(0, 2), { constrain: [] });
    expect(rows.some((row) => 'heldBy' in row || 'notHeldBy' in row)).toBe(false);
    expect(summary.sections?.some(({ title }) => title === 'Answers held to a box') ?? false).toBe(false);
  });
});
