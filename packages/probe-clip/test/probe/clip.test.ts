import { describe, expect, it } from '@jest/globals';
import { seededRandom, type ProbeItem, type ProbeRequest, type ProbeSummary, type Tensor } from '@understory/core';
import { probeContract } from '@understory/testing';
import { clip } from '../../src/probe/clip.ts';
import type { CaptionRow } from '../../src/probe/row.ts';
import { biased, blind, halfSighted, ignorant, itemsOf, pictureOf, requestFor, sighted } from './world.ts';

interface Found {
  readonly rows: readonly CaptionRow[];
  readonly summary: ProbeSummary;
  readonly kept: ReadonlyMap<string, Tensor<'float32'>>;
}

async function probe(request: ProbeRequest, items: readonly ProbeItem[], settings = {}): Promise<Found> {
  const kept = new Map<string, Tensor<'float32'>>();
  const keep = async (item: string, name: string, pixels: Tensor<'float32'>) =>
    void kept.set(`${item} ${name}`, pixels);
  const experiment = clip(settings).experiment({ ...request, keep });
  const rows: CaptionRow[] = [];
  for (const item of items) rows.push(...(await experiment.rows(item, seededRandom(request.seed).fork(item.id))));
  async function* stream() {
    yield* rows;
  }
  return { rows, summary: await experiment.summarise(stream()), kept };
}

const estimateOf = ({ summary: { estimates } }: Found, measure: string, condition: string) =>
  estimates.find((each) => each.measure === measure && each.condition === condition);

describe('the contract of probes', () => {
  for (const { name, run, timeout } of probeContract({
    create: () => clip({}),
    request: () => requestFor(halfSighted),
    items: itemsOf(6, { withCounterpart: true }),
  })) {
    it(name, run, timeout);
  }
});

describe.each([
  ['with the picture that has above and below exchanged', true],
  ['without such a picture', false],
])('a model that knows what is where, %s', (_, withCounterpart) => {
  const found = probe(requestFor(sighted), itemsOf(40, { withCounterpart }));

  it('tells everything apart and is not blind', async () => {
    for (const kind of ['objects (control)', 'left and right', 'above and below']) {
      expect(estimateOf(await found, 'told-apart', kind)).toMatchObject({ n: 40, estimate: 1 });
      expect(estimateOf(await found, 'right', kind)).toMatchObject({ n: 40, estimate: 1 });
      expect(estimateOf(await found, 'prior', kind)).toMatchObject({ n: 40, estimate: 0.5 });
    }
    const { summary } = await found;
    expect(summary.verdict.estimate).toBe(0);
    // 40 of 40: Wilson's lower end is 0.912, of which 0.825 is seen.
    expect(summary.verdict.interval).toEqual([0, expect.closeTo(2 - (2 * 40) / (40 + 1.959964 ** 2), 5)]);
    expect(summary.verdict.statement).toMatch(
      /^The model reads where things are: it tells 100.0 % of swapped places apart, where guessing gives 50 %/,
    );
  });

  it('matches two pictures and two captions wherever there are two', async () => {
    for (const measure of ['text-score', 'image-score', 'group-score']) {
      expect(estimateOf(await found, measure, 'left and right')).toMatchObject({ n: 40, estimate: 1 });
      expect(estimateOf(await found, measure, 'above and below')?.estimate).toBe(withCounterpart ? 1 : undefined);
    }
  });
});

describe('a model that knows what is there and nothing of where', () => {
  const found = probe(requestFor(blind), itemsOf(40, { withCounterpart: true }));

  it('is wholly blind, with nothing counted for it', async () => {
    const { summary } = await found;
    expect(estimateOf(await found, 'told-apart', 'left and right')).toMatchObject({ estimate: 0.5 });
    expect(estimateOf(await found, 'told-apart', 'above and below')).toMatchObject({ estimate: 0.5 });
    expect(estimateOf(await found, 'told-apart', 'objects (control)')).toMatchObject({ estimate: 1 });
    for (const measure of ['text-score', 'image-score', 'group-score']) {
      expect(estimateOf(await found, measure, 'left and right')).toMatchObject({ estimate: 0 });
    }
    expect(summary.verdict.estimate).toBe(1);
    expect(summary.verdict.interval[1]).toBe(1);
    expect(estimateOf(await found, 'blindness', 'all places')).toMatchObject({ estimate: 1, n: 40, unit: 'number' });
  });
});

describe('a model that is fond of the words that data always call true', () => {
  const items = itemsOf(40, { unbalanced: true });
  const found = probe(requestFor(biased), items);

  it('is right without having seen anything, which the grey picture tells and the score does not count', async () => {
    for (const kind of ['left and right', 'above and below']) {
      expect(estimateOf(await found, 'prior', kind)).toMatchObject({ estimate: 1 });
      expect(estimateOf(await found, 'best', kind)).toMatchObject({ estimate: 1 });
    }
    // Nothing turns above and below round, so that words alone tell them apart, which the score takes off.
    expect(estimateOf(await found, 'told-apart', 'left and right')).toMatchObject({ estimate: 0.5 });
    expect(estimateOf(await found, 'told-apart', 'above and below')).toMatchObject({ estimate: 1 });
    expect((await found).summary.verdict.statement).toContain('where the words alone give 75.0 %');
    // Right of the image, wrong of the mirror image.
    expect(estimateOf(await found, 'right', 'left and right')).toMatchObject({ estimate: 0.5 });
    expect(estimateOf(await found, 'right', 'above and below')).toMatchObject({ estimate: 1 });
    expect((await found).summary.verdict.estimate).toBe(1);
  });
});

