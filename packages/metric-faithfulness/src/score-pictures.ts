import { append, fromFloat32, takeFeeds, takeObjective } from '@understory/core';
import type { MetricRequest, OptionSchema } from '@understory/core';
import type { Samples } from './samples.ts';
import { scoreReader } from './score.ts';
import type { Score } from './score.ts';

/** How many changed pictures go through the model at once. */
export const batchOption = {
  batch: {
    type: 'integer',
    default: 32,
    range: [1, 4096],
    description: 'How many images per batch; changes no result.',
  },
} as const satisfies OptionSchema;

/** A changed picture of a sample; `pixels` holds until the next one is asked for. */
export interface Picture {
  readonly sample: number;
  readonly pixels: Float32Array;
}

/** The score of each picture, in their order; the other inputs of the model stay those of the sample. */
export async function scorePictures(
  request: MetricRequest,
  { input }: Samples,
  pictures: Iterable<Picture>,
  { score, batch }: { readonly score: Score; readonly batch: number },
): Promise<readonly number[]> {
  const { model, feeds, objective, signal } = request;
  const reader = scoreReader(score, request, input.name);
  const otherFeeds = Object.fromEntries(Object.entries(feeds).filter(([name]) => name !== input.name));
  const scores: number[] = [];
  let pixels: Float32Array | undefined;
  let samples: number[] = [];

  const flush = async () => {
    signal?.throwIfAborted();
    const filled = pixels!.subarray(0, samples.length * input.size);
    // Others for the next batch, for a backend may keep what it is fed.
    pixels = undefined;
    const outputs = await model.run(
      {
        ...takeFeeds(otherFeeds, samples),
        [input.name]: fromFloat32(filled, input.type, [samples.length, ...input.dims.slice(1)]),
      },
      reader.outputs,
    );
    append(scores, reader.read(takeObjective(objective, samples), outputs, samples));
    samples = [];
  };

  for (const picture of pictures) {
    pixels ??= new Float32Array(batch * input.size);
    pixels.set(picture.pixels, samples.length * input.size);
    samples.push(picture.sample);
    if (samples.length === batch) await flush();
  }
  if (samples.length > 0) await flush();
  return scores;
}
