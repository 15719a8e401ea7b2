import { configurable, errors, maskOfBoxes, type Mask, type MaskRequest, type Tensor } from '@understory/core';
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
    const marked = maskOfBoxes(own, { height, width });
    const places = [...marked.keys()].filter((at) => (marked[at] === 1) === (side === 'inside'));
    return notEmpty(maskOf(places, request), `no pixel ${side} the boxes`);
  });
}
