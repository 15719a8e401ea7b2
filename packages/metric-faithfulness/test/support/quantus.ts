import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { float32 } from '@understory/core';
import type { Feeds, HeatMap, Measurement, MetricRequest } from '@understory/core';
import { ChainModel, flatten, linear, pointwiseConvolution, relu } from '@understory/testing';
import { goldens, mapOf } from './networks.ts';

interface Weights {
  readonly weights: readonly (readonly number[])[];
  readonly bias: readonly number[];
}

/** A network with pictures, maps and masks: those that `tools/golden/quantus_metrics.py` measured. */
export interface QuantusCase {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly convolution: Weights;
  readonly linear: Weights;
  readonly pictures: readonly (readonly number[])[];
  readonly maps: readonly (readonly number[])[];
  readonly targets: readonly number[];
  readonly masks: readonly (readonly number[])[];
  readonly explained: readonly (readonly number[])[];
}

type Values = readonly number[];
type Curves = readonly Values[];

interface Golden {
  readonly cases: Readonly<Record<'grey' | 'colour', QuantusCase>>;
  readonly complexity: { complexity: Values; effective: Readonly<Record<string, Values>>; sparseness: Values };
  readonly faithfulnessCorrelation: { values: Values; subsets: readonly Curves[] };
  readonly faithfulnessEstimate: Readonly<Record<string, Values>>;
  readonly monotonicity: {
    pictures: Curves;
    aix360: readonly { target: number; value: boolean }[];
    quantus: readonly boolean[];
  };
  readonly monotonicityCorrelation: { values: Values; steps: number; draws: number; drawn: Curves };
  readonly infidelity: { patch: number; values: Values; captum: Values };
  readonly regionPerturbation: Readonly<
    Record<'grey' | 'colour', { patch: number; regions: number; morf: Curves; lerf: Curves }>
  >;
  readonly localisation: Readonly<Record<string, Values>>;
  readonly robustness: {
    continuity: Readonly<Record<string, Values>>;
    lipschitz: { values: Values; draws: number; noise: readonly Curves[] };
  };
  readonly randomLogit: { values: Values; others: Values };
}

/** What Quantus, AIX360 and Captum measure. */
export const golden = JSON.parse(readFileSync(join(goldens, 'quantus/metrics.json'), 'utf8')) as Golden;

/** The request that Quantus was given, all samples in one batch; other pictures, targets or maps where they are named. */
export function quantusRequest(
  name: 'grey' | 'colour',
  changes: Partial<Pick<QuantusCase, 'pictures' | 'targets' | 'maps'>> = {},
): MetricRequest {
  const { channels, height, width, convolution, linear: head, ...rest } = golden.cases[name];
  const { pictures, targets, maps } = { ...rest, ...changes };
  return {
    model: new ChainModel({
      input: [channels, height, width],
      steps: [
        pointwiseConvolution('conv', convolution.weights, convolution.bias),
        relu('features'),
        flatten('flat'),
        linear('logits', head.weights, head.bias),
      ],
    }),
    feeds: { pixels: float32(Float32Array.from(pictures.flat()), [pictures.length, channels, height, width]) },
    objective: { kind: 'score', output: 'logits', index: targets.map((target) => [target]) },
    maps: maps.map((map) => mapOf(height, width, map)),
    seed: 0,
  };
}

/** The explainer that Quantus was given: a pixel's brightness times its weight for the class, plus 0.3 of its square. */
export function explained(name: 'grey' | 'colour', feeds: Feeds, targets: readonly number[]): readonly HeatMap[] {
  const { channels, height, width, explained: weights } = golden.cases[name];
  const pixels = feeds['pixels']!.data as Float32Array;
  return targets.map((target, sample) =>
    mapOf(
      height,
      width,
      Array.from({ length: height * width }, (_, place) => {
        let brightness = 0;
        for (let channel = 0; channel < channels; channel += 1) {
          brightness += pixels[(sample * channels + channel) * height * width + place]!;
        }
        return brightness * weights[target]![place]! + 0.3 * brightness ** 2;
      }),
    ),
  );
}

/** The values of measurements, NaN where there is none. */
export function valuesOf(measurements: readonly Measurement[]): number[] {
  return measurements.map(({ value }) => value ?? NaN);
}

/** The largest difference of two lists, relative to the largest size of the second. */
export function apart(found: Values, expected: Values): number {
  const size = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, at) => Math.abs(found[at]! - value))) / size;
}
