import type { AttackRequest } from './contracts/attack.ts';
import { errors } from './errors/index.ts';
import { checkClass } from './target.ts';
import { float32, type Tensor } from './tensor/tensor.ts';

/**
 * The weights of each sample's mask, all ones where the request has none, of a request that was checked.
 *
 * Throws TARGET_COUNT, CLASS_OUT_OF_RANGE, PIXELS_INVALID, MASK_INVALID, and a RangeError for seeds.
 */
export function attackMasks({ classifier, pixels, goal, masks, seeds }: AttackRequest): readonly Tensor<'float32'>[] {
  classifier.check(pixels);
  const samples = pixels.dims[0]!;
  if (goal.classes.length !== samples) throw errors.targetCount({ targets: goal.classes.length, batch: samples });
  for (const index of goal.classes) checkClass(index, classifier.classifier.classCount);
  if (seeds.length !== samples) throw new RangeError(`${seeds.length} seeds for ${samples} samples`);
  const { height, width } = classifier;
  if (masks === undefined) {
    const all = float32(new Float32Array(height * width).fill(1), [height, width]);
    return Array.from({ length: samples }, () => all);
  }
  const expected = `[${height}, ${width}] with weights in 0..1, one per sample`;
  if (masks.length !== samples) {
    throw errors.maskInvalid({ found: `${masks.length} for ${samples} samples`, expected });
  }
  for (const { dims, data } of masks) {
    if (dims.join() !== `${height},${width}`) throw errors.maskInvalid({ found: `[${dims.join(', ')}]`, expected });
    const outside = data.find((weight) => !(weight >= 0 && weight <= 1));
    if (outside !== undefined) throw errors.maskInvalid({ found: `a weight of ${outside}`, expected });
  }
  return masks;
}
