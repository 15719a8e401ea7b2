import type { Table } from '@understory/experiments';
import type { AttackRow } from './attack-rows.ts';

/** The finished tables of a run of attacks: a line an attack on an image, and a line for each evaluation of the network. */
export const attackTables: readonly Table<AttackRow>[] = [
  {
    name: 'attacks',
    records({ trajectory: _, value, checks, transfer, warnings, ...row }) {
      return [
        {
          ...row,
          ...named('value', value ?? null),
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
      (trajectory?.logit ?? []).map((logit, evaluation) => ({
        ...{ attack, evaluation, probability: trajectory!.probability[evaluation] ?? null, logit },
        originalProbability: trajectory!.originalProbability[evaluation] ?? null,
        originalLogit: trajectory!.originalLogit[evaluation] ?? null,
      })),
  },
];

function named(name: string, values: object | null): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values ?? {}).map(([key, value]) => [`${name}.${key}`, value]));
}
