import type { ProbeChart } from '@understory/core';
import type { MeanEstimate } from '@understory/statistics';
import { inOrder, titleOf } from './kinds.ts';
import {
  centreInBox,
  mapInBox,
  pairMeasures,
  prior,
  right,
  toldApart,
  uniformInBox,
  type Measure,
} from './measures.ts';
import type { Condition, Tally } from './tally.ts';

type EstimateOf = (condition: Condition, measure: Measure) => MeanEstimate;

/** What the numbers of a run look like beside each other and beside chance. */
export function chartsOf(tally: Tally, estimateOf: EstimateOf): readonly ProbeChart[] {
  const conditions = [...inOrder(tally.kinds.keys()).map((kind) => tally.kinds.get(kind)!), ...tally.parts.values()];
  const chart = (
    { title, axis }: Pick<ProbeChart, 'title' | 'axis'>,
    series: readonly { readonly name: string; readonly measure: Measure }[],
    chance?: number,
  ): ProbeChart => ({
    ...{ title, axis, unit: 'share' as const },
    rows: conditions.flatMap((condition) => {
      const marks = series.flatMap(({ name, measure }) => {
        const { estimate, interval } = estimateOf(condition, measure);
        return estimate === null ? [] : [{ series: name, value: estimate, interval }];
      });
      return marks.length === 0
        ? []
        : [{ name: titleOf(condition.name), marks, ...(chance !== undefined && { chance }) }];
    }),
  });
  const charts = [
    chart(
      { title: 'Which captions are told apart', axis: 'fraction of pairs' },
      [
        { name: 'told apart', measure: toldApart },
        { name: 'true caption preferred', measure: right },
        { name: 'preferred on a grey picture', measure: prior },
      ],
      0.5,
    ),
    pairChart(conditions, estimateOf),
    chart({ title: 'Where maps lie', axis: 'share inside the box of what is meant' }, [
      { name: 'map of the true caption', measure: mapInBox },
      { name: 'centred Gaussian', measure: centreInBox },
      { name: 'the box itself', measure: uniformInBox },
    ]),
  ];
  return charts.filter(({ rows }) => rows.length > 0);
}

/** Winoground's scores, each with its own chance. */
function pairChart(conditions: readonly Condition[], estimateOf: EstimateOf): ProbeChart {
  return {
    ...{ title: 'Two pictures and two captions', axis: 'fraction of fours', unit: 'share' },
    rows: conditions.flatMap((condition) =>
      pairMeasures.flatMap((measure) => {
        const { estimate: value, interval } = estimateOf(condition, measure);
        if (value === null) return [];
        const name = `${titleOf(condition.name)}: ${measure.title}`;
        return [{ name, marks: [{ series: 'all right', value, interval }], chance: measure.chance! }];
      }),
    ),
  };
}
