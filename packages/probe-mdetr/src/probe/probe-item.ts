import {
  type NamedAnswer,
  type ProbeItem,
  type ProbeRequest,
  type Question,
  type QuestionAnswer,
  type SeededRandom,
  type Tensor,
} from '@understory/core';
import { mirrored, shuffledPatches } from '@understory/imaging';
import { answerNamed, isRight, marginOf, typesOf } from './answers.ts';
import type { Asker } from './asker.ts';
import { ownBox } from '../constraint/own-box.ts';
import { bestOverlap } from './boxes.ts';
import { checkedQuestions } from './checked-questions.ts';
import { kinds, type Examples } from './examples.ts';
import { keepPictures, type ExamplePictures } from './keep-pictures.ts';
import { AnswerMaps, forcedAnswer, mapRows, unmapped } from './map-rows.ts';
import { keyOf, type Condition } from './kinds.ts';
import { mirrorImage, type QuestionRow } from './row.ts';
import { hasPlace, plain, reflected } from './words.ts';

export interface ProbePlan {
  readonly request: ProbeRequest;
  readonly asker: Asker;
  readonly mirror: boolean;
  /** How many patches a picture is cut into across and down. */
  readonly grid: number;
  readonly forced: boolean;
  readonly examples: Examples;
}

/** The rows of one picture, a row a question. */
export async function probeItem(
  plan: ProbePlan,
  item: ProbeItem,
  random: SeededRandom,
): Promise<readonly QuestionRow[]> {
  const { request, asker, forced, examples } = plan;
  request.signal?.throwIfAborted();
  const questions = checkedQuestions(item);
  const pictures = picturesOf(plan, item, random);
  const rows: QuestionRow[] = [];
  const shown: Shown[] = [];
  for (const [at, question] of questions.entries()) {
    request.signal?.throwIfAborted();
    const { row, said, turned } = await askedRow(plan, { item: item.id, at, question }, pictures);
    // Of the first of each kind: maps of further ones would be of the same things.
    const isMapped =
      request.explainer !== undefined &&
      questions.findIndex((each) => keyOf(conditionOf(each)) === keyOf(conditionOf(question))) === at;
    const of = { question, said, pixels: item.pixels };
    const maps = new AnswerMaps(request, asker, of);
    const mapped = isMapped ? await mapRows(maps, of, request.subject, forced) : unmapped;
    rows.push({ ...row, ...mapped });
    shown.push({ question, said, turned, maps });
  }
  if (request.keep !== undefined) {
    for (const kind of kinds) {
      const example = examples.of(kind, rows);
      if (example === undefined || !examples.offer(kind, example)) continue;
      const { row } = example;
      const { question, ...pictured } = shown[row.test]!;
      const forced = row.forced === null ? undefined : forcedAnswer(question, pictured.said);
      await keepPictures(request.keep, { row, image: item.pixels, ...pictured, forced });
    }
  }
  return rows;
}

interface Shown extends Pick<ExamplePictures, 'said' | 'turned' | 'maps'> {
  readonly question: Question;
}

interface Pictures {
  readonly image: Tensor<'float32'>;
  readonly shuffled: Tensor<'float32'>;
  readonly mirror: Tensor<'float32'> | undefined;
  readonly others: Readonly<Record<string, Tensor<'float32'>>>;
}

function picturesOf(
  { request, mirror, grid }: ProbePlan,
  { pixels, otherPictures = {} }: ProbeItem,
  random: SeededRandom,
): Pictures {
  return {
    image: pixels,
    shuffled: shuffledPatches(pixels, grid, random.fork('patches'), request.subject.frame),
    mirror: mirror ? mirrored(pixels, request.subject.frame) : undefined,
    others: otherPictures,
  };
}

type Unmapped = Omit<QuestionRow, keyof typeof unmapped>;

interface AskedQuestion {
  readonly item: string;
  readonly at: number;
  readonly question: Question;
}

