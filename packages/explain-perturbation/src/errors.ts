import { UnderstoryError } from '@understory/core';
import type { OtherAxes } from '@understory/core';

/** Explainers of this package that only feed the model. */
const anywhere = 'rise, occlusion or scorecam';

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
    return new UnderstoryError({
      code: 'LAYER_AXES',
      message: `The axes of layer "${layer}" are not those of a feature map.`,
      found: axes === 'channelsLast' ? 'channels last, [N, H, W, C]' : 'queries, keys, scores or values of attention',
      expected: 'a layer [N, C, H, W]',
      next: 'Name the activation before the transposition, or use --layer auto.',
    });
  },

  cannotRunFromLayer({ backend }: { backend: string }) {
    return new UnderstoryError({
      code: 'CANNOT_RUN_FROM_LAYER',
      message: 'The backend cannot run a model on from one of its layers.',
      found: `the backend "${backend}" takes inputs only`,
      expected: 'a backend that takes activations, as "onnx" does',
      next: `Use ${anywhere}.`,
    });
  },

  windowTooLarge({ window, height, width }: { window: number; height: number; width: number }) {
    return new UnderstoryError({
      code: 'WINDOW_TOO_LARGE',
      message: 'The window of the occlusion does not fit into the image.',
      found: `${window} pixels`,
      expected: `at most ${Math.min(height, width)}, for an image of ${height} x ${width}`,
      next: 'Give a smaller window, or 0 for an eighth of the shorter side.',
    });
  },
} as const;
