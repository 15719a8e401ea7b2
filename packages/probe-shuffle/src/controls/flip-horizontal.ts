import type { Control } from '../trial.ts';

/** The picture mirrored from left to right. */
export const flipHorizontal: Control = {
  id: 'flip-horizontal',
  cuts: false,
  trials: () => [{ rearrangement: { rows: 1, columns: 1, pieces: [{ from: 0, mirrored: 'left-right' }] }, drawn: [] }],
};
