import type { ProbeEstimate } from '@understory/core';
import type { Reading } from './reading.ts';
import type { CaptionRow } from './row.ts';

/** A number that rows have, by a stable name. */
export interface Measure {
  readonly id: string;
  readonly title: string;
  readonly unit: ProbeEstimate['unit'];
  /** What a model that knows nothing gets; null where that is not one number. */
  readonly chance: number | null;
  /** Undefined where a row has none. */
  readonly of: (row: CaptionRow, reading: Reading) => number | undefined;
}

export const toldApart: Measure = {
  id: 'told-apart',
  title: 'told apart',
  unit: 'share',
  chance: 0.5,
  of: (_, reading) => reading.toldApart,
};

/** What the words alone would get of that; no column of its own. */
export const byWords: Measure = {
  id: 'by-words',
  title: 'told apart by the words alone',
  unit: 'share',
  chance: 0.5,
  of: (_, reading) => reading.byWords,
};

export const right: Measure = {
  id: 'right',
  title: 'true caption preferred',
  unit: 'share',
  chance: 0.5,
  of: (_, reading) => reading.right,
};

export const prior: Measure = {
  id: 'prior',
  title: 'the same on a grey picture',
  unit: 'share',
  chance: 0.5,
  of: (_, reading) => reading.prior,
};

const best: Measure = {
  id: 'best',
  title: 'true caption best, image alone',
  unit: 'share',
  chance: null,
  of: ({ isBest }) => Number(isBest),
};

/** Winoground's scores, with the chance of each where all orders of the four scores are as likely. */
export const pairMeasures: readonly Measure[] = [
  { id: 'text-score', title: 'text score', unit: 'share', chance: 1 / 4, of: (_, { pair }) => pair?.text },
  { id: 'image-score', title: 'image score', unit: 'share', chance: 1 / 4, of: (_, { pair }) => pair?.image },
  { id: 'group-score', title: 'group score', unit: 'share', chance: 1 / 6, of: (_, { pair }) => pair?.group },
];

export const mapInBox: Measure = {
  id: 'map-in-box',
  title: 'fraction of the map inside the box',
  unit: 'share',
  chance: null,
  of: (row) => row.mapInBox ?? undefined,
};

export const centreInBox: Measure = {
  id: 'centre-in-box',
  title: 'the same of a centred Gaussian',
  unit: 'share',
  chance: null,
  of: (row) => row.centreInBox ?? undefined,
};

export const uniformInBox: Measure = {
  id: 'uniform-in-box',
  title: 'fraction of the picture inside the box',
  unit: 'share',
  chance: null,
  of: (row) => row.boxShare ?? undefined,
};

/** In the order of the tables. */
export const shown: readonly Measure[] = [
  toldApart,
  right,
  prior,
  best,
  ...pairMeasures,
  mapInBox,
  centreInBox,
  uniformInBox,
];

/** All that is kept of an image. */
export const measures: readonly Measure[] = [...shown, byWords];
