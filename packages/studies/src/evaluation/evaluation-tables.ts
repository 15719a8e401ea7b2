import type { Table } from '@understory/experiments';
import type { EvaluationRow } from './evaluation-rows.ts';

/** The finished tables of an evaluation: a line a measurement, and a line for each point of its curve. */
export const evaluationTables: readonly Table<EvaluationRow>[] = [
  {
    name: 'measurements',
    records({ curve: _, details, ...row }) {
      const further = Object.entries(details ?? {}).map(([name, value]) => [`details.${name}`, value]);
      return [{ ...row, ...Object.fromEntries(further) }];
    },
  },
  {
    name: 'curves',
    records: ({ explainer, metric, curve }) =>
      (curve?.x ?? []).map((x, at) => ({ explainer, metric, x, y: curve!.y[at]! })),
  },
];
