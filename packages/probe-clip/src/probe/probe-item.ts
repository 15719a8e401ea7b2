import {
  probeMaps,
  type CaptionTest,
  type ImageTextMatcher,
  type ProbeItem,
  type ProbeMap,
  type ProbeRequest,
  type Tensor,
} from '@understory/core';
import { boxShare, centreInBox, mirrored, shareInBox } from '@understory/imaging';
import { checkedTests } from './checked-tests.ts';
import { kinds, type Examples } from './examples.ts';
import { keepPictures } from './keep-pictures.ts';
import { average } from './reading.ts';
import type { CaptionRow } from './row.ts';
import { scoresOn, type GreyScores, type ScoreOf } from './scores.ts';

export interface ProbePlan {
  readonly request: ProbeRequest;
  readonly matcher: ImageTextMatcher;
  readonly mirror: boolean;
  readonly grey: GreyScores;
  readonly examples: Examples;
}

/** A picture that captions are asked of. */
interface Asked {
  readonly pixels: Tensor<'float32'>;
  readonly score: ScoreOf;
}

/** The rows of one picture, a row a caption test; pictures are handed to be kept where one of them is an example. */
export async function probeItem(plan: ProbePlan, item: ProbeItem): Promise<readonly CaptionRow[]> {
  const { request, examples } = plan;
  request.signal?.throwIfAborted();
  const tests = checkedTests(item);
  const asked = await ask(plan, item, tests);
  request.signal?.throwIfAborted();
  const maps = new Maps(plan, item.pixels);
  const rows: CaptionRow[] = [];
  for (const [at, test] of tests.entries()) {
    // Of the first of each kind: maps of further pairs would be of the same things.
    const isMapped = tests.findIndex(({ kind }) => kind === test.kind) === at;
    rows.push({ ...scored(item.id, at, test, asked), ...(await located(test, isMapped ? maps : undefined, request)) });
  }
  if (request.keep !== undefined) {
    for (const kind of kinds) {
      const shown = examples.of(kind, rows);
      if (shown === undefined || !examples.offer(kind, shown)) continue;
      const { test, caption, onMirror, counterpart } = shown.row;
      const map = shown.row.mapInBox === null ? undefined : await maps.of(caption);
      const turned =
        onMirror === 'against' ? asked.mirror : counterpart === null ? undefined : asked.others.get(counterpart);
      const box = tests[test]!.box;
      await keepPictures(request.keep, item.id, {
        test,
        image: item.pixels,
        ...(turned && { turned: turned.pixels }),
        ...(map !== undefined && 'map' in map && { map: map.map }),
        ...(box && { box }),
      });
    }
  }
  return rows;
}

interface AskedPictures {
  readonly image: Asked;
  readonly mirror: Asked | undefined;
  readonly others: ReadonlyMap<string, Asked>;
  readonly grey: ScoreOf;
}

async function ask(
  { request: { subject }, matcher, mirror, grey }: ProbePlan,
  { pixels, otherPictures = {} }: ProbeItem,
  tests: readonly CaptionTest[],
): Promise<AskedPictures> {
  const captions = tests.flatMap(({ captions: right, against, further = [] }) => [
    ...right,
    ...against,
    ...further.flat(),
  ]);
  const isMirrored = mirror && tests.some(({ onMirror }) => onMirror !== undefined);
  const names = [...new Set(tests.flatMap(({ counterpart }) => counterpart ?? []))];
  const pictures = [pixels, ...(isMirrored ? [mirrored(pixels)] : []), ...names.map((name) => otherPictures[name]!)];
  const scores = await scoresOn({ subject, matcher }, pictures, captions);
  const all = pictures.map((picture, at): Asked => ({ pixels: picture, score: scores[at]! }));
  const [image, ...more] = all;
  const turned = isMirrored ? more.shift() : undefined;
  return {
    image: image!,
    mirror: turned,
    others: new Map(names.map((name, at) => [name, more[at]!])),
    grey: await grey.of([...new Set(tests.flatMap(({ captions: right, against }) => [...right, ...against]))]),
  };
}

type Located = 'mapInBox' | 'centreInBox' | 'boxShare' | 'mapReason';

function scored(item: string, at: number, test: CaptionTest, asked: AskedPictures): Omit<CaptionRow, Located> {
  const { kind, captions, against, further = [], onMirror, counterpart, part } = test;
  const mirror = onMirror === undefined ? undefined : asked.mirror;
  const other = counterpart === undefined ? undefined : asked.others.get(counterpart);
  const on = (picture: Asked | undefined, list: readonly string[]) =>
    picture === undefined ? null : list.map((caption) => picture.score(caption));
  const mean = (list: readonly string[]) => average(list.map(asked.image.score));
  return {
    ...{ item, test: at, kind, part: part ?? null, caption: captions[0]!, against: against[0]! },
    rightOnImage: captions.map(asked.image.score),
    wrongOnImage: against.map(asked.image.score),
    onMirror: mirror === undefined ? null : onMirror!,
    rightOnMirror: on(mirror, captions),
    wrongOnMirror: on(mirror, against),
    counterpart: counterpart ?? null,
    rightOnCounterpart: on(other, captions),
    wrongOnCounterpart: on(other, against),
    rightOnGrey: captions.map(asked.grey),
    wrongOnGrey: against.map(asked.grey),
    choices: 2 + further.length,
    isBest: [against, ...further].every((list) => mean(captions) > mean(list)),
  };
}

/** How much of the map lies where the thing is that the captions are about. */
async function located(
  { box, captions }: CaptionTest,
  maps: Maps | undefined,
  { subject, explainer }: ProbeRequest,
): Promise<Pick<CaptionRow, Located>> {
  const none = { mapInBox: null, centreInBox: null, boxShare: null, mapReason: null };
  if (box === undefined || maps === undefined || explainer === undefined) return none;
  const { height, width } = subject;
  const size = { height, width };
  const share = boxShare(box, size);
  if (share === 0) return { ...none, mapReason: 'the thing lies outside the picture that the model is shown' };
  const beside = { centreInBox: centreInBox(box, size), boxShare: share };
  const found = await maps.of(captions[0]!);
  if (found === undefined || 'reason' in found) return { ...none, mapReason: found?.reason ?? null };
  const within = shareInBox(found.map, box, size);
  if (within === undefined) return { ...none, mapReason: 'the map has nothing above zero' };
  return { mapInBox: within, ...beside, mapReason: null };
}

/** Where the model looks in one picture for captions, each asked once. */
class Maps {
  readonly #plan: ProbePlan;
  readonly #pixels: Tensor<'float32'>;
  readonly #made = new Map<string, Promise<ProbeMap | undefined>>();

  constructor(plan: ProbePlan, pixels: Tensor<'float32'>) {
    this.#plan = plan;
    this.#pixels = pixels;
  }

  of(caption: string): Promise<ProbeMap | undefined> {
    const known = this.#made.get(caption) ?? this.#make(caption);
    this.#made.set(caption, known);
    return known;
  }

  async #make(caption: string): Promise<ProbeMap | undefined> {
    const { request, matcher } = this.#plan;
    if (request.explainer === undefined) return undefined;
    const maps = await probeMaps(request, this.#pixels, await matcher.caption(caption));
    return maps?.[0];
  }
}
