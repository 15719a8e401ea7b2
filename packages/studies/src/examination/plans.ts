import type { Subject } from '@understory/core';
import type { AttackPlan } from '../attack/attack-plan.ts';
import type { NamedAttack } from '../attack/choose-attacks.ts';
import type { EvaluationPlan } from '../evaluation/evaluation-experiment.ts';
import type { Setup } from '../setup/setup.ts';
import type { AskedText } from './asked-text.ts';
import type { ExaminerRequest, ExaminerSpec } from './examiner.ts';
import { foolingOf } from './plan-attacks.ts';
import type { Disturbing } from './disturb.ts';

/** What an image is examined by. */
export interface Plans {
  readonly plan: EvaluationPlan;
  readonly fooling: Omit<AttackPlan, 'attacks'> | undefined;
  readonly disturbing: Disturbing | undefined;
}

/** The same plans for models that are asked about the text of an image; a probe with texts of its own stays as it is. */
export async function plansAsking(
  { captions, question }: AskedText,
  { plan, fooling, disturbing }: Plans,
  {
    spec,
    setup,
    attacks,
    request,
  }: {
    readonly spec: ExaminerSpec;
    readonly setup: Setup;
    readonly attacks: readonly NamedAttack[];
    readonly request: ExaminerRequest;
  },
): Promise<Plans> {
  const asking = await setup.asking({ ...(captions && { captions }), ...(question !== undefined && { question }) });
  const moved = <Part extends { readonly subject: Subject }>(part: Part): Part => ({
    ...part,
    subject: asking(part.subject),
  });
  const own = { ...setup, subject: asking(setup.subject), explainers: setup.explainers.map(moved) };
  const again = fooling && (await foolingOf(spec, own, attacks, request));
  return {
    plan: { ...plan, subject: own.subject, explainers: own.explainers, metrics: plan.metrics.map(moved) },
    fooling: typeof again === 'string' ? undefined : again,
    disturbing:
      disturbing === undefined || disturbing.task !== undefined
        ? disturbing
        : {
            ...disturbing,
            request: {
              ...disturbing.request,
              subject: disturbing.request.subject.shownTo(asking(disturbing.request.subject.subject)),
            },
          },
  };
}
