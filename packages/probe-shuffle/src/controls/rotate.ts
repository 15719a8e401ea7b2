import { drawDistinct } from '../draw-distinct.ts';
import { cut, type Piece } from '../rearrangement.ts';
import type { Control } from '../trial.ts';

type QuarterTurns = NonNullable<Piece['quarterTurns']>;

/** Each patch turned in its place by one, two or three quarters; those that are not square by two. */
export const rotate: Control = {
  id: 'rotate',
  cuts: true,
  trials({ grid, size, repeats, random }) {
    const { height, width } = cut({ rows: grid, columns: grid }, size);
    const turns: readonly QuarterTurns[] = height === width ? [1, 2, 3] : [2];
    return drawDistinct({
      ...{ repeats, random },
      possible: turns.length ** (grid * grid),
      draw: (stream) => Array.from({ length: grid * grid }, () => turns[stream.integer(turns.length)]!),
    }).map((drawn) => ({
      rearrangement: {
        rows: grid,
        columns: grid,
        pieces: drawn.map((turned, from) => ({ from, quarterTurns: turned as QuarterTurns })),
      },
      drawn,
    }));
  },
};
