import type { Piece } from '../rearrangement.ts';
import type { Control } from '../trial.ts';

/** The picture mirrored from left to right. */
export const flipHorizontal = mirrored('flip-horizontal', 'left-right');

/** The picture mirrored from top to bottom. */
export const flipVertical = mirrored('flip-vertical', 'top-bottom');

function mirrored(id: string, way: NonNullable<Piece['mirrored']>): Control {
  return {
    id,
    cuts: false,
    trials: () => [{ rearrangement: { rows: 1, columns: 1, pieces: [{ from: 0, mirrored: way }] }, drawn: [] }],
  };
}
