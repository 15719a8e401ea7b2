import { elementCount } from '@understory/core';
import type { Feeds, Objective, Tensor } from '@understory/core';

/** One sample of a batch, as a batch of one. */
export function sampleOfTensor<T extends Tensor>(tensor: T, sample: number): T {
  const dims = [1, ...tensor.dims.slice(1)];
  const size = elementCount(dims);
  return { ...tensor, dims, data: tensor.data.slice(sample * size, (sample + 1) * size) };
}

/** The feeds of one sample, as a batch of one. */
export function sampleOfFeeds(feeds: Feeds, sample: number): Feeds {
  return Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, sampleOfTensor(tensor, sample)]));
}

/** The objective of one sample, for a batch of one. */
export function sampleOfObjective(objective: Objective, sample: number): Objective {
  switch (objective.kind) {
    case 'score':
      return { ...objective, index: objective.index.slice(sample, sample + 1) };
    case 'crossEntropy':
      return { ...objective, target: objective.target.slice(sample, sample + 1) };
    case 'similarity':
      return { ...objective, to: sampleOfTensor(objective.to, sample) };
    case 'sum':
      return {
        kind: 'sum',
        terms: objective.terms.map(({ weight, of }) => ({ weight, of: sampleOfObjective(of, sample) })),
      };
    case 'cotangent':
      return { kind: 'cotangent', cotangents: sampleOfFeeds(objective.cotangents, sample) };
  }
}
