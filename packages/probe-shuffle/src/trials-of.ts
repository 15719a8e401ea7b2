import type { SeededRandom } from '@understory/core';
import { shuffledPatches } from './controls/index.ts';
import type { Size } from './rearrangement.ts';
import type { Control, Trial } from './trial.ts';

export interface TrialOptions {
  readonly grid: readonly number[];
  readonly permutations: number;
  readonly derangement: boolean;
  readonly controls: readonly Control[];
  readonly seamWidth: number;
}

/** Every disturbed form that one picture is shown in; each is drawn from the picture's own stream by control, grid and repeat. */
export function trialsOf(options: TrialOptions, size: Size, random: SeededRandom): readonly Trial[] {
  const { permutations: repeats, derangement, seamWidth } = options;
  return [shuffledPatches, ...options.controls].flatMap((control) => {
    const { id, cuts, drawsLines = false } = control;
    // What does not cut is the same for every grid.
    const grids = cuts ? options.grid : options.grid.slice(0, 1);
    return grids.flatMap((grid) => {
      const stream = random.fork(id).fork(`grid=${grid}`);
      const request = { grid, size, repeats, derangement };
      return control
        .trials({ ...request, random: (repeat) => stream.fork(`repeat=${repeat}`) })
        .map((made, repeat): Trial => {
          return { ...made, control: id, grid: cuts ? grid : null, repeat, lines: drawsLines ? seamWidth : 0 };
        });
    });
  });
}
