import {
  float32,
  isDiagnosed,
  type HeatMap,
  type Mask,
  type PixelSubject,
  type SeededRandom,
  type Target,
  type Tensor,
} from '@understory/core';
import { boxesInInput, type RgbImage } from '@understory/imaging';
import {
  lookAt,
  numberGoalOf,
  passes,
  valueOf,
  type ItemGoal,
  type Look,
  type NumberAim,
  type NumberGoal,
} from './attack-goal.ts';
import type { AttackFacts, AttackPlan, ExplainedTargets } from './attack-plan.ts';
import type { ChosenImage } from '../environment.ts';
import { reasonFor, reasonForOne } from '../common/reason-for.ts';
import { targetsOf } from '../common/targets.ts';
import { framedPixels } from '../setup/framed-pixels.ts';

/** Why an image is not attacked. */
const alreadyTheTarget = 'the unmodified image is already predicted as the target';

/** An image that is ready to be attacked. */
export interface AttackedImage {
  readonly item: ChosenImage;
  readonly facts: AttackFacts;
  /** At the untouched image. */
  readonly look: Look;
  /** For pictures of its size and padding. */
  readonly subject: PixelSubject;
  readonly picture: RgbImage;
  readonly pixels: Tensor<'float32'>;
  readonly goal: ItemGoal;
  readonly explained: ExplainedTargets;
  readonly seed: number;
  /** What each attack goes through, in the order of the plan; a text where there is no mask, or no attack. */
  readonly masks: readonly (Tensor<'float32'> | string)[];
  /** What a reader should know of each of them. */
  readonly notes: readonly (readonly string[])[];
}

/** Draws the masks of an image; undefined where only images are asked for that the network predicts right. */
export async function imageOf(
  plan: AttackPlan,
  item: ChosenImage,
  random: SeededRandom,
): Promise<AttackedImage | undefined> {
  const { preprocessing, attacks, numbers } = plan;
  const image = await item.picture();
  const { subject, picture, pixels } = framedPixels(plan.subject, image, preprocessing);
  const [said] = await lookAt(subject, pixels, numbers?.targets.outputs);
  const look = said!;
  const goal = goalOf(plan, look);
  const facts = factsOf(plan, item, goal, look);
  if (plan.onlyCorrect && facts.correct !== true) return undefined;
  const explained = explainedOf(plan, goal, look);
  const seed = seedOf(random.fork('attack'));
  const common = { item, facts, look, subject, picture, pixels, goal, explained, seed };
  const done = reasonToLeave(plan, goal, look);
  if (done !== undefined) return { ...common, masks: attacks.map(() => done), notes: attacks.map(() => []) };

  const boxes = item.item.boxes && [boxesInInput(item.item.boxes, image, preprocessing)];
  const drawsFromOrigin = attacks.some(({ mask }) => mask.needs?.includes('originMaps'));
  const origin = drawsFromOrigin && plan.explain && (await originOf(plan, { subject, pixels }, explained.original));
  const drawn = new Map<Mask, Tensor<'float32'> | string>();
  const notes = new Map<Mask, string[]>();
  for (const { mask } of attacks) {
    if (drawn.has(mask)) continue;
    if (typeof origin === 'string' && mask.needs?.includes('originMaps')) {
      drawn.set(mask, origin);
      continue;
    }
    const own: string[] = [];
    notes.set(mask, own);
    try {
      const found = await mask.draw({
        ...{ height: picture.height, width: picture.width, samples: 1 },
        ...(typeof origin === 'object' && { originMaps: [origin] }),
        ...(plan.targetMap && { targetMaps: [plan.targetMap] }),
        ...(boxes && { boxes }),
        seeds: [seedOf(random.fork('mask'))],
        note: (_, text) => own.push(text),
      });
      drawn.set(mask, withinFrame(found[0]!, subject));
    } catch (error) {
      plan.signal.throwIfAborted();
      drawn.set(mask, reasonForOne(error));
    }
  }
  return {
    ...common,
    masks: attacks.map(({ mask }) => drawn.get(mask)!),
    notes: attacks.map(({ mask }) => notes.get(mask) ?? []),
  };
}

/** Padding is no part of the picture, and is not changed. */
function withinFrame(mask: Tensor<'float32'>, { mask: picture }: PixelSubject): Tensor<'float32'> {
  if (picture === undefined) return mask;
  return float32(
    mask.data.map((weight, at) => weight * picture[at]!),
    mask.dims,
  );
}

