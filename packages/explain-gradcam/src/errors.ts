import { UnderstoryError, type OtherAxes } from '@understory/core';

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

  layerAxes({ layer, axes }: { layer: string; axes: OtherAxes }) {
    const what =
      axes === 'channelsLast' ? 'channels last, [N, H, W, C]' : 'queries, keys, scores or values of attention';
    return new UnderstoryError({
      code: 'LAYER_AXES',
      message: `The axes of layer "${layer}" are not those of a feature map.`,
      found: what,
      expected: 'a layer [N, C, H, W]',
      next: 'Name the activation before the transposition, or use --layer auto.',
    });
  },
} as const;
