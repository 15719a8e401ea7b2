import { configurable, errors, type Box, type Mask, type MaskRequest, type Tensor } from '@understory/core';
import { maskOf, notEmpty } from './binary-mask.ts';

type Side = 'inside' | 'outside';

/** Every pixel whose centre lies inside the annotation boxes of its sample; throws MASK_NEEDS and MASK_INVALID. */
export const inside = ofSide('inside');

/** Every pixel whose centre lies outside all annotation boxes of its sample; throws MASK_NEEDS and MASK_INVALID. */
export const outside = ofSide('outside');

function ofSide(side: Side) {
  const draw = async (request: MaskRequest) => boxMasks(side, request);
  return configurable(side, {}, (): Mask => ({ needs: ['boxes'], draw }));
}

function boxMasks(side: Side, request: MaskRequest): readonly Tensor<'float32'>[] {
  const { boxes, samples, height, width } = request;
  return Array.from({ length: samples }, (_, sample) => {
    const own = boxes?.[sample] ?? [];
    if (own.length === 0) {
      throw errors.maskNeeds({
        mask: side,
        what: 'annotation box',
        next: 'Take a data set with boxes, leave out the images without, or choose another mask.',
      });
    }
    const places = Array.from({ length: height * width }, (__, at) => at).filter((at) => {
      const x = (at % width) + 0.5;
      const y = Math.floor(at / width) + 0.5;
      return own.some((box) => contains(box, x, y)) === (side === 'inside');
    });
    return notEmpty(maskOf(places, request), `no pixel ${side} the boxes`);
  });
}

function contains(box: Box, x: number, y: number): boolean {
  return x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
}