describe('a model that reads left and right alone', () => {
  const found = probe(requestFor(halfSighted), itemsOf(40, { withCounterpart: true }));

  it('is half blind, each kind of places counting alike', async () => {
    expect((await found).summary.verdict).toMatchObject({
      estimate: 0.5,
      statement: expect.stringContaining('reads where things are in part'),
    });
    expect(estimateOf(await found, 'blindness', 'left and right')).toMatchObject({ estimate: 0 });
    expect(estimateOf(await found, 'blindness', 'above and below')).toMatchObject({ estimate: 1 });
  });
});

describe('a model that tells nothing apart', () => {
  it('gets no verdict, for it does not know what the captions are about', async () => {
    const found = await probe(requestFor(ignorant), itemsOf(20));
    expect(estimateOf(found, 'blindness', 'all places')).toMatchObject({ n: 0, estimate: null, interval: null });
    expect(found.summary.verdict).toMatchObject({
      interval: [0, 1],
      statement: expect.stringContaining('apart, which on 20 images cannot be told from guessing'),
    });
  });

  it('is measured against what it knows: as often wrong about things as about places is not blind', async () => {
    const items = itemsOf(60, { withCounterpart: true });
    const knows = (item: string) => Number(item.split('/')[1]) % 2 === 0;
    const [all, half] = [await probe(requestFor(sighted), items), await probe(requestFor(blind), items)];
    const rows = items.flatMap(({ id }) => {
      const own = (found: Found) => found.rows.filter(({ item }) => item === id);
      const ignorantOf = (row: CaptionRow) => ({
        ...row,
        rightOnImage: row.wrongOnImage,
        rightOnMirror: row.wrongOnMirror,
      });
      return knows(id) ? own(all) : own(half).map((row) => (row.kind === 'object' ? ignorantOf(row) : row));
    });
    async function* stream() {
      yield* rows;
    }
    const { verdict, estimates } = await clip({}).experiment(requestFor(sighted)).summarise(stream());
    expect(
      estimates.find(({ measure, condition }) => measure === 'told-apart' && /control/.test(condition))?.estimate,
    ).toBe(0.75);
    expect(verdict.estimate).toBeCloseTo(0, 12);
  });
});

describe('templates', () => {
  it('are averaged, and the worst and the best by themselves are told', async () => {
    // Knows places where no photo is spoken of.
    const found = await probe(
      requestFor((caption, things) => (/photo/.test(caption) ? blind : sighted)(caption, things)),
      itemsOf(12),
    );
    expect(estimateOf(found, 'worst-template', 'left and right')).toMatchObject({ estimate: 0.5 });
    expect(estimateOf(found, 'best-template', 'left and right')).toMatchObject({ estimate: 1 });
    expect(estimateOf(found, 'right', 'left and right')).toMatchObject({ estimate: 1 });
    expect(estimateOf(found, 'worst-template', 'above and below')).toBeUndefined();
    expect(found.summary.remarks?.join(' ')).toContain('left and right 50.0 % to 100.0 % (2)');
  });
});

describe('maps', () => {
  it('have their share inside the box beside that of a centred Gaussian and of the box', async () => {
    const found = await probe(requestFor(sighted), itemsOf(5));
    for (const row of found.rows.filter(({ kind }) => kind !== 'above-below')) {
      expect(row.mapInBox).toBeCloseTo(0.75, 12);
      expect(row.centreInBox).toBeCloseTo(0.5, 12);
      expect(row.boxShare).toBe(0.5);
    }
    expect(estimateOf(found, 'map-in-box', 'left and right')?.estimate).toBeCloseTo(0.75, 12);
    expect(estimateOf(found, 'map-in-box', 'above and below')).toBeUndefined();
    expect(found.summary.charts?.map(({ title }) => title)).toContain('Where maps lie');
    expect(found.summary.remarks?.join(' ')).toContain('does not tell blind from sighted');
  });

  it('that cannot be had are a reason', async () => {
    const explainer = { explain: async () => [{ height: 1, width: 1, data: Float32Array.of(0) }] };
    const found = await probe({ ...requestFor(sighted), explainer: { name: 'zero', explainer } }, itemsOf(3));
    expect(found.rows[0]).toMatchObject({ mapInBox: null, mapReason: 'the map has nothing above zero' });
    const without = await probe({ ...requestFor(sighted), explainer: undefined } as never, itemsOf(3));
    expect(without.rows[0]).toMatchObject({ mapInBox: null, mapReason: null });
    expect(without.summary.charts?.map(({ title }) => title)).not.toContain('Where maps lie');
  });
});

