import { describe, expect, it } from '@jest/globals';
import {
  seededRandom,
  type DrawnOver,
  type ProbeItem,
  type ProbeRequest,
  type ProbeSummary,
  type Question,
} from '@understory/core';
import { probeContract } from '@understory/testing';
import { mdetr } from '../../src/probe/mdetr.ts';
import type { QuestionRow } from '../../src/probe/row.ts';
import {
  answererOf,
  blind,
  halfSighted,
  ignorant,
  itemsOf,
  leftHalf,
  ofOnePhrasing,
  pictureOf,
  requestFor,
  sighted,
  type Things,
} from './world.ts';

interface Found {
  readonly rows: readonly QuestionRow[];
  readonly summary: ProbeSummary;
  readonly kept: ReadonlyMap<string, DrawnOver | undefined>;
}

async function probe(request: ProbeRequest, items: readonly ProbeItem[], settings = {}): Promise<Found> {
  const kept = new Map<string, DrawnOver | undefined>();
  const keep: ProbeRequest['keep'] = async (item, name, _, drawn) => void kept.set(`${item} ${name}`, drawn);
  const experiment = mdetr(settings).experiment({ ...request, keep });
  const rows: QuestionRow[] = [];
  for (const item of items) rows.push(...(await experiment.rows(item, seededRandom(request.seed).fork(item.id))));
  return { rows, summary: await summaryOf(request, rows, keep), kept };
}

async function summaryOf(request: ProbeRequest, rows: readonly QuestionRow[], keep?: ProbeRequest['keep']) {
  async function* stream() {
    yield* rows;
  }
  return mdetr({})
    .experiment({ ...request, ...(keep && { keep }) })
    .summarise(stream());
}

const estimateOf = ({ summary }: Pick<Found, 'summary'>, measure: string, condition: string) =>
  [summary, ...(summary.sections ?? [])]
    .flatMap(({ estimates }) => estimates)
    .find((each) => each.measure === measure && each.condition === condition);

const conditions = { object: 'kind', side: 'what is at a place', relation: 'relation', level: 'level' } as const;

describe('the contract of probes', () => {
  for (const { name, run, timeout } of probeContract({
    create: () => mdetr({}),
    request: () => requestFor(halfSighted),
    items: itemsOf(6),
  })) {
    it(name, run, timeout);
  }
});

