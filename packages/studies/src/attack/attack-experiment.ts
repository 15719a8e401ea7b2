import { append, evenBatches, type Experiment, type SeededRandom } from '@understory/core';
import type { Outcome } from '@understory/experiments';
import type { AttackRow } from './attack-rows.ts';
import { summariseAttack, type AttackSummary } from './summarise-attack.ts';
import { makeAttacks, type Found, type Made } from './attack-batches.ts';
import type { AttackPlan, Attempt } from './attack-plan.ts';
import { probabilityOf, valueOf } from './attack-goal.ts';
import { imageOf, type AttackedImage } from './attack-subject.ts';
import type { ChosenImage } from '../environment.ts';
import { judge, maskPixels } from './judge-attacks.ts';

/**
 * Attacks images through masks: what it finds depends on the image and the seed alone.
 * What an attack or a mask refuses is a row without success that says why; an image that cannot be read or predicted throws.
 */
export function attackExperiment(plan: AttackPlan): Experiment<ChosenImage, AttackRow, AttackSummary> {
  return {
    async rows(item, random) {
      const [outcome] = await attackTogether(plan, [item], [random]);
      if (outcome === undefined || 'error' in outcome) throw outcome?.error;
      return outcome.rows;
    },
    summarise: (rows) =>
      summariseAttack(rows, {
        ...plan.setting,
        attacks: plan.attacks.map(({ record }) => record),
        ...{ seed: plan.seed, transfer: plan.transfer !== undefined },
      }),
  };
}

/** Attacks several images in common batches; what fails for one is its own. */
export async function attackTogether(
  plan: AttackPlan,
  items: readonly ChosenImage[],
  randoms: readonly SeededRandom[],
): Promise<readonly Outcome<ChosenImage, AttackRow>[]> {
  const images: AttackedImage[] = [];
  const failures = new Map<ChosenImage, unknown>();
  for (const [at, item] of items.entries()) {
    try {
      plan.signal.throwIfAborted();
      const image = await imageOf(plan, item, randoms[at]!);
      if (image !== undefined) images.push(image);
    } catch (error) {
      failures.set(item, error);
    }
  }
  const made = await makeAttacks(plan, images, failures);
  const outcomes: Outcome<ChosenImage, AttackRow>[] = [];
  for (const item of items) {
    const image = images.find((each) => each.item === item);
    try {
      if (failures.has(item)) throw failures.get(item);
      outcomes.push({ item, rows: image === undefined ? [] : await finish(plan, image, made.get(image) ?? []) });
    } catch (error) {
      outcomes.push({ item, error });
    }
  }
  return outcomes;
}

/** The rows of an image, in the order of the attacks. */
async function finish(plan: AttackPlan, image: AttackedImage, found: readonly Found[]): Promise<readonly AttackRow[]> {
  const rows: AttackRow[] = image.masks.map((mask, place) => {
    const refused = found.find(({ sample }) => sample.place === place);
    const reason = typeof mask === 'string' ? mask : refused !== undefined && 'reason' in refused ? refused.reason : '';
    return untouchedRow(plan, image, place, reason);
  });
  const made = found.filter((each): each is Made => 'attacked' in each);
  const attempts: Attempt[] = [];
  for (const { start, end } of evenBatches(made.length, plan.batch)) {
    append(attempts, await judge(plan, image, made.slice(start, end)));
  }
  for (const [at, { sample }] of made.entries()) rows[sample.place] = attempts[at]!.row;
  const { facts, subject, picture, pixels, explained } = image;
  await plan.keep?.({ facts, subject, picture, pixels, explained, attempts });
  return rows;
}

/** The row of an attack that was not made: the image is as it was. */
function untouchedRow(
  { attacks, subject }: AttackPlan,
  { facts, goal, look, masks }: AttackedImage,
  place: number,
  reason: string,
): AttackRow {
  const mask = masks[place]!;
  return {
    ...facts,
    attack: attacks[place]!.record.name,
    maskPixels: typeof mask === 'string' ? 0 : maskPixels(mask),
    ...{ success: null, reason, evaluations: 0, updates: 0 },
    targetProbability: probabilityOf(subject.subject, goal, look),
    finalOriginalProbability: facts.originalProbability,
    ...{ linf: 0, l2: 0, l0: 0, ssim: 1 },
    ...(goal.kind === 'raise' && { value: unchanged(valueOf(goal.plain, look)) }),
    ...{
      savedSuccess: null,
      savedTargetProbability: null,
      savedRounding: null,
      trajectory: null,
      checks: null,
      warnings: [],
      transfer: null,
    },
  };
}

function unchanged(value: number): NonNullable<AttackRow['value']> {
  return { original: value, adversarial: value, saved: null };
}
