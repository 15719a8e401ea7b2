import { drawOrders } from '../draw-orders.ts';
import type { Control } from '../trial.ts';

/** Strips from top to bottom in a random order from left to right. */
export const columns: Control = {
  id: 'columns',
  cuts: true,
  trials: ({ grid, ...request }) =>
    drawOrders({ ...request, length: grid }).map((drawn) => ({
      rearrangement: { rows: 1, columns: grid, pieces: drawn.map((from) => ({ from })) },
      drawn,
    })),
};