describe('a model that knows what is where', () => {
  const found = probe(requestFor(sighted), itemsOf(40));

  it('answers everything and is not blind', async () => {
    for (const condition of Object.values(conditions)) {
      expect(estimateOf(await found, 'right', condition)).toMatchObject({ n: 40, estimate: 1 });
      expect(estimateOf(await found, 'told-apart', condition)).toMatchObject({ n: 40, estimate: 1 });
      expect(estimateOf(await found, 'both-right', condition)).toMatchObject({ n: 40, estimate: 1 });
    }
    const { verdict } = (await found).summary;
    expect(verdict.estimate).toBe(0);
    // 40 of 40: Wilson's lower end is 0.912, of which 0.825 is seen.
    expect(verdict.interval).toEqual([0, expect.closeTo(2 - (2 * 40) / (40 + 1.959964 ** 2), 5)]);
    expect(verdict.statement).toBe(
      'The model reads where things are: it matches 100.0 % of answers about places with the picture in which they are right, where guessing gives 50 %, and 100.0 % of those about things. Spatial blindness 0.00 (95 % interval 0.00 to 0.18).',
    );
  });

  it('says on a grey picture what it says of nothing', async () => {
    // Nothing there is a thing that is asked for; of two things that are not there it says "right", which is right of every other picture.
    expect(estimateOf(await found, 'right-on-grey', conditions.side)?.estimate).toBe(0);
    expect(estimateOf(await found, 'right-on-grey', conditions.relation)?.estimate).toBe(0.5);
  });

  it('says of another image what is right of that one', async () => {
    // "What is on the left?" is asked of 20 images with 4 answers, so that 4 of the other 19 have the same.
    expect(estimateOf(await found, 'right-on-another', conditions.side)).toMatchObject({
      n: 40,
      estimate: expect.closeTo(4 / 19, 12),
    });
    // The first phrasing of a relation is asked of every eighth image, always with the same answer.
    expect(estimateOf(await found, 'right-on-another', conditions.relation)?.estimate).toBe(1);
    const alone = await probe(requestFor(sighted), itemsOf(1));
    expect(estimateOf(alone, 'right-on-another', conditions.side)).toBeUndefined();
  });

  it('is right where left and right are exchanged in the picture, in the question, and in both', async () => {
    for (const condition of [conditions.side, conditions.relation]) {
      expect(estimateOf(await found, 'mirror-consistent', condition)?.estimate).toBe(1);
      expect(estimateOf(await found, 'swap-consistent', condition)?.estimate).toBe(1);
      expect(estimateOf(await found, 'follows-picture', condition)?.estimate).toBe(1);
      expect(estimateOf(await found, 'four-right', condition)?.estimate).toBe(1);
    }
    expect(estimateOf(await found, 'follows-words', conditions.side)?.estimate).toBe(1);
    // "Right or left of it" asks the same as "left or right of it".
    expect(estimateOf(await found, 'follows-words', conditions.relation)).toBeUndefined();
    expect(estimateOf(await found, 'swap-consistent', conditions.level)).toBeUndefined();
    const row = (await found).rows.find(({ kind }) => kind === 'fruit-at');
    expect(row).toMatchObject({
      ...{ question: 'what is on the left?', swapped: 'what is on the right?', answer: 'n0', turned: 'mirror image' },
      ...{ said: ['n0', 'n0'], saidOnMirror: ['n3', 'n3'], saidOfSwapped: ['n3', 'n3'] },
      saidOfSwappedOnMirror: ['n0', 'n0'],
    });
  });

  it('gives all phrasings one answer, and boxes what is asked about', async () => {
    expect(estimateOf(await found, 'phrasings-disagree', conditions.side)).toMatchObject({ n: 40, estimate: 0 });
    expect(estimateOf(await found, 'phrasings-disagree', conditions.level)).toBeUndefined();
    expect(estimateOf(await found, 'right-box', conditions.side)?.estimate).toBe(1);
    expect(estimateOf(await found, 'box-and-answer-right', conditions.side)?.estimate).toBe(1);
    expect(estimateOf(await found, 'right-box', conditions.object)).toBeUndefined();
  });
});

describe('a model that knows what is there and nothing of where', () => {
  const found = probe(requestFor(blind), itemsOf(40));

  it('is wholly blind, however often it is right', async () => {
    // It names the thing with the smaller number, which is on the side asked for in 5 of 8 pictures.
    expect(estimateOf(await found, 'right', conditions.side)?.estimate).toBe(0.625);
    expect(estimateOf(await found, 'right', conditions.relation)?.estimate).toBe(0.5);
    expect(estimateOf(await found, 'right', conditions.object)?.estimate).toBe(1);
    for (const condition of [conditions.side, conditions.relation, conditions.level]) {
      expect(estimateOf(await found, 'told-apart', condition)?.estimate).toBe(0.5);
      expect(estimateOf(await found, 'both-right', condition)?.estimate).toBe(0);
    }
    const { verdict } = (await found).summary;
    expect(verdict.estimate).toBe(1);
    expect(verdict.interval[1]).toBe(1);
    expect(estimateOf(await found, 'blindness', 'all about places')).toMatchObject({ estimate: 1, n: 40 });
  });

  it('follows neither the picture nor the words', async () => {
    expect(estimateOf(await found, 'follows-picture', conditions.side)?.estimate).toBe(0);
    expect(estimateOf(await found, 'follows-words', conditions.side)?.estimate).toBe(0);
    expect(estimateOf(await found, 'four-right', conditions.side)?.estimate).toBe(0);
    expect(estimateOf(await found, 'four-right', conditions.relation)?.estimate).toBe(0);
    // The same thing is named whatever is exchanged; "left" of a mirror image is not "right".
    expect(estimateOf(await found, 'mirror-consistent', conditions.side)?.estimate).toBe(1);
    expect(estimateOf(await found, 'mirror-consistent', conditions.relation)?.estimate).toBe(0);
  });

  it('has the right box with the wrong answer as often as it guesses wrong', async () => {
    expect(estimateOf(await found, 'right-box-wrong-answer', conditions.side)?.estimate).toBe(0.375);
    expect(estimateOf(await found, 'box-and-answer-right', conditions.side)?.estimate).toBe(0.625);
    expect(estimateOf(await found, 'wrong-box-right-answer', conditions.side)?.estimate).toBe(0);
  });
});