/** What is said to each phrasing, and to the first of them in full. */
async function askedRow(
  { asker, request }: ProbePlan,
  { item, at, question }: AskedQuestion,
  pictures: Pictures,
): Promise<{ readonly row: Unmapped } & Pick<ExamplePictures, 'said' | 'turned'>> {
  const { phrasings, answer, answerType = null, onMirror, box, others = [] } = question;
  const { mirror } = pictures;
  const turnedOf = turnedPicture(question, pictures);
  const told: Told[] = [];
  for (const text of phrasings) {
    request.signal?.throwIfAborted();
    const swapped = mirror === undefined ? undefined : reflected(text);
    const [image, shuffled, ...more] = await asker.ask(text, [
      pictures.image,
      pictures.shuffled,
      ...(mirror === undefined ? [] : [mirror]),
      ...(turnedOf?.pixels === undefined ? [] : [turnedOf.pixels]),
    ]);
    const onMirrorImage = mirror === undefined ? undefined : more.shift();
    const turned = turnedOf === undefined ? undefined : (more.shift() ?? onMirrorImage);
    const ofSwapped = swapped === undefined ? [] : await asker.ask(swapped, [pictures.image, mirror!]);
    told.push({
      ...{ text, swapped, image: image!, shuffled: shuffled!, mirror: onMirrorImage, turned },
      ...{ grey: await asker.onGrey(text), swappedOnImage: ofSwapped[0], swappedOnMirror: ofSwapped[1] },
    });
  }
  const types = typesOf(told[0]!.image);
  const right = (said: NamedAnswer | undefined, expected = answer) =>
    isRight(said, { ...question, answer: expected }, types);
  const words = (said: NamedAnswer | undefined) => said?.answer ?? '';
  const best = (said: QuestionAnswer | undefined) => said?.answers[0];
  const every = <T>(of: (each: Told) => T | undefined): T[] | null => {
    const found = told.map(of);
    return found.every((each) => each !== undefined) ? (found as T[]) : null;
  };
  const against = turnedOf?.answer;
  const margin = (said: QuestionAnswer | undefined) =>
    said === undefined || against === undefined ? undefined : marginOf(said, question, against);
  const hasBoxes = box !== undefined && asker.hasBoxes;
  const boxes = hasBoxes ? told.map(({ image }, phrasing) => ownBox(image.boxes, question.phrases?.[phrasing])) : null;
  const marginOnImage = every(({ image }) => margin(image));
  const marginOnTurned = every(({ turned }) => margin(turned));
  const row: Unmapped = {
    ...{ item, test: at, ...conditionOf(question) },
    ...{ question: phrasings[0]!, answer, answerType },
    isKnown: answerNamed(told[0]!.image, question) !== undefined,
    said: told.map(({ image }) => words(best(image))),
    right: told.map(({ image }) => right(best(image))),
    probability: told.map(({ image }) => best(image)?.probability ?? 0),
    saidOnGrey: told.map(({ grey }) => words(grey)),
    rightOnGrey: told.map(({ grey }) => right(grey)),
    saidOnShuffled: told.map(({ shuffled }) => words(best(shuffled))),
    rightOnShuffled: told.map(({ shuffled }) => right(best(shuffled))),
    saidOnMirror: every((each) => each.mirror && words(best(each.mirror))),
    answerOnMirror: mirror === undefined ? null : (onMirror ?? null),
    swapped: told[0]!.swapped ?? null,
    saidOfSwapped: swappedOf(told, ({ swappedOnImage, image }) => words(best(swappedOnImage ?? image))),
    saidOfSwappedOnMirror: swappedOf(told, (each) => words(best(each.swappedOnMirror ?? each.mirror))),
    ...{ turned: turnedOf?.name ?? null, answerOnTurned: against ?? null },
    saidOnTurned: every((each) => each.turned && words(best(each.turned))),
    rightOnTurned: every((each) => each.turned && right(best(each.turned), against)),
    ...(marginOnImage === null || marginOnTurned === null
      ? { margin: null, marginOnTurned: null }
      : { margin: marginOnImage, marginOnTurned }),
    iou: boxes === null ? null : boxes.map((found) => bestOverlap(found, [box!])),
    iouOfOthers:
      boxes === null
        ? null
        : boxes.map((found) =>
            bestOverlap(
              found,
              others.map((other) => other.box),
            ),
          ),
  };
  const [first] = told;
  const turned = turnedOf && { pixels: turnedOf.pixels ?? mirror!, said: first!.turned! };
  return { row, said: first!.image, turned };
}

function conditionOf({ kind, isSpatial, phrasings }: Question): Condition {
  return { kind, isSpatial: isSpatial ?? phrasings.some(hasPlace) };
}

/** What the model says to one phrasing. */
interface Told {
  readonly text: string;
  /** The phrasing with left and right exchanged. */
  readonly swapped: string | undefined;
  readonly image: QuestionAnswer;
  readonly shuffled: QuestionAnswer;
  readonly grey: NamedAnswer | undefined;
  readonly mirror: QuestionAnswer | undefined;
  readonly turned: QuestionAnswer | undefined;
  readonly swappedOnImage: QuestionAnswer | undefined;
  readonly swappedOnMirror: QuestionAnswer | undefined;
}

/** The picture in which another answer is right: the mirror image where it is one, else the other picture that the question names. */
function turnedPicture(
  { answer, onMirror, counterpart }: Question,
  { mirror, others }: Pictures,
): { readonly name: string; readonly answer: string; readonly pixels?: Tensor<'float32'> } | undefined {
  if (mirror !== undefined && onMirror !== undefined && plain(onMirror) !== plain(answer)) {
    return { name: mirrorImage, answer: onMirror };
  }
  if (counterpart === undefined) return undefined;
  return { name: counterpart.picture, answer: counterpart.answer, pixels: others[counterpart.picture]! };
}

/** Of questions of which one phrasing has a left or right; one that has none is the same exchanged. */
function swappedOf(told: readonly Told[], of: (each: Told) => string): string[] | null {
  return told.some(({ swapped }) => swapped !== undefined) ? told.map(of) : null;
}
