import type { SeededRandom } from '@understory/core';
import type { AttackedItem, AttackPlan } from '../attack/attack-plan.ts';
import { attackTogether } from '../attack/attack-experiment.ts';
import type { AttackRow } from '../attack/attack-rows.ts';
import type { NamedAttack } from '../attack/choose-attacks.ts';
import type { ChosenImage } from '../environment.ts';
import { maskOf } from './examination.ts';

/** Tries budgets from the smallest; a mask through which an attack succeeded, or that refuses, is done. */
export async function climb(
  plan: Omit<AttackPlan, 'attacks'>,
  all: readonly NamedAttack[],
  item: ChosenImage,
  random: SeededRandom,
): Promise<{ readonly rows: readonly AttackRow[]; readonly attacked: readonly AttackedItem[] }> {
  const rows: AttackRow[] = [];
  const attacked: AttackedItem[] = [];
  const done = new Set<string>();
  for (const rung of byBudget(all)) {
    const attacks = rung.filter(({ record }) => !done.has(maskOf(record)));
    if (attacks.length === 0) break;
    const keep = async (own: AttackedItem) => void attacked.push(own);
    const [outcome] = await attackTogether({ ...plan, attacks, keep }, [item], [random]);
    if (outcome === undefined || 'error' in outcome) throw outcome?.error;
    for (const row of outcome.rows) {
      rows.push(row);
      if (row.success !== false) done.add(maskOf({ name: row.attack }));
    }
  }
  return { rows, attacked };
}

/** Attacks in groups of one budget each, ascending. */
export function byBudget(attacks: readonly NamedAttack[]): readonly (readonly NamedAttack[])[] {
  const rungs = new Map<number, NamedAttack[]>();
  for (const each of attacks) {
    const { epsilon } = each.record.budget;
    rungs.set(epsilon, [...(rungs.get(epsilon) ?? []), each]);
  }
  return [...rungs].sort(([a], [b]) => a - b).map(([, rung]) => rung);
}
