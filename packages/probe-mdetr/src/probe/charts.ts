import type { ProbeChart } from '@understory/core';
import type { MeanEstimate } from '@understory/statistics';
import {
  boxMeasures,
  controlMoves,
  disagrees,
  exchangeMeasures,
  forcedMoves,
  mapInBox,
  mapInOther,
  matched,
  onGrey,
  onShuffled,
  right,
  uniformInBox,
  type Measure,
} from './measures.ts';
import type { Group } from './tally.ts';

export interface NamedGroup {
  readonly title: string;
  readonly group: Group;
}

type EstimateOf = (group: Group, measure: Measure) => MeanEstimate;

/** What the numbers of a run look like beside each other and beside chance. */
export function chartsOf(groups: readonly NamedGroup[], estimateOf: EstimateOf): readonly ProbeChart[] {
  const chart = (
    head: Pick<ProbeChart, 'title' | 'axis'> & { readonly unit?: ProbeChart['unit'] },
    series: readonly { readonly name: string; readonly measure: Measure }[],
    chance?: number,
  ): ProbeChart => ({
    ...{ unit: 'share', ...head },
    rows: groups.flatMap(({ title, group }) => {
      const marks = series.flatMap(({ name, measure }) => {
        const { estimate, interval } = estimateOf(group, measure);
        return estimate === null ? [] : [{ series: name, value: estimate, interval }];
      });
      return marks.length === 0 ? [] : [{ name: title, marks, ...(chance !== undefined && { chance }) }];
    }),
  });
  const named = (measures: readonly Measure[]) => measures.map((measure) => ({ name: measure.title, measure }));
  const charts = [
    chart({ title: 'Which questions are answered right', axis: 'fraction of questions' }, [
      { name: 'the picture', measure: right },
      { name: 'a grey picture', measure: onGrey },
      { name: 'patches shuffled', measure: onShuffled },
    ]),
    chart(
      { title: 'Two pictures with two answers', axis: 'fraction of questions' },
      [{ name: 'matched', measure: matched }],
      0.5,
    ),
    chart({ title: 'Two phrasings of one question', axis: 'fraction of questions' }, named([disagrees])),
    chart({ title: 'Left and right exchanged', axis: 'fraction of questions' }, named(exchangeMeasures)),
    chart({ title: 'Boxes and answers', axis: 'fraction of questions' }, named(boxMeasures.slice(2))),
    chart({ title: 'Where maps lie', axis: 'share of the map' }, [
      { name: 'inside the thing asked about', measure: mapInBox },
      { name: 'inside the other thing', measure: mapInOther },
      { name: 'share of the picture', measure: uniformInBox },
    ]),
    chart(
      {
        title: 'Where maps of forced answers move',
        axis: 'share of the map, from the thing asked about to the other',
        unit: 'number',
      },
      [
        { name: 'the answer of the other thing', measure: forcedMoves },
        { name: 'an answer of no thing', measure: controlMoves },
      ],
      0,
    ),
  ];
  return charts.filter(({ rows }) => rows.length > 0);
}
