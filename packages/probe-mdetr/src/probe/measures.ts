import type { ProbeEstimate } from '@understory/core';
import type { BoxReading, Reading } from './reading.ts';
import type { QuestionRow } from './row.ts';

/** A number that rows have, by a stable name. */
export interface Measure {
  readonly id: string;
  readonly title: string;
  readonly unit: ProbeEstimate['unit'];
  /** Undefined where a row has none. */
  readonly of: (row: QuestionRow, reading: Reading) => number | undefined;
}

const share = 'share' as const;

export const right: Measure = { id: 'right', title: 'answered right', unit: share, of: (_, { right: of }) => of };

export const onGrey: Measure = {
  id: 'right-on-grey',
  title: 'the same on a grey picture',
  unit: share,
  of: (_, { onGrey: of }) => of,
};

export const onShuffled: Measure = {
  id: 'right-on-shuffled',
  title: 'the same with patches shuffled',
  unit: share,
  of: (_, { onShuffled: of }) => of,
};

export const disagrees: Measure = {
  id: 'phrasings-disagree',
  title: 'phrasings get different answers',
  unit: share,
  of: (_, { disagrees: of }) => of,
};

export const matched: Measure = {
  id: 'told-apart',
  title: 'told apart',
  unit: share,
  of: (_, { matched: of }) => of,
};

export const bothRight: Measure = {
  id: 'both-right',
  title: 'right of both pictures',
  unit: share,
  of: (_, { bothRight: of }) => of,
};

/** What exchanging left and right does, in the question, in the picture, and in both. */
export const exchangeMeasures: readonly Measure[] = [
  {
    id: 'mirror-consistent',
    title: 'same answer with picture and question mirrored',
    unit: share,
    of: (_, { mirrorAgrees }) => mirrorAgrees,
  },
  {
    id: 'swap-consistent',
    title: 'same answer with either mirrored',
    unit: share,
    of: (_, { swapAgrees }) => swapAgrees,
  },
  {
    id: 'follows-picture',
    title: 'answer changes with the picture mirrored',
    unit: share,
    of: (_, { followsPicture }) => followsPicture,
  },
  {
    id: 'follows-words',
    title: 'answer changes with left and right exchanged in the question',
    unit: share,
    of: (_, { followsWords }) => followsWords,
  },
  {
    id: 'four-right',
    title: 'right of two questions about two pictures',
    unit: share,
    of: (_, { fourRight }) => fourRight,
  },
];

const ofBoxes = (id: string, title: string, name: keyof BoxReading): Measure => ({
  ...{ id, title, unit: share },
  of: (_, { boxes }) => boxes?.[name],
});

export const rightBox = ofBoxes('right-box', 'box of the thing asked about', 'rightBox');

export const rightBoxWrongAnswer = ofBoxes('right-box-wrong-answer', 'right box, wrong answer', 'rightBoxWrongAnswer');

export const boxMeasures: readonly Measure[] = [
  rightBox,
  ofBoxes('other-box', 'box of another thing', 'otherBox'),
  ofBoxes('box-and-answer-right', 'right box, right answer', 'bothRight'),
  rightBoxWrongAnswer,
  ofBoxes('wrong-box-right-answer', 'wrong box, right answer', 'wrongBoxRightAnswer'),
  ofBoxes('box-and-answer-wrong', 'wrong box, wrong answer', 'bothWrong'),
];

export const mapInBox: Measure = {
  id: 'map-in-box',
  title: 'share of the map inside the thing asked about',
  unit: share,
  of: ({ mapInBox: of }) => of ?? undefined,
};

export const mapInOther: Measure = {
  id: 'map-in-other',
  title: 'share of the map inside the other thing',
  unit: share,
  of: ({ mapInOther: of }) => of ?? undefined,
};

export const uniformInBox: Measure = {
  id: 'uniform-in-box',
  title: 'share of the picture inside the thing asked about',
  unit: share,
  of: ({ boxShare }) => boxShare ?? undefined,
};

export const uniformInOther: Measure = {
  id: 'uniform-in-other',
  title: 'share of the picture inside the other thing',
  unit: share,
  of: ({ otherShare }) => otherShare ?? undefined,
};

/** By how much more of a forced map lies in the other thing than in the one asked about. */
function towardsOther({ forcedInBox, forcedInOther }: QuestionRow, answer: number): number | undefined {
  return forcedInBox === null || forcedInOther === null ? undefined : forcedInOther[answer]! - forcedInBox[answer]!;
}

function moved(row: QuestionRow, to: number, from: number): number | undefined {
  const [there, here] = [towardsOther(row, to), towardsOther(row, from)];
  return there === undefined || here === undefined ? undefined : there - here;
}

export const forcedMoves: Measure = {
  id: 'forced-moves',
  title: "the map moves to the other thing where that thing's answer is forced",
  unit: 'number',
  of: (row) => moved(row, 1, 0),
};

export const controlMoves: Measure = {
  id: 'control-moves',
  title: 'the same where an answer of no thing in the picture is forced',
  unit: 'number',
  of: (row) => moved(row, 2, 0),
};

export const forcedBeyondControl: Measure = {
  id: 'forced-beyond-control',
  title: 'the former less the latter',
  unit: 'number',
  of: (row) => moved(row, 1, 2),
};

export const mapMeasures: readonly Measure[] = [
  ...[mapInBox, mapInOther, uniformInBox, uniformInOther],
  ...[forcedMoves, controlMoves, forcedBeyondControl],
];

/** Of the first part, in the order of its tables. */
export const answerMeasures: readonly Measure[] = [right, onGrey, onShuffled, matched, bothRight, disagrees];

/** All that is kept of an image. */
export const measures: readonly Measure[] = [...answerMeasures, ...exchangeMeasures, ...boxMeasures, ...mapMeasures];
