import type { Tensor } from '../tensor/tensor.ts';
import type { HeatMap } from './explainer.ts';
import type { Box } from './metric.ts';

/** What a mask is drawn from, one entry a sample. */
export interface MaskRequest {
  /** The size of the image in pixels. */
  readonly height: number;
  readonly width: number;
  readonly samples: number;
  /** Heat maps of the images that are attacked, for the class that the model says of them. */
  readonly originMaps?: readonly HeatMap[];
  /** Heat maps of an image of the target class, for that class. */
  readonly targetMaps?: readonly HeatMap[];
  /** Annotations in pixels of the image. */
  readonly boxes?: readonly (readonly Box[])[];
  /** One a sample. */
  readonly seeds: readonly number[];
  /** Told what a reader should know of the mask of a sample, such as how much of it was drawn among equal values. */
  readonly note?: (sample: number, text: string) => void;
}

/** Says which pixels an attack may change. */
export interface Mask {
  /** What it asks of the request beyond sizes and seeds. */
  readonly needs?: readonly ('originMaps' | 'targetMaps' | 'boxes')[];
  /** `[H, W]` weights in 0..1, one mask a sample; throws MASK_NEEDS where what it is drawn from is absent. */
  draw(request: MaskRequest): Promise<readonly Tensor<'float32'>[]>;
}
