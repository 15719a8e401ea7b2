import type { PixelSubject } from '@understory/core';
import { targetsOf } from '../common/targets.ts';
import type { NumberAim } from './attack-goal.ts';
import { checkThreshold } from './attack-subject.ts';

/** A target in words as attacks take it; throws TARGET_INVALID, and THRESHOLD_MISSING where only a threshold can tell success. */
export async function numberAimOf(
  { target, threshold }: { readonly target: string; readonly threshold: number | undefined },
  subject: PixelSubject,
): Promise<NumberAim> {
  const numbers = { targets: targetsOf(target, subject.subject), threshold };
  await checkThreshold({ subject, numbers });
  return numbers;
}
