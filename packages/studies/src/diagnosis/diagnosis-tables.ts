import type { Table } from '@understory/experiments';
import type { DiagnosisRow } from './diagnosis-rows.ts';

/** The finished tables of a diagnosis: a line an image, a measurement, a pair of maps, and a disturbance. */
export const diagnosisTables: readonly Table<DiagnosisRow>[] = [
  {
    name: 'images',
    records: ({ label, decision, probability, margin, correct, flips }) => [
      {
        ...{ label, decision, probability, margin, correct },
        ...Object.fromEntries(flips.map(({ mask, epsilon }) => [`flip ${mask}`, epsilon])),
      },
    ],
  },
  {
    name: 'measurements',
    records: ({ measurements }) =>
      measurements.map(({ explainer, metric, value, reason }) => ({ explainer, metric, value, reason })),
  },
  { name: 'similarities', records: ({ similarities }) => similarities },
  { name: 'disturbances', records: ({ disturbances }) => disturbances.map(({ item: _, ...row }) => row) },
  {
    name: 'attacks',
    records: ({ attacks }) => attacks.map(({ item: _, checks: __, warnings: ___, ...row }) => row),
  },
];
