import { batchOf, checkTargetCount, imageInputOf, toFloat32 } from '@understory/core';
import type { Explainer, ExplainRequest, ImageInput } from '@understory/core';

/** The map `[height, width]` of one sample, given its elements as the model is fed them. */
export type DrawMap = (pixels: Float32Array, image: ImageInput, request: ExplainRequest) => Float32Array;

/** An explainer that looks at the image at most and never runs the model; throws TARGET_COUNT or NO_IMAGE_INPUT. */
export function imageMaps(draw: DrawMap): Explainer {
  return {
    async explain(request) {
      const { model, feeds, image: named, objective, signal } = request;
      const batch = batchOf(feeds);
      checkTargetCount(objective, batch);
      const image = imageInputOf(model, feeds, named);
      const { height, width, size } = image;
      const pixels = toFloat32(feeds[image.name]!);
      return Array.from({ length: batch }, (_, sample) => {
        signal?.throwIfAborted();
        return { height, width, data: draw(pixels.subarray(sample * size, (sample + 1) * size), image, request) };
      });
    },
  };
}
