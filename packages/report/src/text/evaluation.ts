import { rangeText } from '@understory/core';
import type { Comparison, EvaluationParameters, EvaluationSummary, MetricSummary } from '@understory/studies';
import {
  count,
  meanText,
  number,
  paperAreasFor,
  percent,
  probability,
  range,
  splitComparisons,
  verdict,
} from '@understory/studies/results';
import { columns, type Style } from './columns.ts';

/** More pairs than this are not read in a terminal. */
const mostPairs = 10;

/** What a run found, as tables: a mean for each explainer, its difference from the reference, and those of the other pairs if they are few. */
export function evaluationText(
  { images, accuracy, metrics: found }: EvaluationSummary,
  parameters: EvaluationParameters,
  style: Style,
): string {
  const right =
    accuracy.n === 0 ? '' : `, ${accuracy.correct} of ${accuracy.n} classified correctly (${percent(accuracy.share)})`;
  return [
    `${count(images, 'image')}${right}\n`,
    ...found.map((summary) => metricText(summary, parameters, style)),
  ].join('');
}

function metricText(summary: MetricSummary, parameters: EvaluationParameters, style: Style): string {
  const { explainers, better, reference } = summary;
  const { withReference, others } = splitComparisons(summary);
  const metric = parameters.metrics.find(({ name }) => name === summary.metric)!;
  const paper = paperAreasFor(metric, parameters);
  const preset = metric.preset === null ? '' : `, preset ${metric.preset}`;
  const direction = better === 'neither' ? '' : `, ${better} is better`;
  const values = metric.range === undefined ? '' : `, ${rangeText({ ...metric, range: metric.range })}`;
  const hasFlat = explainers.some(({ flat }) => flat > 0);
  const means = explainers.map((each) => [
    style.cyan(each.explainer),
    meanText(each),
    range(each.interval),
    number(each.quartiles?.[1]),
    String(each.n),
    String(each.undefined),
    ...(hasFlat ? [String(each.flat)] : []),
    ...(paper ? [number(paper[each.explainer])] : []),
  ]);
  const reasons = explainers.flatMap(({ explainer, reasons: why }) =>
    why.map((each) => `  ${explainer}: ${count(each.count, 'image')} without a value: ${each.reason}\n`),
  );
  return [
    `\n${style.bold(metric.name)}${preset}${direction}${values}\n`,
    columns(means, {
      indent: 2,
      right: [1, 2, 3, 4, 5, 6, 7],
      head: [
        'explainer',
        'mean',
        '95 % interval',
        'median',
        'images',
        'undefined',
        ...(hasFlat ? ['flat maps'] : []),
        ...(paper ? ["paper's, its network"] : []),
      ],
    }),
    ...(paper ? ["  the paper: Zheng, Can't See the Forest for the Trees, section 5.2; its own network\n"] : []),
    ...reasons,
    ...(withReference.length === 0
      ? []
      : [`  on the same images, minus ${reference}:\n`, differences(withReference, better, style)]),
    ...otherPairs(others, better, style),
  ].join('');
}

function otherPairs(pairs: readonly Comparison[], better: MetricSummary['better'], style: Style): readonly string[] {
  if (pairs.length === 0) return [];
  if (pairs.length > mostPairs) {
    return [`  ${pairs.length} pairs of other explainers on the same images: in the report\n`];
  }
  const named = pairs.map((each) => ({ ...each, explainer: `${each.explainer} − ${each.reference}` }));
  return ['  on the same images, each minus each other:\n', differences(named, better, style)];
}

function differences(comparisons: readonly Comparison[], better: MetricSummary['better'], style: Style): string {
  const hasExcluded = comparisons.some(({ excluded }) => excluded > 0);
  const lines = comparisons.map((each) => [
    style.cyan(each.explainer),
    number(each.difference),
    range(each.interval),
    String(each.n),
    ...(hasExcluded ? [String(each.excluded)] : []),
    probability(each.pValue),
    probability(each.correctedPValue),
    number(each.effectSize, 2),
    each.difference === null ? 'no image in common' : verdictText(verdict(each, better), style),
  ]);
  return columns(lines, {
    indent: 2,
    right: hasExcluded ? [1, 2, 3, 4, 5, 6, 7] : [1, 2, 3, 4, 5, 6],
    head: [
      ...['explainer', 'difference', '95 % interval', 'images'],
      ...(hasExcluded ? ['left out'] : []),
      ...['p', 'p (Holm)', 'dz', ''],
    ],
  });
}

function verdictText(found: ReturnType<typeof verdict>, style: Style): string {
  if (found === 'better') return style.green(found);
  if (found === 'worse') return style.yellow(found);
  return found === 'differs' ? 'different' : 'no significant difference';
}
