import type { Feeds } from './contracts/model.ts';
import type { Objective } from './contracts/objective.ts';
import { elementCount } from './tensor/tensor.ts';
import type { Tensor } from './tensor/tensor.ts';

/** Some samples of a batch in the order in which they are named, each as often as it is. */
export function takeTensor<T extends Tensor>(tensor: T, samples: readonly number[]): T {
  const [, ...rest] = tensor.dims;
  const size = elementCount(rest);
  const data = new (tensor.data.constructor as new (length: number) => Float32Array)(samples.length * size);
  const source = tensor.data as Float32Array;
  samples.forEach((sample, at) => data.set(source.subarray(sample * size, (sample + 1) * size), at * size));
  return { ...tensor, dims: [samples.length, ...rest], data };
}

/** The feeds of some samples, as `takeTensor` takes them. */
export function takeFeeds(feeds: Feeds, samples: readonly number[]): Feeds {
  return Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, takeTensor(tensor, samples)]));
}

/** The objective of some samples, as `takeTensor` takes them. */
export function takeObjective(objective: Objective, samples: readonly number[]): Objective {
  switch (objective.kind) {
    case 'score':
      return { ...objective, index: samples.map((sample) => objective.index[sample]!) };
    case 'crossEntropy':
      return { ...objective, target: samples.map((sample) => objective.target[sample]!) };
    case 'sum':
      return {
        kind: 'sum',
        terms: objective.terms.map(({ weight, of }) => ({ weight, of: takeObjective(of, samples) })),
      };
    case 'cotangent':
      return { kind: 'cotangent', cotangents: takeFeeds(objective.cotangents, samples) };
  }
}

/** `count` things in as few batches of at most `largest` as it takes, their sizes as even as can be, so that a backend meets few sizes. */
export function evenBatches(
  count: number,
  largest: number,
): readonly { readonly start: number; readonly end: number }[] {
  const batches = Math.ceil(count / largest);
  return Array.from({ length: batches }, (_, at) => ({
    start: Math.floor((at * count) / batches),
    end: Math.floor(((at + 1) * count) / batches),
  }));
}
