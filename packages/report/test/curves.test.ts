import { expect, it } from '@jest/globals';
import type { EvaluatedMetric } from '@understory/studies';
import { curvesFigure } from '../src/figures/curves.ts';
import { Palette } from '../src/figures/palette.ts';

const summary = { metric: 'm', better: 'higher', explainers: [], reference: null, comparisons: [] } as const;
const curve = {
  n: 3,
  x: [0, 0.5],
  y: [0, 0.25],
  standardError: [0, 0.1],
  quartiles: [
    [0, 0, 0],
    [0.1, 0.2, 0.3],
  ],
} as const;

it.each<[string, EvaluatedMetric['options'], string, string]>([
  ['deletion', { score: 'normalised-logit' }, 'normalised logit', 'pixels changed'],
  ['region-perturbation', { score: 'probability' }, 'fall of the probability', 'pixels changed'],
  ['monotonicity', { score: 'probability' }, 'probability', 'pixels brought back'],
  ['sanity', { similarity: 'rank-correlation' }, 'rank correlation', 'layers with random weights'],
])('the curve of %s says what it shows over what', (id, options, score, share) => {
  const metric: EvaluatedMetric = { name: id, id, title: id, description: '', better: 'higher', preset: null, options };
  const figure = curvesFigure('curve', 'mean', metric, summary, new Map([['one', curve]]), new Palette(['one']));
  expect(figure.caption).toContain(`The mean ${score} over 3 images`);
  expect(figure.caption.includes('the area under the curve')).toBe(id === 'deletion');
  expect(figure.svg).toContain(`${share} (%)`);
});
