import { inPlace, type Control } from '../trial.ts';

/** Every patch in its place, the cuts between them drawn: what lines alone do. */
export const seams: Control = {
  id: 'seams',
  cuts: true,
  drawsLines: true,
  trials: ({ grid }) => [{ rearrangement: inPlace(grid, grid), drawn: [] }],
};