describe('boxes', () => {
  it('of another thing are counted as that', async () => {
    const found = await probe(requestFor(blind, { boxing: { box: 'other' } }), itemsOf(16));
    expect(estimateOf(found, 'right-box', conditions.side)?.estimate).toBe(0);
    expect(estimateOf(found, 'other-box', conditions.side)?.estimate).toBe(1);
    expect(estimateOf(found, 'wrong-box-right-answer', conditions.side)?.estimate).toBe(0.625);
    expect(estimateOf(found, 'box-and-answer-wrong', conditions.side)?.estimate).toBe(0.375);
  });

  it('are not asked of a model without any', async () => {
    const found = await probe(requestFor(blind, { boxing: { box: 'none' } }), itemsOf(2));
    expect(found.rows.map(({ iou }) => iou)).toEqual(found.rows.map(() => null));
    expect(estimateOf(found, 'right-box', conditions.side)).toBeUndefined();
  });
});

describe('a model that reads left and right alone', () => {
  it('is blind by a third, each kind of places counting alike', async () => {
    const found = await probe(requestFor(halfSighted), itemsOf(40));
    expect(found.summary.verdict.estimate).toBeCloseTo(1 / 3, 10);
    expect(estimateOf(found, 'blindness', conditions.side)).toMatchObject({ estimate: 0 });
    expect(estimateOf(found, 'blindness', conditions.level)).toMatchObject({ estimate: 1 });
  });
});

describe('a model that reads places in one phrasing alone', () => {
  it('gives phrasings different answers', async () => {
    const found = await probe(requestFor(ofOnePhrasing), itemsOf(40));
    expect(estimateOf(found, 'phrasings-disagree', conditions.side)?.estimate).toBe(0.375);
    expect(estimateOf(found, 'right', conditions.side)?.estimate).toBe((1 + 0.625) / 2);
  });
});

describe('a model that knows nothing', () => {
  it('gets no verdict, for it does not know what is asked about', async () => {
    const found = await probe(requestFor(ignorant), itemsOf(20));
    expect(estimateOf(found, 'blindness', 'all about places')).toMatchObject({ n: 0, estimate: null, interval: null });
    expect(found.summary.verdict.statement).toContain(
      'cannot be said: where it is asked about things, 50.0 % on 20 images cannot be told from guessing',
    );
  });
});

