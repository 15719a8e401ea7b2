import type { ChosenImage } from '../environment.ts';
import { evaluatedExplainers } from '../evaluation/evaluated-explainers.ts';
import { evaluationExperiment, type ExplainedItem, type ItemFacts } from '../evaluation/evaluation-experiment.ts';
import { evaluationTargetOf } from '../evaluation/evaluation-target.ts';
import { probeExperiment } from '../probe/probe-experiment.ts';
import { askedTextOf, isAskedByImages, isRightAnswer } from './asked-text.ts';
import type { LeftOut } from './examination.ts';
import type { Examiner, ExaminerRequest, ExaminerSpec } from './examiner.ts';
import { setUpExaminer } from './set-up-examiner.ts';
import { checkAsked, metricsOf, probeOf } from './chosen-parts.ts';
import { evaluationPlan, noLabels } from './plan-evaluation.ts';
import { plansAsking, type Plans } from './plans.ts';
import { foolingOf } from './plan-attacks.ts';
import { disturb, disturbingOf, each, probedOf } from './disturb.ts';
import { byBudget, climb } from './climb.ts';
import { staysAt } from './stays-at.ts';

/**
 * Opens a network with explainers, metrics, a probe and attacks; what it does not allow, such as gradients, is left out and told.
 * Throws what setting up and choosing parts throws.
 */
export async function openExaminer(spec: ExaminerSpec, request: ExaminerRequest): Promise<Examiner> {
  const leftOut: LeftOut[] = [];
  const { setup, attacks, attackReason } = await setUpExaminer(spec, request.environment, leftOut);
  try {
    setup.steps.listener = request.onStep;
    const probe = await probeOf(spec, setup, request);
    const isAsked = isAskedByImages(setup.subject, spec);
    if (isAsked) await checkAsked(setup, request.images);
    const metrics = await metricsOf(spec, setup, leftOut);
    const found = attackReason ?? (attacks.length === 0 ? undefined : await foolingOf(spec, setup, attacks, request));
    if (typeof found === 'string') leftOut.push({ what: 'attacks', reason: found });
    const fooling = typeof found === 'string' ? undefined : found;
    const plan = evaluationPlan(spec, setup, metrics, request.signal);
    const disturbing = probe && (await disturbingOf(spec, setup, probe, request));
    const plans: Plans = { plan, fooling, disturbing };
    return {
      setup,
      leftOut,
      isAskedByImages: isAsked,
      parts: {
        explainers: evaluatedExplainers(setup, metrics),
        metrics: metrics.map(({ record }) => record),
        probe: probe?.record ?? null,
        attacks: fooling === undefined ? [] : attacks.map(({ record }) => record),
      },
      async examine(image, random, { target, labels, onlyCorrect }) {
        const item = decodedOnce(image);
        const text = isAsked ? askedTextOf(item.item, setup.subject.task, random.fork('asked')) : undefined;
        if (isAsked && text === undefined) return undefined;
        const own = text === undefined ? plans : await plansAsking(text, plans, { spec, setup, attacks, request });
        const explained: ExplainedItem[] = [];
        const keep = async (each: ExplainedItem) => void explained.push(each);
        const evaluation = evaluationExperiment({
          ...own.plan,
          ...{ labels, keep },
          target: text !== undefined && target.kind === 'named' ? evaluationTargetOf(spec.target, own.plan) : target,
          // Whether what it says of the image's own text is right is found below.
          onlyCorrect: onlyCorrect && text === undefined,
        });
        const measurements = await evaluation.rows(item, random.fork('evaluation'));
        const [found] = explained;
        if (found === undefined) return undefined;
        const { facts, answer, picture, pixelMask, maps, failures } = found;
        const correct = text === undefined ? facts.correct : isRightAnswer(answer.decision, text);
        if (onlyCorrect && correct !== true) return undefined;
        const disturbed = own.disturbing
          ? await disturb(own.disturbing, item, labels, random.fork('probe'))
          : undefined;
        const fooled =
          own.fooling === undefined
            ? undefined
            : await climb({ ...own.fooling, labels }, attacks, item, random.fork('attack'));
        return {
          ...{ answer, picture, pixelMask, maps, failures, target: found.target, subject: own.plan.subject },
          disturbed: disturbed?.kept ?? null,
          attacked: fooled?.attacked ?? [],
          examination: {
            ...withoutItem(facts),
            ...{ correct, asked: text?.words ?? null },
            options: answer.options.slice(0, 5),
            targetProbability: facts.target === null ? null : (answer.classes?.probabilities[facts.target] ?? null),
            measurements,
            disturbances: disturbed?.rows ?? [],
            probed: disturbed === undefined ? [] : probedOf(disturbed.kept.summary.estimates, disturbed.rows),
            attacks: fooled?.rows ?? [],
            budgets: byBudget(attacks).length,
          },
        };
      },
      staysAt: (examined, pixels) => staysAt(examined, pixels, setup),
      async summariseProbe(rows) {
        if (disturbing === undefined) return null;
        const experiment = probeExperiment({ ...disturbing, labels: noLabels });
        return experiment.summarise(each(rows));
      },
      close: () => setup.close(),
    };
  } catch (error) {
    await setup.close();
    throw error;
  }
}

function withoutItem({ item: _, label: __, ...said }: ItemFacts): Omit<ItemFacts, 'item' | 'label'> {
  return said;
}

/** Every part of an examination reads the same picture. */
function decodedOnce(image: ChosenImage): ChosenImage {
  let decoded: ReturnType<ChosenImage['picture']> | undefined;
  return { ...image, picture: () => (decoded ??= image.picture()) };
}
