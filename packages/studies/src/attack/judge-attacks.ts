import { type Tensor } from '@understory/core';
import {
  encodeNpy,
  isWithin,
  perturbationChecks,
  perturbationDistances,
  toEightBits,
  type LevelRounding,
  type RgbImage,
} from '@understory/imaging';
import type { Made } from './attack-batches.ts';
import { lookAt, probabilityOf, reached, valueOf, type Look } from './attack-goal.ts';
import type { AttackPlan, Attempt } from './attack-plan.ts';
import type { AttackRow } from './attack-rows.ts';
import type { AttackedImage } from './attack-subject.ts';
import { unitPixelsFor } from '../setup/unit-pixels-for.ts';
import { isReached } from './is-reached.ts';
import { joinSamples } from '../common/join-samples.ts';

/** What the networks say of adversarial images and of the pictures that they are saved as. */
export async function judge(
  plan: AttackPlan,
  image: AttackedImage,
  made: readonly Made[],
): Promise<readonly Attempt[]> {
  const { attacks } = plan;
  const { subject } = plan.subject;
  const { facts, pixels, picture, goal } = image;
  const looks = await looksAt(
    { ...plan, subject: image.subject },
    made.map(({ adversarial }) => adversarial),
  );
  const kept = await savePictures(plan, image, made);
  const transfers = await transferred(
    plan,
    image,
    made,
    kept.map((each) => each.picture),
  );
  return made.map(({ sample, adversarial, attacked }, at): Attempt => {
    const { record, attack } = attacks[sample.place]!;
    const { budget } = record;
    const saved = kept[at]!;
    const look = looks[at]!;
    return {
      mask: sample.mask,
      adversarial,
      look,
      png: saved.png,
      ...(saved.array && { array: saved.array }),
      row: {
        ...facts,
        attack: record.name,
        maskPixels: maskPixels(sample.mask),
        success: attacked.success,
        reason: null,
        evaluations: attacked.evaluations,
        updates: attacked.updates,
        targetProbability: probabilityOf(subject, goal, look),
        finalOriginalProbability: facts.original === null ? null : look.answer.classes!.probabilities[facts.original]!,
        ...perturbationDistances(pixels.data, adversarial.data, picture),
        ...(goal.kind === 'raise' && {
          value: {
            original: valueOf(goal.plain, image.look),
            adversarial: valueOf(goal.plain, look),
            saved: valueOf(goal.plain, saved.look),
          },
        }),
        savedSuccess: reached(attack, subject, goal, saved.look),
        savedTargetProbability: probabilityOf(subject, goal, saved.look),
        savedRounding: saved.rounding,
        trajectory: attacked.trajectory,
        checks: {
          ...perturbationChecks(pixels.data, adversarial.data, { budget, mask: sample.mask.data }),
          savedWithinEpsilon: isWithin(budget, pixels.data, unitPixelsFor(image.subject, saved.picture).data),
        },
        warnings: [...image.notes[sample.place]!, ...attacked.warnings],
        transfer: transfers[at]!,
      },
    };
  });
}

/** What the other network says of saved pictures, of attacks on classes; null where it says so of the untouched image already. */
async function transferred(
  { attacks, transfer }: AttackPlan,
  { picture, goal }: AttackedImage,
  made: readonly Made[],
  pictures: readonly RgbImage[],
): Promise<readonly AttackRow['transfer'][]> {
  if (transfer === undefined || goal.kind === 'raise') return made.map(() => null);
  const [before, ...others] = await transfer.predict([picture, ...pictures]);
  return made.map(({ sample }, at) => {
    const { attack } = attacks[sample.place]!;
    const other = others[at]!;
    if (isReached(attack, before!, goal)) return null;
    return {
      success: isReached(attack, other, goal),
      targetProbability: other.probabilities[goal.class]!,
      predicted: other.decision,
    };
  });
}

function looksAt(
  { subject, numbers }: Pick<AttackPlan, 'subject' | 'numbers'>,
  pictures: readonly Tensor<'float32'>[],
): Promise<readonly Look[]> {
  return lookAt(subject, joinSamples(pictures), numbers?.targets.outputs);
}

/** An adversarial image as it is written and read back. */
interface Saved {
  readonly png: Uint8Array;
  readonly array?: Uint8Array;
  readonly picture: RgbImage;
  readonly rounding: LevelRounding;
  readonly look: Look;
}

/** Nearest levels, and those further from the original where the nearest lose the success and these keep it. */
async function savePictures(plan: AttackPlan, image: AttackedImage, made: readonly Made[]): Promise<readonly Saved[]> {
  const nearest = await save(plan, image, made, 'nearest');
  const succeeds = ({ sample }: Made, { look }: Saved) =>
    reached(plan.attacks[sample.place]!.attack, plan.subject.subject, image.goal, look);
  const lost = made.filter((each, at) => each.attacked.success && !succeeds(each, nearest[at]!));
  if (lost.length === 0) return nearest;
  const outward = await save(plan, image, lost, 'outward');
  return made.map((each, at) => {
    const other = outward[lost.indexOf(each)];
    return other !== undefined && succeeds(each, other) ? other : nearest[at]!;
  });
}

async function save(
  plan: AttackPlan,
  { subject, pixels, picture: size }: AttackedImage,
  made: readonly Made[],
  rounding: LevelRounding,
): Promise<readonly Saved[]> {
  const { attacks, codec } = plan;
  const files: Omit<Saved, 'look'>[] = [];
  for (const { sample, adversarial } of made) {
    const { budget } = attacks[sample.place]!.record;
    const picture = toEightBits(adversarial.data, pixels.data, { budget, size, rounding });
    const png = await codec.encodePng(picture);
    // A PNG file shows three of many channels; an array beside it holds all of them.
    if (picture.samples === undefined) {
      files.push({ png, picture: await codec.decode(png, 'the saved adversarial image'), rounding });
    } else {
      const { data, dims } = picture.samples;
      const array = encodeNpy(
        data.map((level) => level / 255),
        dims,
      );
      files.push({ png, array, picture, rounding });
    }
  }
  const looks = await looksAt(
    { ...plan, subject },
    files.map(({ picture }) => unitPixelsFor(subject, picture)),
  );
  return files.map((file, at) => ({ ...file, look: looks[at]! }));
}

/** How many pixels a mask lets through. */
export function maskPixels({ data }: Tensor<'float32'>): number {
  return data.reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0);
}
