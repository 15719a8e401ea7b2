import { UnderstoryError } from '@understory/core';

/** Every error of this package, by what went wrong. */
export const errors = {
  layerNotSpatial({ layer, dims, batch }: { layer: string; dims: readonly (number | string)[]; batch: number }) {
    return new UnderstoryError({
      code: 'LAYER_NOT_SPATIAL',
      message: `The layer "${layer}" has no places that a heat map could show.`,
      found: `[${dims.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]`,
      expected: `a spatial layer [${batch}, channels, height, width]`,
      next: 'Leave the choice to --layer auto, or take a layer of rank 4 from `understory inspect <model>`.',
    });
  },
} as const;
