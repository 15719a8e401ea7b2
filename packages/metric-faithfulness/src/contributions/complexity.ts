import { complexity } from '../complexity/complexity.ts';
import { effectiveComplexity } from '../complexity/effective-complexity.ts';
import { sparseness } from '../complexity/sparseness.ts';
import { quantusEffectiveComplexity } from '../presets.ts';
import type { ContributedMetric } from './contributed-metric.ts';

/** Metrics of the map alone. */
export const complexityMetrics: readonly ContributedMetric[] = [
  {
    id: 'sparseness',
    title: 'Sparseness',
    description: 'Measures how concentrated the map is, by the Gini index.',
    reference: 'Chalasani et al. 2020, section 4.3',
    formula: String.raw`\frac{\sum_{i=1}^{n} (2 i - n - 1) \, |M|_{(i)}}{n \sum_{i=1}^{n} |M|_{(i)}}`,
    metric: sparseness,
  },
  {
    id: 'complexity',
    title: 'Complexity',
    description: 'Measures how many pixels share the map, by the entropy of their parts of it.',
    reference: 'Bhatt et al. 2020, definition 4',
    formula: String.raw`-\sum_i p_i \ln p_i, \quad p_i = \frac{|M_i|}{\sum_j |M_j|}`,
    metric: complexity,
  },
  {
    id: 'effective-complexity',
    title: 'Effective complexity',
    description: 'Counts the pixels whose value is more than a fraction of the largest.',
    reference: 'Nguyen and Martínez 2020',
    formula: String.raw`\bigl| \{ i : |M_i| > \varepsilon \max_j |M_j| \} \bigr|`,
    presets: { quantus: quantusEffectiveComplexity },
    metric: effectiveComplexity,
  },
];
