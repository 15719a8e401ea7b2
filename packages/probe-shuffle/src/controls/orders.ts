import { drawOrders } from '../draw-orders.ts';
import type { Control } from '../trial.ts';

/** The patches of a grid in a random order, as the paper does it. */
export const shuffledPatches = inRandomOrder('shuffle', (grid) => ({ rows: grid, columns: grid }));

/** Strips from edge to edge in a random order from top to bottom. */
export const rows = inRandomOrder('rows', (grid) => ({ rows: grid, columns: 1 }));

/** Strips from top to bottom in a random order from left to right. */
export const columns = inRandomOrder('columns', (grid) => ({ rows: 1, columns: grid }));

function inRandomOrder(
  id: string,
  cut: (grid: number) => { readonly rows: number; readonly columns: number },
): Control {
  return {
    id,
    cuts: true,
    trials({ grid, ...request }) {
      const pieces = cut(grid);
      return drawOrders({ ...request, length: pieces.rows * pieces.columns }).map((drawn) => ({
        rearrangement: { ...pieces, pieces: drawn.map((from) => ({ from })) },
        drawn,
      }));
    },
  };
}
