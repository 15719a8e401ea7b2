import type { Comparison, EvaluatedMetric, MetricSummary } from '@understory/studies';
import { number, probability, range, splitComparisons, verdict } from '@understory/studies/results';

/** What a metric's comparisons with its reference come to, a sentence each. */
export function findings(metric: EvaluatedMetric, summary: MetricSummary): readonly string[] {
  return splitComparisons(summary).withReference.map((comparison) => finding(metric, summary, comparison));
}

function finding({ title }: EvaluatedMetric, { better }: MetricSummary, comparison: Comparison): string {
  const { explainer, reference, n, excluded, difference, interval, correctedPValue } = comparison;
  if (difference === null)
    return `${explainer} and ${reference} have no image in common for which ${title.toLowerCase()} is defined.`;
  const without = excluded === 0 ? '' : `, ${excluded} excluded because one of them has no value`;
  const direction = difference < 0 ? 'below' : 'above';
  const sizes = `${number(Math.abs(difference))} ${direction} ${reference} on the same ${n} images${without} (95 % ${range(interval)}, p ${withSign(probability(correctedPValue))})`;
  switch (verdict(comparison, better)) {
    case 'better':
      return `${explainer} is better than ${reference}: its mean lies ${sizes}.`;
    case 'worse':
      return `${explainer} is worse than ${reference}: its mean lies ${sizes}.`;
    case 'differs':
      return `${explainer} differs from ${reference}: its mean lies ${sizes}.`;
    case 'undecided':
      return `No significant difference between ${explainer} and ${reference}: the mean lies ${sizes}.`;
  }
}

function withSign(text: string): string {
  return text.startsWith('<') || text === '–' ? text : `= ${text}`;
}
