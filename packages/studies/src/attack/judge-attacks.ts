import type { Prediction, Tensor } from '@understory/core';
import {
  isWithin,
  perturbationChecks,
  perturbationDistances,
  toEightBits,
  toUnitPixels,
  type LevelRounding,
  type RgbImage,
} from '@understory/imaging';
import type { Made } from './attack-batches.ts';
import type { AttackPlan, Attempt } from './attack-plan.ts';
import { unitPixelsFor } from '../setup/unit-pixels-for.ts';
import type { Subject } from './attack-subject.ts';
import { isReached } from './is-reached.ts';
import { joinSamples } from '../common/join-samples.ts';

/** What the networks say of adversarial images and of the pictures that they are saved as. */
export async function judge(plan: AttackPlan, subject: Subject, made: readonly Made[]): Promise<readonly Attempt[]> {
  const { classifier, attacks, transfer } = plan;
  const { facts, pixels, picture, goal } = subject;
  const predictions = await classifier.predict(joinSamples(made.map(({ adversarial }) => adversarial)));
  const kept = await savePictures(plan, subject, made);
  const others = await transfer?.predict([picture, ...kept.map((each) => each.picture)]);
  return made.map(({ sample, adversarial, attacked }, at): Attempt => {
    const { record, attack } = attacks[sample.place]!;
    const { budget } = record;
    const before = others?.[0];
    const other = others?.[at + 1];
    const saved = kept[at]!;
    return {
      mask: sample.mask,
      adversarial,
      prediction: predictions[at]!,
      png: saved.png,
      row: {
        ...facts,
        attack: record.name,
        maskPixels: maskPixels(sample.mask),
        success: attacked.success,
        reason: null,
        evaluations: attacked.evaluations,
        updates: attacked.updates,
        targetProbability: predictions[at]!.probabilities[facts.target]!,
        finalOriginalProbability: predictions[at]!.probabilities[facts.original]!,
        ...perturbationDistances(pixels.data, adversarial.data, picture),
        savedSuccess: isReached(attack, saved.prediction, goal),
        savedTargetProbability: saved.prediction.probabilities[facts.target]!,
        savedRounding: saved.rounding,
        trajectory: attacked.trajectory,
        checks: {
          ...perturbationChecks(pixels.data, adversarial.data, { budget, mask: sample.mask.data }),
          savedWithinEpsilon: isWithin(budget, pixels.data, toUnitPixels(saved.picture)),
        },
        warnings: [...subject.notes[sample.place]!, ...attacked.warnings],
        transfer:
          before === undefined || other === undefined || isReached(attack, before, goal)
            ? null
            : {
                success: isReached(attack, other, goal),
                targetProbability: other.probabilities[facts.target]!,
                predicted: other.ranking[0]!,
              },
      },
    };
  });
}

/** An adversarial image as it is written and read back. */
interface Saved {
  readonly png: Uint8Array;
  readonly picture: RgbImage;
  readonly rounding: LevelRounding;
  readonly prediction: Prediction;
}

/** Nearest levels, and those further from the original where the nearest lose the success and these keep it. */
async function savePictures(plan: AttackPlan, subject: Subject, made: readonly Made[]): Promise<readonly Saved[]> {
  const nearest = await save(plan, subject, made, 'nearest');
  const succeeds = ({ sample }: Made, { prediction }: Saved) =>
    isReached(plan.attacks[sample.place]!.attack, prediction, subject.goal);
  const lost = made.filter((each, at) => each.attacked.success && !succeeds(each, nearest[at]!));
  if (lost.length === 0) return nearest;
  const outward = await save(plan, subject, lost, 'outward');
  return made.map((each, at) => {
    const other = outward[lost.indexOf(each)];
    return other !== undefined && succeeds(each, other) ? other : nearest[at]!;
  });
}

async function save(
  { classifier, attacks, codec }: AttackPlan,
  { pixels, picture: size }: Subject,
  made: readonly Made[],
  rounding: LevelRounding,
): Promise<readonly Saved[]> {
  const files: Omit<Saved, 'prediction'>[] = [];
  for (const { sample, adversarial } of made) {
    const { budget } = attacks[sample.place]!.record;
    const png = await codec.encodePng(toEightBits(adversarial.data, pixels.data, { budget, size, rounding }));
    files.push({ png, picture: await codec.decode(png, 'the saved adversarial image'), rounding });
  }
  const predictions = await classifier.predict(
    joinSamples(files.map(({ picture }) => unitPixelsFor(classifier, picture))),
  );
  return files.map((file, at) => ({ ...file, prediction: predictions[at]! }));
}

/** How many pixels a mask lets through. */
export function maskPixels({ data }: Tensor<'float32'>): number {
  return data.reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0);
}
