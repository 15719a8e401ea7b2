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
    case 'similarity':
      return { ...objective, to: takeTensor(objective.to, samples) };
    case 'sum':
      return {
        kind: 'sum',
        terms: objective.terms.map(({ weight, of }) => ({ weight, of: takeObjective(of, samples) })),
      };
    case 'cotangent':
      return { kind: 'cotangent', cotangents: takeFeeds(objective.cotangents, samples) };
  }
}

/** The samples of several batches as one, cut to `count`; whatever else lies along the first axis is cut alike. */
export function joinTensors(parts: readonly Tensor[], count: number): Tensor {
  const [first] = parts;
  if (parts.length === 1 && first!.dims[0] === count) return first!;
  const [, ...rest] = first!.dims;
  const data = new (first!.data.constructor as new (length: number) => Float32Array)(count * elementCount(rest));
  let at = 0;
  for (const part of parts) {
    const source = (part.data as Float32Array).subarray(0, data.length - at);
    data.set(source, at);
    at += source.length;
  }
  return { type: first!.type, dims: [count, ...rest], data } as Tensor;
}

/**
 * What a network with a batch of `size` makes of `batch` samples, from its parts in order. Some tensors hold several places of each
 * sample along their first axis; one that is the same in every part holds no samples, such as a constant.
 */
export function joinParts(
  parts: readonly Tensor[],
  { batch, size }: { readonly batch: number; readonly size: number },
): Tensor {
  const [first, ...others] = parts;
  const rows = first!.dims[0] ?? 0;
  if (rows === size) return joinTensors(parts, batch);
  const isCommon = others.every(({ data }) => data.every((value, at) => value === first!.data[at]));
  return rows % size !== 0 || isCommon ? first! : joinTensors(parts, batch * (rows / size));
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
