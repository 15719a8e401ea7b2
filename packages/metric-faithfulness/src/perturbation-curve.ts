import type { Measurement, Metric, OptionSchema, OptionValues } from '@understory/core';
import { standardDeviation } from '@understory/statistics';
import { areaUnder } from './area.ts';
import { measureCurves } from './curve.ts';
import { perturbationOf, perturbationOptions } from './perturbations/perturbation-options.ts';
import { interpolationOption } from './pixel-scores.ts';
import { replacementsBy } from './replacements.ts';
import { samplesOf } from './samples.ts';
import { batchOption } from './score-pictures.ts';
import { countsInSteps } from './steps.ts';
import type { End } from './walk.ts';

/** The settings that deletion and insertion share; each has its own defaults. */
export const curveOptions = {
  order: {
    type: 'choice',
    default: 'descending',
    choices: ['descending', 'ascending', 'random'],
    description: 'Which pixels come first: the most important, the least important, or any, which ignores the map.',
  },
  repeats: {
    type: 'integer',
    default: 5,
    range: [1, 1000],
    description: 'How many random orders are averaged.',
  },
  ...perturbationOptions,
  score: {
    type: 'choice',
    default: 'normalised-logit',
    choices: ['normalised-logit', 'logit', 'probability'],
    description: 'What the curve is drawn of.',
  },
  fraction: { type: 'number', default: 0.5, range: [0, 1], description: 'The fraction of the pixels that is changed.' },
  steps: {
    type: 'integer',
    default: 100,
    range: [1, 100_000],
    description: 'How many steps it takes; each changes the same number of pixels, rounded up.',
  },
  ...interpolationOption,
  ...batchOption,
} as const satisfies OptionSchema;

export type CurveOptions = OptionValues<typeof curveOptions>;

/** The metric of the area under a perturbation curve that starts at one end. */
export function perturbationCurve(start: End, options: CurveOptions): Metric {
  const { order, score, repeats, fraction, steps, interpolation, batch } = options;
  const replacementOf = replacementsBy(perturbationOf(options));
  return {
    better: betterOf(start, options),
    range: score === 'probability' ? [0, fraction] : [-Infinity, Infinity],
    async evaluate(request) {
      const found = await measureCurves(request, samplesOf(request), {
        start,
        orders: [order],
        repeats,
        counts: (pixels) => countsInSteps(pixels, fraction, steps),
        replacementOf,
        score,
        interpolation,
        batch,
      });
      return found.map((sample): Measurement => {
        if ('reason' in sample) return { value: undefined, reason: sample.reason };
        const { x, curves, ends, ties } = sample;
        const y = x.map((_, at) => mean(curves.map((curve) => curve[at]!)));
        const areas = curves.map((curve) => areaUnder({ x, y: curve }));
        const { value: spread } = standardDeviation(order === 'random' ? areas : []);
        return {
          value: mean(areas),
          curve: { x, y },
          details: { ...ends, ...ties, ...(spread === undefined ? {} : { spread }) },
        };
      });
    },
  };
}

function betterOf(start: End, { order }: CurveOptions): Metric['better'] {
  if (order === 'random') return 'neither';
  return (start === 'original') === (order === 'descending') ? 'lower' : 'higher';
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