describe('data without a second picture', () => {
  const items = itemsOf(40, { withCounterparts: false }).map(({ questions = [], ...item }): ProbeItem => ({
    ...item,
    questions: questions.map(({ onMirror: _, ...question }) => question),
  }));

  it('count right answers beyond those that are given without seeing places where hardly one asks about left and right', async () => {
    const found = items.map((item) => ({
      ...item,
      questions: item.questions!.filter(({ kind }) => kind !== 'fruit-at'),
    }));
    const all = await probe(requestFor(sighted), found);
    expect(all.summary.verdict.estimate).toBe(0);
    expect(all.summary.verdict.statement).toMatch(
      /^The model reads where things are: it answers 100.0 % of questions about places, where [\d.]+ % are answered without seeing places, and 100.0 % of those about things\./,
    );
    expect(all.summary.remarks?.[0]).toContain('since the data have no second picture');
    // Half of "left or right" is answered on grey, which is all that a model does that always says "left".
    const none = await probe(requestFor(blind), found);
    expect(estimateOf(none, 'blindness', conditions.relation)).toMatchObject({ estimate: 1 });
    expect(estimateOf(none, 'told-apart', conditions.relation)).toBeUndefined();
  });

  it('count answers about left and right that stay with picture and words mirrored, and go with either', async () => {
    const seeing = await probe(requestFor(sighted), items);
    expect(seeing.summary.verdict.estimate).toBe(0);
    expect(seeing.summary.verdict.statement).toBe(
      'The model reads where things are: it answers 100.0 % of questions about left and right, as they are and with picture and words both mirrored, and gives that answer to 0.0 % with one of the two mirrored, where a model that reads no places gives it as often, and 100.0 % of questions about things are answered right. Spatial blindness 0.00 (95 % interval 0.00 to 0.09).',
    );
    expect(seeing.summary.remarks?.[0]).toContain('four answers each');
    // Shuffled patches hide one of two things and half of what the blind model knows with it: nothing of that is sight of places.
    const blinded = await probe(requestFor(blind), items);
    const onShuffled = estimateOf(blinded, 'right-on-shuffled', conditions.side)!.estimate!;
    expect(estimateOf(blinded, 'right', conditions.side)?.estimate).toBeGreaterThan(onShuffled + 0.05);
    expect(estimateOf(blinded, 'right-both-or-neither-mirrored', conditions.side)?.estimate).toBe(0.625);
    expect(estimateOf(blinded, 'right-either-mirrored', conditions.side)?.estimate).toBe(0.625);
    expect(estimateOf(blinded, 'blindness', conditions.side)?.estimate).toBe(1);
    expect(blinded.summary.verdict.estimate).toBe(1);
    expect(blinded.summary.verdict.statement).toMatch(/^The model is blind to where things are: it answers 62.5 %/);
    // Answers that are sides, and those about top and bottom, take no part.
    expect(estimateOf(seeing, 'right-either-mirrored', conditions.relation)).toBeUndefined();
    expect(estimateOf(seeing, 'right-either-mirrored', conditions.level)).toBeUndefined();
  });

  describe('whose answers are yes and no', () => {
    const [no, yes] = ['n0', 'n1'];
    const asked = /^is n(\d) on the (left|right)/;
    /** One thing that is on the side asked about, one that is on the other, and one that is nowhere; one kind is asked of an image in four alone. */
    const existence = itemsOf(40, { withCounterparts: false }).map(({ questions = [], ...item }, at): ProbeItem => {
      const [{ answer: here }, { answer: there }] = [questions[1]!, questions[1]!.others![0]! as { answer: string }];
      const where = at % 2 === 0 ? 'left' : 'right';
      const about = (kind: string, thing: string, answer: string): Question => ({
        ...{ kind, phrasings: [`is ${thing} on the ${where}?`], answer: answer, isSpatial: true },
      });
      const rest = [
        about('exist', here, yes!),
        about('exist', there, no!),
        about('exist', 'n4', no!),
        ...(at % 4 === 0 ? [about('rare', here, yes!)] : at % 4 === 1 ? [about('seldom', there, no!)] : []),
      ];
      return { ...item, questions: [questions[0]!, ...rest].map(({ onMirror: _, ...question }) => question) };
    });
    const telling =
      (isThere: (thing: number, side: string, seen: Things) => boolean) =>
      (question: string, answer: string, seen: Things): number => {
        const [, thing, side] = asked.exec(question) ?? [];
        if (thing === undefined) return sighted(question, answer, seen);
        return Number(answer === (isThere(Number(thing), side!, seen) ? yes : no));
      };
    const isIn = (thing: number, side: string, { left, right }: Things) => thing === (side === 'left' ? left : right);

    it('call a model sighted that is right beyond what any one mirrored has, however many of those are right too', async () => {
      const seeing = await probe(requestFor(telling(isIn)), existence);
      expect(estimateOf(seeing, 'right-both-or-neither-mirrored', 'exist')?.estimate).toBe(1);
      // Of what is nowhere "no" is right whatever is mirrored.
      expect(estimateOf(seeing, 'right-either-mirrored', 'exist')?.estimate).toBeCloseTo(1 / 3, 12);
      expect(seeing.summary.verdict.estimate).toBe(0);
      expect(seeing.summary.verdict.statement).toMatch(/^The model reads where things are: it answers 100.0 %/);
    });

    it('call one sighted that is mistaken at times, and say by how much it falls behind', async () => {
      // Of one thing in eight all over the picture it says the opposite of what is there.
      const mistaken = telling((thing, side, seen) => isIn(thing, side, seen) !== (seen.whole === 0));
      const found = await probe(
        requestFor(mistaken),
        existence.map((item) => ({ ...item, questions: item.questions!.slice(0, 4) })),
      );
      expect(estimateOf(found, 'right', 'exist')?.estimate).toBe(0.875);
      // Mirrored once: a third of the 35 where it is right, and two thirds of the other 5.
      const either = (35 / 3 + 10 / 3) / 40;
      expect(estimateOf(found, 'right-either-mirrored', 'exist')?.estimate).toBeCloseTo(either, 12);
      expect(found.summary.verdict.estimate).toBeCloseTo(1 - (0.875 - either) / (1 - either), 12);
      expect(found.summary.verdict.interval[1]).toBeLessThan(0.5);
      expect(found.summary.verdict.statement).toMatch(
        /^The model reads where things are, at least more often than not/,
      );
    });

    it('call one blind that knows what is there and not where, and one that only knows what is likely', async () => {
      const knowing = telling((thing, _, { left, right }) => thing === left || thing === right);
      const found = await probe(requestFor(knowing), existence);
      expect(estimateOf(found, 'right', 'exist')?.estimate).toBeCloseTo(2 / 3, 12);
      // A grey picture is full of the thing that no image has.
      expect(estimateOf(found, 'right-on-grey', 'exist')?.estimate).toBeCloseTo(1 / 3, 12);
      expect(found.summary.verdict.estimate).toBe(1);
      // Wilson, of two thirds of every image: so regular an answer leaves more open than one that varies.
      expect(found.summary.verdict.statement).toMatch(/^The model is blind to where things are, at least mostly: /);
      const guessing = await probe(requestFor(telling(() => false)), existence);
      expect(guessing.summary.verdict.estimate).toBe(1);
    });

    it('count kinds that few images have together', async () => {
      const found = await probe(requestFor(telling(isIn)), existence);
      expect(found.rows.filter(({ kind }) => kind === 'rare')).toHaveLength(10);
      // Wilson's lower ends of 40 of 40, beyond a third, and of 20 of 20 rare ones, beyond nothing; not of 10 of 10 twice.
      const lowest = (all: number) => all / (all + 1.959964 ** 2);
      const places = ((lowest(40) - 1 / 3) / (2 / 3) + lowest(20)) / 2;
      expect(found.summary.verdict.interval[1]).toBeCloseTo(1 - places, 5);
    });
  });

  it('about things are measured by right answers beyond grey, where the mirror image is one of places', async () => {
    const found = await probe(requestFor(halfSighted), itemsOf(40, { withCounterparts: false }));
    // Top and bottom have no picture that exchanges them, so they are left out.
    expect(found.summary.verdict.estimate).toBe(0);
    expect(found.summary.verdict.statement).toContain(
      'it matches 100.0 % of answers about places with the picture in which they are right, where guessing gives 50 %, and 100.0 % of questions about things are answered right.',
    );
    const blinded = await probe(requestFor(blind), itemsOf(40, { withCounterparts: false }));
    expect(blinded.summary.verdict.estimate).toBe(1);
  });

  it('and without questions about things are measured against a perfect reader', async () => {
    const places = items.map((item) => ({ ...item, questions: item.questions!.slice(1) }));
    const found = await probe(requestFor(sighted), places);
    expect(found.summary.verdict.statement).toContain('measured against a perfect reader');
    const things = items.map((item) => ({ ...item, questions: item.questions!.slice(0, 1) }));
    expect((await probe(requestFor(sighted), things)).summary.verdict.statement).toBe(
      'The model answers 100.0 % of questions (95 % interval 91.2 % to 100.0 %). None of them asks for places, so nothing is said of spatial blindness.',
    );
  });
});

