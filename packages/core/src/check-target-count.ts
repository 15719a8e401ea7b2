import type { Objective } from './contracts/objective.ts';
import { errors } from './errors/index.ts';

/** Throws TARGET_COUNT where an objective does not have exactly one entry a sample, in any of its terms. */
export function checkTargetCount(objective: Objective, batch: number): void {
  for (const targets of targetCounts(objective)) {
    if (targets !== batch) throw errors.targetCount({ targets, batch });
  }
}

function targetCounts(objective: Objective): readonly number[] {
  switch (objective.kind) {
    case 'score':
      return [objective.index.length];
    case 'crossEntropy':
      return [objective.target.length];
    case 'similarity':
      return [objective.to.dims[0] ?? 0];
    case 'sum':
      return objective.terms.flatMap((term) => targetCounts(term.of));
    case 'cotangent':
      return Object.values(objective.cotangents).map((cotangent) => cotangent.dims[0] ?? 0);
  }
}
