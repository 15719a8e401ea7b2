import { columns } from './columns.ts';
import { flipHorizontal } from './flip-horizontal.ts';
import { flipVertical } from './flip-vertical.ts';
import { rotate } from './rotate.ts';
import { rows } from './rows.ts';
import { seams } from './seams.ts';
import { shuffledPatches } from './shuffle.ts';

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
