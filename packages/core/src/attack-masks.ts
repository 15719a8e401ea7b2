import type { AttackRequest } from './contracts/attack.ts';
import { errors } from './errors/index.ts';
import { checkClass } from './target.ts';
import { float32, type Tensor } from './tensor/tensor.ts';

/**
 * The weights of each sample's mask, all ones where the request has none, of a request that was checked.
 *
 * Throws TARGET_COUNT, CLASSES_MISSING, CLASS_OUT_OF_RANGE, PIXELS_INVALID, MASK_INVALID, and a RangeError for seeds.
 */
export function attackMasks({ subject, pixels, goal, masks, seeds }: AttackRequest): readonly Tensor<'float32'>[] {
  subject.check(pixels);
  const samples = pixels.dims[0]!;
  const targets = goal.kind === 'raise' ? goal.targets : goal.classes;
  if (targets.length !== samples) throw errors.targetCount({ targets: targets.length, batch: samples });
  if (goal.kind !== 'raise') {
    const { task, classes, forms } = subject.subject;
    if (classes === undefined) throw errors.classesMissing({ task, forms });
    for (const index of goal.classes) checkClass(index, classes.count);
  }
  if (seeds.length !== samples) throw new RangeError(`${seeds.length} seeds for ${samples} samples`);
  const { height, width } = subject;
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