/** The class to reach, or to leave, or the number of the target in words. */
function goalOf({ subject, target, numbers }: AttackPlan, look: Look): ItemGoal {
  if (numbers !== undefined) return numberGoalOf(numbers, subject.subject, look);
  return target === undefined
    ? { kind: 'untargeted', class: look.answer.classes!.decision }
    : { kind: 'targeted', class: target };
}

/** Why there is nothing to attack; undefined where there is. */
function reasonToLeave({ subject }: AttackPlan, goal: ItemGoal, look: Look): string | undefined {
  if (goal.kind !== 'raise') {
    const isThere = goal.kind === 'targeted' && goal.class === look.answer.classes!.decision;
    return isThere ? alreadyTheTarget : undefined;
  }
  if (!passes(goal, subject.subject, look.answer, valueOf(goal.target, look))) return undefined;
  if (goal.threshold !== undefined) return 'the number of the untouched image is past the threshold';
  return goal.isLowered
    ? 'the network does not say the target of the untouched image'
    : 'the network already says the target of the untouched image';
}

/** What heat maps are drawn for: what the network says, and what the attack is after. */
function explainedOf({ subject: { subject }, target }: AttackPlan, goal: ItemGoal, look: Look): ExplainedTargets {
  const { answer, outputs } = look;
  const ofClass = (index: number) => subject.targets(`${index}`, answer)![0]!;
  if (goal.kind !== 'raise') {
    return { original: ofClass(answer.classes!.decision), target: target === undefined ? undefined : ofClass(target) };
  }
  if (goal.isLowered) return { original: goal.plain, target: undefined };
  return { original: bestOf(), target: goal.plain };

  function bestOf(): Target | undefined {
    if (answer.classes !== undefined) return ofClass(answer.classes.decision);
    return answer.options.length === 0 ? undefined : targetsOf('top1', subject).of(answer, outputs)[0]?.target;
  }
}

/** The heat map of the untouched image, or why there is none. */
async function originOf(
  { explain, signal }: AttackPlan,
  { subject, pixels }: Pick<AttackedImage, 'subject' | 'pixels'>,
  original: Target | undefined,
): Promise<HeatMap | string> {
  if (original === undefined) return 'the network says nothing of the untouched image that a heat map could explain';
  try {
    return await explain!(pixels, original, subject);
  } catch (error) {
    signal.throwIfAborted();
    return reasonFor(error);
  }
}

function factsOf(
  { subject: { subject }, labels }: AttackPlan,
  { id, item }: ChosenImage,
  goal: ItemGoal,
  { answer }: Look,
): AttackFacts {
  const { classes, decision, probability } = answer;
  const common = { item: id, label: item.label ?? null };
  const aim =
    goal.kind === 'raise'
      ? { target: goal.plain.classIndex ?? null, targetLabel: wordsOf(goal) }
      : { target: goal.class, targetLabel: subject.labels?.[goal.class] ?? null };
  if (classes === undefined) {
    return {
      ...common,
      ...{ original: null, originalLabel: decision, originalProbability: probability ?? null, correct: null },
      ...aim,
    };
  }
  const original = classes.decision;
  const known = labels.indexOf(item.label);
  return {
    ...common,
    original,
    originalLabel: subject.labels?.[original] ?? null,
    originalProbability: classes.probabilities[original]!,
    correct: known === undefined ? null : known === original,
    ...aim,
  };
}

function wordsOf({ target, plain }: NumberGoal): string {
  return plain.label === null ? target.words : `${target.words} (${plain.label})`;
}

/** Throws THRESHOLD_MISSING where the target can be told ahead and its number needs a threshold. */
export async function checkThreshold({ subject, numbers }: Pick<AttackPlan, 'subject'> & { numbers: NumberAim }) {
  const { channels, height, width } = subject;
  const grey = float32(new Float32Array(channels * height * width).fill(0.5), [1, channels, height, width]);
  const [look] = await lookAt(subject, grey, numbers.targets.outputs);
  try {
    numberGoalOf(numbers, subject.subject, look!);
  } catch (error) {
    // Other targets depend on the image.
    if (isDiagnosed(error) && error.code === 'THRESHOLD_MISSING') throw error;
  }
}

function seedOf(random: SeededRandom): number {
  return random.integer(2 ** 32);
}
