import { drawOrders } from '../draw-orders.ts';
import type { Control } from '../trial.ts';

/** The patches of a grid in a random order, as the paper does it. */
export const shuffledPatches: Control = {
  id: 'shuffle',
  cuts: true,
  trials: ({ grid, ...request }) =>
    drawOrders({ ...request, length: grid * grid }).map((drawn) => ({
      rearrangement: { rows: grid, columns: grid, pieces: drawn.map((from) => ({ from })) },
      drawn,
    })),
};
