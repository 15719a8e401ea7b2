import { resolveTarget } from '@understory/core';
import { targetsOf } from '../common/targets.ts';
import { studyErrors } from '../errors.ts';
import type { Setup } from '../setup/setup.ts';
import type { EvaluationTarget } from './evaluation-experiment.ts';

/** What a spec's text asks to be explained; throws TARGET_INVALID and what reading targets throws. */
export function evaluationTargetOf(text: string, { subject }: Pick<Setup, 'subject'>): EvaluationTarget {
  if (text === 'predicted') return { kind: 'predicted' };
  const { classes, labels } = subject;
  if (text === 'label') {
    if (classes !== undefined) return { kind: 'label' };
    throw studyErrors.classInvalid({ found: text, expected: `predicted, ${subject.forms.join(', ')}` });
  }
  if (classes === undefined) return { kind: 'named', targets: targetsOf(text, subject) };
  const target = resolveTarget(text, { labels, classCount: classes.count });
  if (target.kind === 'class') return { kind: 'class', index: target.index };
  throw studyErrors.classInvalid({ found: text, expected: 'predicted, label, a class index or the name of a class' });
}