describe('maps', () => {
  it('of the answer lie in the thing asked about or in the other, and move with a forced answer', async () => {
    const found = await probe(requestFor(sighted), itemsOf(12));
    const row = found.rows.find(({ kind }) => kind === 'fruit-at')!;
    expect(row).toMatchObject({ mapInBox: 1, mapInOther: 0, boxShare: 0.5, otherShare: 0.5, mapReason: null });
    expect(row.forced).toEqual(['n0', 'n3', 'n1']);
    expect([row.forcedInBox, row.forcedInOther]).toEqual([
      [1, 0, 0.5],
      [0, 1, 0.5],
    ]);
    expect(estimateOf(found, 'map-in-box', conditions.side)?.estimate).toBe(1);
    expect(estimateOf(found, 'forced-moves', conditions.side)?.estimate).toBe(2);
    expect(estimateOf(found, 'control-moves', conditions.side)?.estimate).toBe(1);
    expect(estimateOf(found, 'forced-beyond-control', conditions.side)?.estimate).toBe(1);
    // All of 12 differences one way: 2 of 4096 patterns of signs.
    expect(estimateOf(found, 'forced-beyond-control', conditions.side)?.pValue).toBe(2 / 4096);
    expect(found.summary.sections?.map(({ title }) => title)).toEqual([
      'Phrasings of one question',
      'Left and right exchanged',
      'Boxes and answers',
      'Where maps lie',
    ]);
    // There is no third word to force beside "left" and "right".
    expect(found.rows.find(({ kind }) => kind === 'relation')).toMatchObject({ mapInBox: 1, forced: null });
    const guessed = await probe(requestFor(blind), itemsOf(16));
    expect(estimateOf(guessed, 'map-in-box', conditions.side)?.estimate).toBe(0.625);
  });

  it('are of the first question of each kind, of those about places and those about things alike', async () => {
    const [item] = itemsOf(1);
    const [thing, place] = item!.questions!;
    const questions = [thing!, { ...place!, kind: thing!.kind }, { ...place!, kind: thing!.kind }];
    const { rows } = await probe(requestFor(sighted), [{ ...item!, questions }]);
    expect(rows.map(({ isSpatial }) => isSpatial)).toEqual([false, true, true]);
    expect(rows.map(({ mapInBox }) => mapInBox)).toEqual([null, 1, null]);
  });

  it('of forced answers are left out where they are not asked for, and all where nothing explains', async () => {
    const plain = await probe(requestFor(sighted), itemsOf(2), { forced: false });
    expect(plain.rows.find(({ kind }) => kind === 'fruit-at')).toMatchObject({ mapInBox: 1, forced: null });
    const { subject, seed } = requestFor(sighted);
    const request = { subject, seed };
    const without = await probe(request, itemsOf(2));
    expect(without.rows.every(({ mapInBox, mapReason }) => mapInBox === null && mapReason === null)).toBe(true);
    const explainer = { explain: async () => [{ height: 1, width: 1, data: Float32Array.of(0) }] };
    const nothing = await probe({ ...request, explainer: { name: 'zero', explainer } }, itemsOf(2));
    expect(nothing.rows[1]).toMatchObject({ mapInBox: null, mapReason: 'the map has nothing above zero' });
  });
});

