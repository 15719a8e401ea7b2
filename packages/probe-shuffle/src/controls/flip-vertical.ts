import type { Control } from '../trial.ts';

/** The picture mirrored from top to bottom. */
export const flipVertical: Control = {
  id: 'flip-vertical',
  cuts: false,
  trials: () => [{ rearrangement: { rows: 1, columns: 1, pieces: [{ from: 0, mirrored: 'top-bottom' }] }, drawn: [] }],
};
