import * as tf from '@tensorflow/tfjs-core';

/** Which places a StridedSlice takes of a tensor of this shape. */
export interface SlicePlaces {
  readonly begin: readonly number[];
  /** Negative from the end to the front. */
  readonly strides: readonly number[];
  /** How many of each axis. */
  readonly counts: readonly number[];
  /** After axes were added and dropped, which reorders nothing. */
  readonly shape: readonly number[];
}

export function slicePlaces(of: readonly number[], attrs: tf.NamedAttrMap): SlicePlaces {
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } =
    attrs as unknown as tf.StridedSliceAttrs;
  const info = tf.slice_util.sliceInfo(
    [...of],
    begin,
    end,
    strides,
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  );
  const counts = of.map((_, axis) =>
    Math.max(0, Math.ceil((info.end[axis]! - info.begin[axis]!) / info.strides[axis]!)),
  );
  return { begin: info.begin, strides: info.strides, counts, shape: info.finalShape };
}
