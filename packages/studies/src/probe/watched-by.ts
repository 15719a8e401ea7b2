import type { ProbeRequest, Subject } from '@understory/core';
import { targetsOf } from '../common/targets.ts';

/** The first of what a text names in an answer. */
export function watchedBy(text: string, subject: Subject): NonNullable<ProbeRequest['target']> {
  const targets = targetsOf(text, subject);
  return { outputs: targets.outputs, of: (answer, outputs) => targets.of(answer, outputs)[0]?.target };
}
