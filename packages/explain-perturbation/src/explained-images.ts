import {
  batchOf,
  checkTargetCount,
  fromFloat32,
  imageInputOf,
  objectiveValues,
  outputsOf,
  takeFeeds,
  takeObjective,
  toFloat32,
} from '@understory/core';
import type { ExplainRequest, ImageInput, Objective, Tensors } from '@understory/core';

/** How a number is read off the outputs for an objective. */
type Score = (objective: Objective, outputs: Tensors) => Float64Array;

/** The images of a request, seen as what is perturbed. */
export interface ExplainedImages {
  readonly image: ImageInput;
  readonly batch: number;
  /** The elements of the input, sample by sample. */
  readonly pixels: Float32Array;
  /** One score for each of several versions `[versions, image.size]` of the image of one sample. */
  scoresOf(versions: Float32Array, sample: number, score?: Score): Promise<Float64Array>;
}

/** Throws TARGET_COUNT or NO_IMAGE_INPUT. */
export function explainedImages({ model, feeds, image: named, objective, signal }: ExplainRequest): ExplainedImages {
  const batch = batchOf(feeds);
  checkTargetCount(objective, batch);
  const image = imageInputOf(model, feeds, named);
  const { name, type, dims, size } = image;
  const others = Object.fromEntries(Object.entries(feeds).filter(([other]) => other !== name));
  return {
    image,
    batch,
    pixels: toFloat32(feeds[name]!),
    async scoresOf(versions, sample, score = objectiveValues) {
      signal?.throwIfAborted();
      const samples = Array.from({ length: versions.length / size }, () => sample);
      const changed = fromFloat32(versions, type, [samples.length, ...dims.slice(1)]);
      const outputs = await model.run({ ...takeFeeds(others, samples), [name]: changed }, outputsOf(objective));
      return score(takeObjective(objective, samples), outputs);
    },
  };
}

/** Writes a sample's elements times the mask `[height, width]` of their pixel. */
export function writeMasked(into: Float32Array, pixels: Float32Array, mask: Float32Array, image: ImageInput): void {
  const { channels, channelStride, pixelStride } = image;
  const places = mask.length;
  for (let channel = 0; channel < channels; channel += 1) {
    let at = channel * channelStride;
    for (let pixel = 0; pixel < places; pixel += 1, at += pixelStride) into[at] = pixels[at]! * mask[pixel]!;
  }
}
