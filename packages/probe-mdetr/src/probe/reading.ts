import { reflected, plain } from './words.ts';
import type { QuestionRow } from './row.ts';
import { sameThing } from './boxes.ts';

/** What a row comes to; shares are averaged over phrasings. */
export interface Reading {
  readonly right: number;
  readonly onGrey: number;
  readonly onShuffled: number;
  /** Whether not all phrasings get one answer; undefined of one phrasing. */
  readonly disagrees: number | undefined;
  /** Whether the right answer is given of the image and of the picture in which another is right; undefined without such a picture. */
  readonly bothRight: number | undefined;
  /**
   * Whether the two answers are matched with the two pictures in which they are right, by their scores, which no liking for answers or pictures
   * can do; undefined without such a picture, and where the model lacks one of the answers.
   */
  readonly matched: number | undefined;
  /** Left and right exchanged in picture, question and answer. */
  readonly mirrorAgrees: number | undefined;
  /** The same two answers where left and right are exchanged in the question alone, and in the picture alone; of questions with an answer there. */
  readonly swapAgrees: number | undefined;
  /** Whether the answer is another where left and right are exchanged in the question alone; of questions of which another one is right then. */
  readonly followsWords: number | undefined;
  /** The same of the picture alone. */
  readonly followsPicture: number | undefined;
  /** All four right: two questions about two pictures. */
  readonly fourRight: number | undefined;
  /**
   * Answered right where left and right are exchanged in question and picture, or in neither; of questions about left and right with an answer that is
   * no side and is not known to be right of the mirror image too.
   */
  readonly rightTogether: number | undefined;
  /** That answer where they are exchanged in one of the two: all that is asked about is there, and stands where it is not asked for. */
  readonly rightEither: number | undefined;
  readonly boxes: BoxReading | undefined;
}

/** How boxes and answers go together, as shares of phrasings. */
export interface BoxReading {
  readonly rightBox: number;
  /** The box of another thing. */
  readonly otherBox: number;
  readonly bothRight: number;
  readonly rightBoxWrongAnswer: number;
  readonly wrongBoxRightAnswer: number;
  readonly bothWrong: number;
}

export function read(row: QuestionRow): Reading {
  return {
    right: share(row.right),
    onGrey: share(row.rightOnGrey),
    onShuffled: share(row.rightOnShuffled),
    disagrees: row.said.length < 2 ? undefined : Number(new Set(row.said.map(plain)).size > 1),
    bothRight:
      row.rightOnTurned === null ? undefined : share(row.right.map((right, at) => right && row.rightOnTurned![at]!)),
    matched:
      row.margin === null || row.marginOnTurned === null
        ? undefined
        : sign(average(row.margin) - average(row.marginOnTurned)),
    ...turnedRound(row),
    ...exchangedRight(row),
    boxes: boxesOf(row),
  };
}

/** What becomes of the answers where left and right are exchanged. */
function turnedRound(
  row: QuestionRow,
): Pick<Reading, 'mirrorAgrees' | 'swapAgrees' | 'followsWords' | 'followsPicture' | 'fourRight'> {
  const { said, saidOnMirror, answerOnMirror, saidOfSwapped, answer } = row;
  const none = {
    mirrorAgrees: undefined,
    swapAgrees: undefined,
    followsWords: undefined,
    followsPicture: undefined,
    fourRight: undefined,
  };
  if (saidOnMirror === null) return none;
  const both = row.saidOfSwappedOnMirror ?? saidOnMirror;
  const mirrorAgrees = share(said.map((each, at) => plain(both[at]!) === exchanged(each)));
  const differs = answerOnMirror !== null && plain(answerOnMirror) !== plain(answer);
  const followsPicture = differs ? share(said.map((each, at) => plain(each) !== plain(saidOnMirror[at]!))) : undefined;
  // Without an answer about the mirror image there may be no such thing there, so that either one alone asks for nothing.
  if (saidOfSwapped === null || answerOnMirror === null) return { ...none, mirrorAgrees, followsPicture };
  const swapAgrees = share(saidOnMirror.map((each, at) => plain(saidOfSwapped[at]!) === exchanged(each)));
  if (!differs) return { ...none, mirrorAgrees, swapAgrees, followsPicture };
  // Of a question such as "left or right of the pear?" the words in the other order ask the same.
  const isOther = exchanged(answerOnMirror) !== plain(answer);
  return {
    ...{ mirrorAgrees, swapAgrees, followsPicture },
    followsWords: isOther ? share(said.map((each, at) => plain(each) !== plain(saidOfSwapped[at]!))) : undefined,
    fourRight: share(
      said.map(
        (each, at) =>
          plain(each) === plain(answer) &&
          plain(saidOnMirror[at]!) === plain(answerOnMirror) &&
          plain(saidOfSwapped[at]!) === exchanged(answerOnMirror) &&
          plain(both[at]!) === exchanged(answer),
      ),
    ),
  };
}

function exchangedRight({
  answer,
  right,
  saidOnMirror,
  saidOfSwapped,
  saidOfSwappedOnMirror,
  answerOnMirror,
}: QuestionRow): Pick<Reading, 'rightTogether' | 'rightEither'> {
  // Of "left or right of the pear?" the words in the other order ask the same; and where the mirror image has the same answer nothing is told.
  const tellsNothing =
    exchanged(answer) !== plain(answer) || (answerOnMirror !== null && plain(answerOnMirror) === plain(answer));
  if (tellsNothing || saidOnMirror === null || saidOfSwapped === null || saidOfSwappedOnMirror === null) {
    return { rightTogether: undefined, rightEither: undefined };
  }
  const isSaid = (said: string) => plain(said) === plain(answer);
  return {
    rightTogether: share([...right, ...saidOfSwappedOnMirror.map(isSaid)]),
    rightEither: share([...saidOnMirror, ...saidOfSwapped].map(isSaid)),
  };
}

function boxesOf({ iou, iouOfOthers, right }: QuestionRow): BoxReading | undefined {
  if (iou === null) return undefined;
  const isRight = iou.map((each) => each >= sameThing);
  const of = (box: boolean, answer: boolean) => share(isRight.map((each, at) => each === box && right[at] === answer));
  return {
    rightBox: share(isRight),
    otherBox: share(isRight.map((each, at) => !each && (iouOfOthers?.[at] ?? 0) >= sameThing)),
    bothRight: of(true, true),
    rightBoxWrongAnswer: of(true, false),
    wrongBoxRightAnswer: of(false, true),
    bothWrong: of(false, false),
  };
}

/** As it is compared, with left and right exchanged. */
function exchanged(words: string): string {
  return plain(reflected(words) ?? words);
}

/** 1 of more than zero, 0 of less, and half of neither. */
function sign(difference: number): number {
  return difference > 0 ? 1 : difference < 0 ? 0 : 0.5;
}

function share(flags: readonly boolean[]): number {
  return average(flags.map(Number));
}

export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