describe('settings', () => {
  it('leave the mirror image out, and cut pictures into other patches', async () => {
    const found = await probe(requestFor(sighted), itemsOf(4), { mirror: false });
    for (const row of found.rows) {
      expect(row).toMatchObject({ saidOnMirror: null, swapped: null, saidOfSwapped: null, answerOnMirror: null });
    }
    expect(found.rows.map(({ turned }) => turned).slice(0, 4)).toEqual(['other thing', null, null, 'turned']);
    // Cut into two by two, a picture of halves in another order is itself, its mirror image, or mixed.
    const halves = await probe(requestFor(sighted), itemsOf(40), { grid: 2 });
    const onShuffled = estimateOf(halves, 'right-on-shuffled', conditions.side)?.estimate;
    expect(onShuffled).toBeGreaterThan(0.3);
    expect(onShuffled).toBeLessThan(0.7);
    expect(estimateOf(halves, 'right-on-shuffled', conditions.object)?.estimate).toBe(1);
  });
});

describe('a question about something that the mirror image does not have there', () => {
  it('is mirrored together with the picture alone', async () => {
    const items = itemsOf(8).map(({ questions = [], ...item }): ProbeItem => ({
      ...item,
      questions: questions.slice(1, 2).map(({ onMirror: _, ...question }) => question),
    }));
    const found = await probe(requestFor(sighted), items);
    expect(estimateOf(found, 'mirror-consistent', conditions.side)?.estimate).toBe(1);
    expect(estimateOf(found, 'swap-consistent', conditions.side)).toBeUndefined();
  });
});

describe('answers', () => {
  const [item] = itemsOf(1);
  const [, asked] = item!.questions!;
  const rowsFor = async (question: Partial<Question>) =>
    (await probe(requestFor(sighted), [{ ...item!, questions: [{ ...asked!, ...question }] }])).rows[0]!;

  it('are compared without letter case, and with their type where the model has it', async () => {
    expect((await rowsFor({ answer: ' N0' })).right).toEqual([true, true]);
    expect((await rowsFor({ answerType: 'rel' })).right).toEqual([false, false]);
    expect((await rowsFor({ answerType: 'of the data' })).right).toEqual([true, true]);
  });

  it('that the model does not have are wrong, and counted', async () => {
    expect(await rowsFor({ answer: 'zebra' })).toMatchObject({ isKnown: false, right: [false, false], margin: null });
    const unknown = { ...asked!, answer: 'zebra' };
    const { summary } = await probe(requestFor(sighted), [{ ...item!, questions: [asked!, unknown] }]);
    expect(summary.remarks?.join(' ')).toContain('does not have the right answer to 1 of 2 questions');
  });
});

