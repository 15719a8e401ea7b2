import { objectiveOf, type Objective, type Subject } from '@understory/core';
import { emptyAnswer } from '../common/targets.ts';
import { studyErrors } from '../errors.ts';

/** A class score of one subject's model, as another subject of the same model has it, whose backend may call tensors otherwise; throws TARGET_ELSEWHERE. */
export function elsewhere(objective: Objective, measured: Subject, own: Subject): Objective {
  if (measured === own) return objective;
  const targets =
    objective.kind === 'score' && own.classes !== undefined
      ? objective.index.flatMap(([index]) => own.targets(`${index}`, emptyAnswer) ?? [])
      : [];
  if (objective.kind !== 'score' || targets.length !== objective.index.length) {
    throw studyErrors.targetElsewhere({ found: `a ${objective.kind} objective of ${own.task}` });
  }
  return objectiveOf(targets);
}
