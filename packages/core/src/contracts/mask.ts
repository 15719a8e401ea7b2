import type { Tensor } from '../tensor/tensor.ts';
import type { HeatMap } from './explainer.ts';

export interface MaskRequest {
  /** The size of the image in pixels. */
  readonly height: number;
  readonly width: number;
  readonly samples: number;
  /** How much of the image the mask lets through, in 0..1. */
  readonly fraction: number;
  /** One map a sample; masks that are not drawn from heat maps ignore them. */
  readonly maps?: readonly HeatMap[];
  readonly seed: number;
}

/** Says which pixels an attack may change. */
export interface Mask {
  /** `[H, W]` weights in 0..1, one mask a sample. */
  draw(request: MaskRequest): Promise<readonly Tensor<'float32'>[]>;
}
