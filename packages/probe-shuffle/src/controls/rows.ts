import { drawOrders } from '../draw-orders.ts';
import type { Control } from '../trial.ts';

/** Strips from edge to edge in a random order from top to bottom. */
export const rows: Control = {
  id: 'rows',
  cuts: true,
  trials: ({ grid, ...request }) =>
    drawOrders({ ...request, length: grid }).map((drawn) => ({
      rearrangement: { rows: grid, columns: 1, pieces: drawn.map((from) => ({ from })) },
      drawn,
    })),
};
