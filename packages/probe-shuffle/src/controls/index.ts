import { flipHorizontal, flipVertical } from './flips.ts';
import { columns, rows, shuffledPatches } from './orders.ts';
import { rotate } from './rotate.ts';
import { seams } from './seams.ts';

/** What is compared with shuffled patches, by id. */
export const controls = {
  seams,
  rows,
  columns,
  rotate,
  'flip-horizontal': flipHorizontal,
  'flip-vertical': flipVertical,
};

export { shuffledPatches };
