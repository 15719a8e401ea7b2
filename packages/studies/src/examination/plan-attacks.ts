import { isDiagnosed, messageOf } from '@understory/core';
import type { AttackPlan } from '../attack/attack-plan.ts';
import { numberAimOf } from '../attack/number-aim.ts';
import { drawsFromMaps, type NamedAttack } from '../attack/choose-attacks.ts';
import { explainPixels } from '../attack/explain-pixels.ts';
import { pixelSubjectOf } from '../setup/pixel-subject-of.ts';
import type { Setup } from '../setup/setup.ts';
import type { ExaminerRequest, ExaminerSpec } from './examiner.ts';
import { noLabels } from './plan-evaluation.ts';

/** The attacks' plan, or why there is none. */
export async function foolingOf(
  spec: ExaminerSpec,
  setup: Setup,
  attacks: readonly NamedAttack[],
  { environment, signal }: ExaminerRequest,
): Promise<Omit<AttackPlan, 'attacks'> | string> {
  const { subject, preprocessing: chosen, steps } = setup;
  const preprocessing = chosen.preprocessing;
  const [named] = setup.explainers;
  if (named === undefined && drawsFromMaps(attacks)) return 'its masks are drawn from heat maps, and no explainer fits';
  try {
    const pixels = pixelSubjectOf(subject, preprocessing);
    const words = spec.target === 'predicted' ? 'top1' : spec.target;
    const numbers =
      subject.classes === undefined
        ? await numberAimOf({ target: `-${words}`, threshold: undefined }, pixels)
        : undefined;
    const { layer, seed } = spec;
    return {
      ...{ subject: pixels, preprocessing, numbers, seed, signal, steps, batch: 8, codec: environment.codec },
      setting: {
        goal: numbers === undefined ? 'untargeted' : 'raise',
        explainer: named === undefined ? null : { name: named.id, options: {} },
        layer,
      },
      explain: named && explainPixels(named, { setup, seed, signal }),
      ...{ labels: noLabels, target: undefined, targetMap: undefined, transfer: undefined, onlyCorrect: false },
    };
  } catch (error) {
    if (!isDiagnosed(error)) throw error;
    return messageOf(error);
  }
}
