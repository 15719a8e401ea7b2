import type { Table } from '@understory/experiments';
import type { AttackRow } from './attack-rows.ts';

/** The finished tables of a run of attacks: a line an attack on an image, and a line for each evaluation of the network. */
export const attackTables: readonly Table<AttackRow>[] = [
  {
    name: 'attacks',
    records({ trajectory: _, checks, transfer, warnings, ...row }) {
      return [
        {
          ...row,
          ...named('checks', checks),
          ...named('transfer', transfer),
          warnings: warnings.length === 0 ? null : warnings.join('; '),
        },
      ];
    },
  },
  {
    name: 'trajectories',
    records: ({ attack, trajectory }) =>
      (trajectory?.probability ?? []).map((probability, evaluation) => ({
        ...{ attack, evaluation, probability },
        logit: trajectory!.logit[evaluation]!,
        originalProbability: trajectory!.originalProbability[evaluation]!,
        originalLogit: trajectory!.originalLogit[evaluation]!,
      })),
  },
];

function named(name: string, values: object | null): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values ?? {}).map(([key, value]) => [`${name}.${key}`, value]));
}
