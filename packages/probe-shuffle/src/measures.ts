import type { ProbeEstimate } from '@understory/core';
import type { ShuffleRow } from './row.ts';

/** A number that rows have, by a stable name. */
export interface Measure {
  readonly id: string;
  readonly title: string;
  /** What it is called of a model that is no classifier, where that has no such thing. */
  readonly plain?: { readonly id: string; readonly title: string };
  readonly unit: ProbeEstimate['unit'];
  /** Undefined where a row has none. */
  readonly of: (row: ShuffleRow) => number | undefined;
  /** As the paper gives it in section 5.3, of ResNet-50 on 3669 images of Oxford-IIIT Pet. */
  readonly paper?: number;
}

export const sameTop1: Measure = {
  id: 'same-top1',
  title: 'keeps its top-1',
  plain: { id: 'same-answer', title: 'keeps its answer' },
  unit: 'share',
  of: ({ sameTop1: kept }) => (kept === null ? undefined : Number(kept)),
  paper: 0.771,
};

export const accuracy: Measure = {
  id: 'accuracy',
  title: 'classified correctly',
  unit: 'share',
  of: ({ correctAfter }) => (correctAfter === null ? undefined : Number(correctAfter)),
};

export const logitChange: Measure = {
  id: 'logit-change',
  title: 'change of the logit',
  plain: { id: 'number-change', title: 'change of the number' },
  unit: 'number',
  of: (row) => row.logitChange,
};

/** How far the number moves, where nothing is decided; in spreads over images as soon as these are known. */
export const sizeOfChange: Measure = {
  id: 'change-over-spread',
  title: 'size of the change, in spreads over images',
  unit: 'number',
  of: ({ sameTop1: kept, logitChange: change }) => (kept === null ? Math.abs(change) : undefined),
};

export const followsPiece: Measure = {
  id: 'map-follows-piece',
  title: 'map follows content',
  unit: 'number',
  of: ({ mapFollowsPiece }) => mapFollowsPiece ?? undefined,
};

export const keepsPlace: Measure = {
  id: 'map-keeps-place',
  title: 'map keeps position',
  unit: 'number',
  of: ({ mapKeepsPlace }) => mapKeepsPlace ?? undefined,
};

/** In the order of the tables; numbers are about the class that was predicted before. */
export const measures: readonly Measure[] = [
  sameTop1,
  accuracy,
  {
    id: 'gains-logit',
    title: 'gains logit, of those that keep their top-1',
    plain: { id: 'gains', title: 'number rises, of those that keep their answer' },
    unit: 'share',
    of: (row) => (row.sameTop1 ? Number(row.logitChange > 0) : undefined),
    paper: 0.9558,
  },
  {
    id: 'logit-change-kept',
    title: 'change of the logit, of those that keep their top-1',
    plain: { id: 'number-change-kept', title: 'change of the number, of those that keep their answer' },
    unit: 'number',
    of: (row) => (row.sameTop1 ? row.logitChange : undefined),
    paper: 2.24,
  },
  logitChange,
  sizeOfChange,
  {
    id: 'probability-change',
    title: 'change of the probability',
    unit: 'number',
    of: (row) => row.probabilityChange ?? undefined,
  },
  { id: 'margin-change', title: 'change of the margin', unit: 'number', of: (row) => row.marginChange ?? undefined },
  { id: 'entropy-change', title: 'change of the entropy', unit: 'number', of: (row) => row.entropyChange ?? undefined },
  followsPiece,
  keepsPlace,
  {
    id: 'map-piece-over-place',
    title: 'map follows content rather than position',
    unit: 'number',
    of: ({ control, mapFollowsPiece: piece, mapKeepsPlace: place }) =>
      // With everything in its place there is nothing to tell apart.
      piece === null || place === null || control === 'seams' ? undefined : piece - place,
  },
];
