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
  title: 'right on grey',
  unit: share,
  of: (_, { onGrey: of }) => of,
};

export const onShuffled: Measure = {
  id: 'right-on-shuffled',
  title: 'right on shuffled patches',
  unit: share,
  of: (_, { onShuffled: of }) => of,
};

/** Not of a row by itself: the tally takes it from rows that ask the same. */
export const onOther: Measure = {
  id: 'right-on-another',
  title: 'right on another image',
  unit: share,
  of: () => undefined,
};

export const disagrees: Measure = {
  id: 'phrasings-disagree',
  title: 'phrasings disagree',
  unit: share,
  of: (_, { disagrees: of }) => of,
};

export const matched: Measure = {
  id: 'told-apart',
  title: 'told apart',
  unit: share,
  of: (_, { matched: of }) => of,
};

const bothRight: Measure = {
  id: 'both-right',
  title: 'right of both pictures',
  unit: share,
  of: (_, { bothRight: of }) => of,
};

export const rightTogether: Measure = {
  id: 'right-both-or-neither-mirrored',
  title: 'both or neither mirrored: right',
  unit: share,
  of: (_, { rightTogether: of }) => of,
};

export const rightEither: Measure = {
  id: 'right-either-mirrored',
  title: 'either mirrored: that answer',
  unit: share,
  of: (_, { rightEither: of }) => of,
};

/** What exchanging left and right does, in the question, in the picture, and in both. */
export const exchangeMeasures: readonly Measure[] = [
  {
    id: 'mirror-consistent',
    title: 'both mirrored: same answer',
    unit: share,
    of: (_, { mirrorAgrees }) => mirrorAgrees,
  },
  {
    id: 'swap-consistent',
    title: 'either mirrored: same answer',
    unit: share,
    of: (_, { swapAgrees }) => swapAgrees,
  },
  {
    id: 'follows-picture',
    title: 'follows the picture',
    unit: share,
    of: (_, { followsPicture }) => followsPicture,
  },
  {
    id: 'follows-words',
    title: 'follows the words',
    unit: share,
    of: (_, { followsWords }) => followsWords,
  },
  {
    id: 'four-right',
    title: 'all four right',
    unit: share,
    of: (_, { fourRight }) => fourRight,
  },
  rightTogether,
  rightEither,
];

const ofBoxes = (id: string, title: string, name: keyof BoxReading): Measure => ({
  ...{ id, title, unit: share },
  of: (_, { boxes }) => boxes?.[name],
});

const rightBox = ofBoxes('right-box', 'right box', 'rightBox');

const rightBoxWrongAnswer = ofBoxes('right-box-wrong-answer', 'right box, wrong answer', 'rightBoxWrongAnswer');

/** Each answer has one of these. */
export const boxOutcomes: readonly Measure[] = [
  ofBoxes('box-and-answer-right', 'right box, right answer', 'bothRight'),
  rightBoxWrongAnswer,
  ofBoxes('wrong-box-right-answer', 'wrong box, right answer', 'wrongBoxRightAnswer'),
  ofBoxes('box-and-answer-wrong', 'wrong box, wrong answer', 'bothWrong'),
];

export const boxMeasures: readonly Measure[] = [
  rightBox,
  ofBoxes('other-box', 'box of another thing', 'otherBox'),
  ...boxOutcomes,
];

export const mapInBox: Measure = {
  id: 'map-in-box',
  title: 'map in thing asked about',
  unit: share,
  of: ({ mapInBox: of }) => of ?? undefined,
};

export const mapInOther: Measure = {
  id: 'map-in-other',
  title: 'map in other thing',
  unit: share,
  of: ({ mapInOther: of }) => of ?? undefined,
};

export const uniformInBox: Measure = {
  id: 'uniform-in-box',
  title: 'thing asked about',
  unit: share,
  of: ({ boxShare }) => boxShare ?? undefined,
};

const uniformInOther: Measure = {
  id: 'uniform-in-other',
  title: 'other thing',
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
  title: 'forced answer moves the map',
  unit: 'number',
  of: (row) => moved(row, 1, 0),
};

export const controlMoves: Measure = {
  id: 'control-moves',
  title: 'control answer moves the map',
  unit: 'number',
  of: (row) => moved(row, 2, 0),
};

export const forcedBeyondControl: Measure = {
  id: 'forced-beyond-control',
  title: 'forced beyond control',
  unit: 'number',
  of: (row) => moved(row, 1, 2),
};

export const mapMeasures: readonly Measure[] = [
  ...[mapInBox, mapInOther, uniformInBox, uniformInOther],
  ...[forcedMoves, controlMoves, forcedBeyondControl],
];

/** Of the first part, in the order of its tables. */
export const answerMeasures: readonly Measure[] = [right, onGrey, onShuffled, onOther, matched, bothRight];

/** All that is kept of an image. */
export const measures: readonly Measure[] = [
  ...answerMeasures,
  disagrees,
  ...exchangeMeasures,
  ...boxMeasures,
  ...mapMeasures,
];
