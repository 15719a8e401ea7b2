import { batchOf } from './contracts/model.ts';
import type { Feeds } from './contracts/model.ts';
import type { ExplainRequest, Explainer, HeatMap } from './contracts/explainer.ts';
import type { Objective } from './contracts/objective.ts';
import { imageInputOf, type ImageInput } from './image-input.ts';
import { fromFloat32 } from './tensor/from-float32.ts';
import type { Tensor } from './tensor/tensor.ts';
import { toFloat32 } from './tensor/to-float32.ts';

/** What the elements of the image are multiplied by; those of pytorch-grad-cam. */
const FACTORS = [0.9, 1, 1.1] as const;

/** Keeps the range of a map that is the same everywhere off zero; pytorch-grad-cam's value. */
const EPSILON = 1e-7;

/**
 * An explainer smoothed over versions of the image: the mean of its maps of the image as it is and flipped, each multiplied by 0.9, 1 and
 * 1.1 as the model is fed it; each map is flipped back and brought to 0..1 by its lowest and highest value first. Gildenblat and contributors 2021,
 * pytorch-grad-cam, `aug_smooth`.
 *
 * Flips are left out where what is explained has a place of its own, such as a box or a pixel, which a flip would move.
 */
export function augmented(explainer: Explainer): Explainer {
  return {
    async explain(request) {
      const { model, feeds, objective, progress } = request;
      const image = imageInputOf(model, feeds, request.image);
      const flips = isOfWholeImage(objective) ? [false, true] : [false];
      const versions = flips.flatMap((isFlipped) => FACTORS.map((factor) => ({ isFlipped, factor })));
      const batch = batchOf(feeds);
      let means: HeatMap[] = [];
      for (const [at, { isFlipped, factor }] of versions.entries()) {
        request.signal?.throwIfAborted();
        const changed: ExplainRequest = {
          ...request,
          feeds: changedFeeds(feeds, image, { isFlipped, factor }),
          ...(progress && { progress: (done, total) => progress(at * total + done, versions.length * total) }),
        };
        const maps = await explainer.explain(changed);
        if (at === 0) means = maps.map((map) => ({ ...map, data: new Float32Array(map.data.length) }));
        for (let sample = 0; sample < batch; sample += 1)
          add(means[sample]!, maps[sample]!, isFlipped, versions.length);
      }
      return means;
    },
  };
}

/** Whether nothing that an objective reads has a place of its own: one number of a sample's list of them, or all of them. */
function isOfWholeImage(objective: Objective): boolean {
  const open: Objective[] = [objective];
  for (const each of open) {
    if (each.kind === 'sum') for (const { of } of each.terms) open.push(of);
    if (each.kind === 'score' && each.index.some((index) => index.length !== 1)) return false;
    if (each.kind === 'cotangent' && Object.values(each.cotangents).some(({ dims }) => dims.length > 2)) return false;
  }
  return true;
}

/** The image multiplied and, where it is flipped, every mask `[N, height, width]` of it flipped too. */
function changedFeeds(
  feeds: Feeds,
  image: ImageInput,
  { isFlipped, factor }: { readonly isFlipped: boolean; readonly factor: number },
): Feeds {
  const { name, height, width, channels, size, channelStride, pixelStride } = image;
  return Object.fromEntries(
    Object.entries(feeds).map(([input, tensor]): [string, Tensor] => {
      if (input === name) {
        const values = toFloat32(tensor);
        const changed = new Float32Array(values.length);
        for (let start = 0; start < values.length; start += size) {
          for (let channel = 0; channel < channels; channel += 1) {
            for (let pixel = 0; pixel < height * width; pixel += 1) {
              const from = isFlipped ? mirrored(pixel, width) : pixel;
              const offset = start + channel * channelStride;
              changed[offset + pixel * pixelStride] = factor * values[offset + from * pixelStride]!;
            }
          }
        }
        return [input, fromFloat32(changed, image.type, tensor.dims)];
      }
      const { dims } = tensor;
      const data = tensor.data as Float32Array;
      if (!isFlipped || dims.length !== 3 || dims[1] !== height || dims[2] !== width) return [input, tensor];
      const flipped = data.map((_, at) => data[mirrored(at, width)]!);
      return [input, { ...tensor, data: flipped } as Tensor];
    }),
  );
}

/** Where a place lies when each row is read from its end. */
function mirrored(place: number, width: number): number {
  const column = place % width;
  return place - column + (width - 1 - column);
}

function add(mean: HeatMap, { data, width }: HeatMap, isFlipped: boolean, count: number): void {
  const low = data.reduce((least, value) => Math.min(least, value), Infinity);
  const high = data.reduce((most, value) => Math.max(most, value), -Infinity);
  for (let place = 0; place < data.length; place += 1) {
    const value = data[isFlipped ? mirrored(place, width) : place]!;
    mean.data[place]! += (value - low) / (high - low + EPSILON) / count;
  }
}
