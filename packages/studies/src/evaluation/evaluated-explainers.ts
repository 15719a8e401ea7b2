import { explainerRecord } from '../common/experiment-record.ts';
import type { Setup } from '../setup/setup.ts';
import type { NamedMetric } from './choose-metrics.ts';
import { randomOrder, type EvaluatedExplainer } from './evaluation-rows.ts';

/** The explainers of a run with what a record says of them, behind them the random order where a metric measures it. */
export function evaluatedExplainers(
  setup: Setup,
  metrics: readonly Pick<NamedMetric, 'randomOrder'>[],
): readonly EvaluatedExplainer[] {
  const listed = setup.host.list('explainer');
  const baseline: EvaluatedExplainer = { name: randomOrder, title: 'Pixels in a random order' };
  return [
    ...setup.selections.map((selection): EvaluatedExplainer => {
      const { title = selection.id, reference } = listed.find(({ id }) => id === selection.id) ?? {};
      const { name, options: settings } = explainerRecord(setup, selection);
      return { name, title, options: settings, ...(reference !== undefined && { reference }) };
    }),
    ...(metrics.some((metric) => metric.randomOrder !== undefined) ? [baseline] : []),
  ];
}
