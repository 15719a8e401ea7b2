import { float32 } from '@understory/core';
import type { Explainer, HeatMap, Objective } from '@understory/core';
import { ChainModel, flatten, linear, relu } from '@understory/testing';

export const wave = (length: number, speed: number): number[] =>
  Array.from({ length }, (_, at) => Math.sin(speed * (at + 1)));

const dims = [3, 4, 2] as const;

/** A network of three classes whose weights follow from `speed`. */
export function network(speed = 1): ChainModel {
  const weights = [1, 2, 3].map((row) => wave(24, speed * row));
  return new ChainModel({
    input: dims,
    steps: [relu('features'), flatten('flat'), linear('logits', weights, [0, 1, 2])],
  });
}

export const feeds = { pixels: float32(Float32Array.from(wave(72, 0.9)), [3, ...dims]) };
export const objective: Objective = { kind: 'score', output: 'logits', index: [[0], [2], [1]] };

/** The map of one image `[channels, height, width]`. */
export async function mapOf(
  explainer: Explainer,
  x: readonly number[],
  [channels, height, width]: readonly [number, number, number],
  seed = 0,
): Promise<HeatMap> {
  const model = new ChainModel({
    input: [channels, height, width],
    steps: [flatten('flat'), linear('logits', [x.map(() => 1)], [0])],
  });
  const own = { pixels: float32(Float32Array.from(x), [1, channels, height, width]) };
  const one: Objective = { kind: 'score', output: 'logits', index: [[0]] };
  const [map] = await explainer.explain({ model, feeds: own, objective: one, seed });
  return map!;
}