describe('examples', () => {
  it('show the paper’s failure, with boxes and maps on the same picture, and the picture in which another answer is right', async () => {
    const found = await probe(requestFor(blind), itemsOf(16));
    const boxed = found.summary.examples.filter(({ title }) => title.startsWith('right box, wrong answer'));
    expect(boxed).toHaveLength(3);
    const [first] = boxed;
    // In the second picture the right side is asked for, and the left thing has the smaller number.
    expect(first).toMatchObject({
      item: 'scene/1',
      title: 'right box, wrong answer, what is at a place: what is on the right?',
    });
    expect(first!.pictures).toEqual([
      { name: 'image-1', caption: "answer “n1” (50.0 %), right is “n5”, with the model's boxes" },
      { name: 'map-1', caption: 'looks-at-answer of the answer “n1”' },
      { name: 'forced-1', caption: 'looks-at-answer of the forced answer “n5”, the right one' },
      { name: 'turned-1', caption: 'mirror image: answer “n1”, right is “n1”' },
    ]);
    expect(found.kept.get('scene/1 map-1')).toEqual({
      heat: expect.objectContaining({ data: Float32Array.of(1, 0, 1, 0) }),
      boxes: [{ box: { ...leftHalf, x: 4 }, label: 'on the right' }],
    });
    expect(found.kept.get('scene/1 forced-1')?.heat?.data).toEqual(Float32Array.of(0, 1, 0, 1));
    for (const { item, pictures } of found.summary.examples) {
      for (const { name } of pictures) expect(found.kept.has(`${item} ${name}`)).toBe(true);
    }
    expect((await probe(requestFor(sighted), itemsOf(16))).summary.examples.map(({ title }) => title)).toEqual([
      'a question about places that succeeds, what is at a place: what is on the left?',
      'a question about places that succeeds, what is at a place: what is on the right?',
    ]);
  });
});

describe('what cannot be asked', () => {
  const [item] = itemsOf(1);
  const asking = (questions: readonly Partial<Question>[] | undefined) =>
    probe(requestFor(sighted), [
      { ...item!, questions: questions?.map((each) => ({ ...item!.questions![1]!, ...each })) } as ProbeItem,
    ]);

  it('is told as what it is', async () => {
    await expect(asking(undefined)).rejects.toMatchObject({ code: 'QUESTIONS_MISSING' });
    await expect(asking([{}, { phrasings: [] }])).rejects.toMatchObject({
      code: 'QUESTION_INVALID',
      message: 'Question 2 of the image scene/0 cannot be asked.',
      found: 'no phrasing',
    });
    await expect(asking([{ answer: ' ' }])).rejects.toMatchObject({ found: 'the text " "' });
    await expect(asking([{ phrases: ['left'] }])).rejects.toMatchObject({ found: '2 phrasings and 1 phrases' });
    await expect(asking([{ phrases: ['pear', 'pear'] }])).rejects.toMatchObject({ found: 'the phrase "pear"' });
    await expect(asking([{ counterpart: { picture: 'x', answer: 'n1' } }])).rejects.toMatchObject({
      found: 'the counterpart "x"',
    });
  });

  it('is a model that answers no questions', () => {
    const request = requestFor(sighted);
    const of = (change: object) => {
      const subject = Object.assign(Object.create(Object.getPrototypeOf(request.subject) as object), request.subject, {
        subject: { ...answererOf(sighted), ...change },
      }) as ProbeRequest['subject'];
      return () => mdetr({}).experiment({ ...request, subject });
    };
    expect(of({ task: 'image-classification' })).toThrow(
      expect.objectContaining({ code: 'PROBE_TASK', found: 'a model of image-classification' }),
    );
    expect(of({ forms: ['box:0'] })).toThrow(
      expect.objectContaining({ found: 'a model that boxes what a text names and gives no answers' }),
    );
  });
});

it('pictures of the world are what they are of', () => {
  const { data } = pictureOf({ left: 0, right: 1, above: 2, below: 3, whole: 5 });
  expect([data[0], data[7], data[64], data[127], data[128]].map((each) => Math.round(10 * each!))).toEqual([
    1, 2, 3, 4, 6,
  ]);
});
