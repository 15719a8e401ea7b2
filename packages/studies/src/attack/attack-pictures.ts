import type { AttackBudget, Tensor } from '@understory/core';
import { fromUnitPixels, type RgbImage } from '@understory/imaging';
import type { Attempt } from './attack-plan.ts';

/** By which whole number a change is multiplied so that the largest that may be fills the range about a middle grey. */
export function amplification({ norm, epsilon }: AttackBudget, linf: number): number {
  const largest = norm === 'linf' ? epsilon : linf;
  return largest > 0 ? Math.max(1, Math.floor(0.5 / largest)) : 1;
}

/** A change times a factor about a middle grey; pixels are `[1, C, H, W]` in 0..1. */
export function changePicture(
  { data, dims }: Tensor<'float32'>,
  { adversarial, factor }: Pick<Attempt, 'adversarial'> & { readonly factor: number },
): RgbImage {
  const [, channels = 0, height = 0, width = 0] = dims;
  const grey = data.map((value, at) => 0.5 + factor * (adversarial.data[at]! - value));
  // Where there is an alpha, what is shown is the colours.
  const colours = channels % 2 === 0 ? channels - 1 : channels;
  return fromUnitPixels(grey.subarray(0, colours * height * width), { height, width });
}

/** A mask `[H, W]` in white. */
export function maskPicture({ data, dims }: Tensor<'float32'>): RgbImage {
  const [height, width] = dims;
  const planes = new Float32Array(3 * data.length);
  for (const channel of [0, 1, 2]) planes.set(data, channel * data.length);
  return fromUnitPixels(planes, { height: height!, width: width! });
}