describe('examples', () => {
  it('are the clearest failures of places with both pictures, both captions and their scores', async () => {
    // Has left and right the wrong way round, the more so the larger the first number.
    const found = await probe(
      requestFor((caption, things) => {
        const turned = caption.includes('left') ? caption.replace('left', 'right') : caption.replace('right', 'left');
        return sighted(turned, things) * (1 + Number(/n(\d)/.exec(caption)![1]));
      }),
      itemsOf(9),
    );
    const [first] = found.summary.examples;
    expect(first?.title).toBe('clear failure, left and right (evidence −16.00)');
    expect(first?.pictures.map(({ caption }) => caption)).toEqual([
      'the first is true: “n7 right of n3” 0.00, “n7 left of n3” 16.00',
      'mirror image, the second is true: “n7 right of n3” 16.00, “n7 left of n3” 0.00',
      'leftish for “n7 right of n3”',
    ]);
    for (const { item, pictures } of found.summary.examples) {
      for (const { name } of pictures) expect(found.kept.has(`${item} ${name}`)).toBe(true);
    }
  });
});

describe('what belongs to no box of left and right', () => {
  it('is asked of two pictures as Winoground asks', async () => {
    const things = { left: 0, right: 1, above: 2, below: 3 };
    const item: ProbeItem = {
      id: 'pair',
      pixels: pictureOf(things),
      otherPictures: { other: pictureOf({ ...things, left: 1, right: 0 }) },
      captionTests: [
        {
          kind: 'word-order',
          captions: ['n0 left of n1'],
          against: ['n1 left of n0'],
          counterpart: 'other',
          part: 'Object',
        },
      ],
    };
    const items = Array.from({ length: 12 }, (_, at) => ({ ...item, id: `pair/${at}` }));
    const found = await probe(requestFor(sighted), items);
    expect(estimateOf(found, 'group-score', 'word order')).toMatchObject({ n: 12, estimate: 1 });
    expect(estimateOf(found, 'group-score', 'Object')).toMatchObject({ n: 12, estimate: 1 });
    expect(found.rows[0]).toMatchObject({ onMirror: null, rightOnMirror: null, counterpart: 'other' });
    expect(found.summary.verdict.statement).toContain('The data have no swaps of places');
    const pairs = found.summary.charts?.find(({ title }) => title.startsWith('Two pictures'));
    expect(pairs?.rows.slice(0, 3).map(({ chance }) => chance)).toEqual([1 / 4, 1 / 4, 1 / 6]);
  });

  it('counts the true caption as best among more than two only where it beats all', async () => {
    const things = { left: 0, right: 1, above: 2, below: 3 };
    const ask = (further: readonly string[]): ProbeItem => ({
      id: further.join(),
      pixels: pictureOf(things),
      captionTests: [
        {
          kind: 'left-right',
          captions: ['n0 left of n1'],
          against: ['n0 right of n1'],
          further: further.map((caption) => [caption]),
        },
      ],
    });
    const found = await probe(requestFor(sighted), [ask(['n5 left of n6']), ask(['n2 above n3']), ask([])]);
    expect(found.rows.map(({ isBest, choices }) => [isBest, choices])).toEqual([
      [true, 3],
      [false, 3],
      [true, 2],
    ]);
  });
});

describe('what cannot be asked', () => {
  const [item] = itemsOf(1);
  const first = item!.captionTests![1]!;
  const asking = (captionTests: ProbeItem['captionTests']) =>
    probe(requestFor(sighted), [{ ...item!, captionTests } as ProbeItem]);

  it('is told as what it is', async () => {
    await expect(asking(undefined)).rejects.toMatchObject({ code: 'CAPTION_TESTS_MISSING' });
    await expect(asking([first, { ...first, against: ['n1'] }])).rejects.toMatchObject({
      code: 'CAPTION_TEST_INVALID',
      message: 'Caption test 2 of the image scene/0 cannot be asked.',
      found: '2 true and 1 false captions',
    });
    await expect(asking([{ ...first, against: first.captions }])).rejects.toMatchObject({
      found: `"${first.captions[0]}" as true and as false`,
    });
    await expect(asking([{ ...first, captions: ['a', ' '] }])).rejects.toMatchObject({ found: 'the caption " "' });
    await expect(asking([{ ...first, counterpart: 'other' }])).rejects.toMatchObject({
      found: 'the counterpart "other"',
    });
  });

  it('is a model that reads no captions', () => {
    const request = requestFor(sighted);
    const classifier = { ...request.subject.subject, task: 'image-classification' };
    const subject = Object.assign(Object.create(Object.getPrototypeOf(request.subject) as object), request.subject, {
      subject: classifier,
    }) as ProbeRequest['subject'];
    expect(() => clip({}).experiment({ ...request, subject })).toThrow(
      expect.objectContaining({ code: 'PROBE_TASK', found: 'a model of image-classification' }),
    );
  });
});
