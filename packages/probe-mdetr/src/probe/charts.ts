import type { ProbeChart } from '@understory/core';
import type { MeanEstimate } from '@understory/statistics';
import {
  boxOutcomes,
  controlMoves,
  disagrees,
  exchangeMeasures,
  forcedMoves,
  mapInBox,
  mapInOther,
  matched,
  onGrey,
  onOther,
  onShuffled,
  right,
  uniformInBox,
  type Measure,
} from './measures.ts';
import type { Group } from './tally.ts';

/** Questions that are shown together. */
export interface NamedGroup {
  readonly title: string;
  readonly group: Group;
}

export type EstimateOf = (group: Group, measure: Measure) => MeanEstimate;

interface ChartPlan extends Pick<ProbeChart, 'title' | 'axis'> {
  readonly unit?: ProbeChart['unit'];
  readonly series: readonly { readonly name: string; readonly measure: Measure }[];
  readonly chance?: number;
}

const named = (measures: readonly Measure[]) => measures.map((measure) => ({ name: measure.title, measure }));
const axis = 'fraction of questions';

const plans = {
  answers: [
    {
      ...{ title: 'Which questions are answered right', axis },
      series: [
        { name: 'the picture', measure: right },
        { name: 'a grey picture', measure: onGrey },
        { name: 'patches shuffled', measure: onShuffled },
        { name: 'another image', measure: onOther },
      ],
    },
    {
      ...{ title: 'Two answers and the two pictures in which they are right', axis, chance: 0.5 },
      series: [{ name: 'told apart', measure: matched }],
    },
  ],
  phrasings: [{ ...{ title: 'Phrasings of one question', axis }, series: named([disagrees]) }],
  exchange: [{ ...{ title: 'Left and right exchanged', axis }, series: named(exchangeMeasures) }],
  boxes: [{ ...{ title: 'Boxes and answers', axis }, series: named(boxOutcomes) }],
  maps: [
    {
      ...{ title: 'Where maps lie', axis: 'fraction of the map' },
      series: [
        { name: 'inside the thing asked about', measure: mapInBox },
        { name: 'inside the other thing', measure: mapInOther },
        { name: 'the picture itself', measure: uniformInBox },
      ],
    },
    {
      title: 'Where maps of forced answers move',
      axis: 'fraction of the map that goes from the thing asked about to the other',
      ...{ unit: 'number', chance: 0 },
      series: [
        { name: 'the answer of the other thing', measure: forcedMoves },
        { name: 'an answer of no thing', measure: controlMoves },
      ],
    },
  ],
} as const satisfies Readonly<Record<string, readonly ChartPlan[]>>;

/** What the numbers of one part look like beside each other and beside chance; charts of nothing are left out. */
export function chartsOf(
  part: keyof typeof plans,
  groups: readonly NamedGroup[],
  estimateOf: EstimateOf,
): readonly ProbeChart[] {
  const all: readonly ChartPlan[] = plans[part];
  const charts = all.map(({ title, axis: of, unit = 'share', series, chance }): ProbeChart => ({
    ...{ title, axis: of, unit },
    rows: groups.flatMap(({ title: name, group }) => {
      const marks = series.flatMap((each) => {
        const { estimate, interval } = estimateOf(group, each.measure);
        return estimate === null ? [] : [{ series: each.name, value: estimate, interval }];
      });
      return marks.length === 0 ? [] : [{ name, marks, ...(chance !== undefined && { chance }) }];
    }),
  }));
  return charts.filter(({ rows }) => rows.length > 0);
}
