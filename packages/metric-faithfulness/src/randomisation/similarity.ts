import type { HeatMap, OptionSchema } from '@understory/core';
import { minMax, structuralSimilarity } from '@understory/imaging';
import type { Interpolation } from '@understory/imaging';
import { pixelScores } from '../pixel-scores.ts';
import { rankCorrelation } from '../rank-correlation.ts';

/** Which similarity of two maps a value is made of. */
export const similarityOption = <Default extends 'rank-correlation' | 'ssim'>(similarity: Default) =>
  ({
    similarity: {
      type: 'choice',
      default: similarity,
      choices: ['rank-correlation', 'ssim'],
      description: 'What the value is made of; the details hold both.',
    },
  }) as const satisfies OptionSchema;

/** How alike two maps of one picture are. */
export interface Similarities {
  /** NaN where the map is not finite. */
  readonly ssim: number;
  readonly correlation: number;
  /** Nothing can be compared with a map that is the same everywhere. */
  readonly isFlat: boolean;
}

/** Structural similarity at the size of the picture, min-max to 0..1; rank correlation as the explainer gave the maps. */
export function similarityOf(
  own: HeatMap,
  changed: HeatMap,
  input: { readonly height: number; readonly width: number },
  interpolation: Interpolation,
): Similarities {
  const isFlat = changed.data.every((value) => value === changed.data[0]);
  // Maps that do not look at the network come back as they were, and cost the most to compare.
  if (isEqual(own, changed) && own.data.every(Number.isFinite)) {
    return { ssim: 1, correlation: 1, isFlat };
  }
  if (isFlat) return { ssim: 0, correlation: 0, isFlat };
  const planes = [own, changed].map((map) => {
    const scores = pixelScores(map, input, interpolation);
    return scores && minMax({ height: input.height, width: input.width, data: scores }).data;
  });
  const [left, right] = planes;
  if (left === undefined || right === undefined) return { ssim: NaN, correlation: NaN, isFlat: false };
  return {
    ssim: structuralSimilarity(left, right, input.height, input.width),
    correlation: rankCorrelation(own.data, changed.data) ?? 0,
    isFlat,
  };
}

function isEqual(left: HeatMap, right: HeatMap): boolean {
  const isSameSize = left.height === right.height && left.width === right.width;
  return isSameSize && left.data.every((value, place) => value === right.data[place]);
}
