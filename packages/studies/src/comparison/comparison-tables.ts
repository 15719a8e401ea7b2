import type { Table } from '@understory/experiments';
import type { ExaminedWith } from '../examination/examination.ts';
import type { ComparisonRow } from './comparison-rows.ts';
import { alike } from './map-pair.ts';
import { measuresOf } from './measures.ts';

/** The finished tables of a comparison: a line for each number of an image with that of either network, and one for each pair of maps. */
export const comparisonTables = ({ metrics }: Pick<ExaminedWith, 'metrics'>): readonly Table<ComparisonRow>[] => [
  {
    name: 'measures',
    records: (row) =>
      measuresOf(row, metrics).map(({ part, measure, title, first, second }) => ({
        ...{ part, measure, title, first, second },
        difference: first === null || second === null ? null : second - first,
      })),
  },
  {
    name: 'decisions',
    records: ({ label, same, first, second }) => [
      {
        ...{ label, same, first: first.predictedLabel ?? first.predicted, firstProbability: first.probability },
        ...{ second: second.predictedLabel ?? second.predicted, secondProbability: second.probability },
      },
    ],
  },
  {
    name: 'maps',
    records: ({ maps }) =>
      maps.map(({ explainer, height, width, first, second }) => {
        const { correlation = null, overlap = null } = alike(first, second);
        return { explainer, height, width, correlation, overlap };
      }),
  },
];
