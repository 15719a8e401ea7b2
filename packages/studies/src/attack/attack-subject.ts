import type { ClassGoal, HeatMap, Mask, Prediction, SeededRandom, Tensor } from '@understory/core';
import { boxesInInput, prepare, type RgbImage } from '@understory/imaging';
import type { AttackFacts, AttackPlan } from './attack-plan.ts';
import type { ChosenImage } from '../environment.ts';
import { reasonFor, reasonForOne } from '../common/reason-for.ts';
import { unitPixelsFor } from '../setup/unit-pixels-for.ts';

/** Why an image is not attacked. */
const alreadyTheTarget = 'the unmodified image is already predicted as the target';

/** An image that is ready to be attacked. */
export interface Subject {
  readonly item: ChosenImage;
  readonly facts: AttackFacts;
  readonly prediction: Prediction;
  readonly picture: RgbImage;
  readonly pixels: Tensor<'float32'>;
  readonly goal: ClassGoal;
  readonly seed: number;
  /** What each attack goes through, in the order of the plan; a text where there is no mask, or no attack. */
  readonly masks: readonly (Tensor<'float32'> | string)[];
  /** What a reader should know of each of them. */
  readonly notes: readonly (readonly string[])[];
}

/** Draws the masks of an image; undefined where only images are asked for that the network predicts right. */
export async function subjectOf(
  plan: AttackPlan,
  item: ChosenImage,
  random: SeededRandom,
): Promise<Subject | undefined> {
  const { classifier, preprocessing, attacks } = plan;
  const image = await item.picture();
  const { picture } = prepare(image, preprocessing);
  const pixels = unitPixelsFor(classifier, picture);
  const [prediction] = await classifier.predict(pixels);
  const facts = factsOf(plan, item, prediction!);
  if (plan.onlyCorrect && facts.correct !== true) return undefined;
  const goal: ClassGoal = { kind: plan.target === undefined ? 'untargeted' : 'targeted', class: facts.target };
  const common = { item, facts, prediction: prediction!, picture, pixels, goal, seed: seedOf(random.fork('attack')) };
  if (plan.target === facts.original)
    return { ...common, masks: attacks.map(() => alreadyTheTarget), notes: attacks.map(() => []) };

  const boxes = item.item.boxes && [boxesInInput(item.item.boxes, image, preprocessing)];
  const drawsFromOrigin = attacks.some(({ mask }) => mask.needs?.includes('originMaps'));
  const origin = drawsFromOrigin && plan.explain && (await originOf(plan, pixels, facts.original));
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
      drawn.set(mask, found[0]!);
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

/** The heat map of the untouched image, or why there is none. */
async function originOf(
  { explain, signal }: AttackPlan,
  pixels: Tensor<'float32'>,
  original: number,
): Promise<HeatMap | string> {
  try {
    return await explain!(pixels, original);
  } catch (error) {
    signal.throwIfAborted();
    return reasonFor(error);
  }
}

function factsOf(
  { classifier, labels, target }: AttackPlan,
  { id, item }: ChosenImage,
  { ranking, probabilities }: Prediction,
): AttackFacts {
  const names = classifier.classifier.labels;
  const original = ranking[0]!;
  const known = labels.indexOf(item.label);
  const aim = target ?? original;
  return {
    item: id,
    label: item.label ?? null,
    original,
    originalLabel: names?.[original] ?? null,
    originalProbability: probabilities[original]!,
    correct: known === undefined ? null : known === original,
    target: aim,
    targetLabel: names?.[aim] ?? null,
  };
}

function seedOf(random: SeededRandom): number {
  return random.integer(2 ** 32);
}
