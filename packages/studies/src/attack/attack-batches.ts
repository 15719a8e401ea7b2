import {
  append,
  evenBatches,
  formOf,
  takeTensor,
  type Attack,
  type AttackedSample,
  type AttackGoal,
  type Tensor,
} from '@understory/core';
import type { AttackPlan } from './attack-plan.ts';
import { passes, type ItemGoal } from './attack-goal.ts';
import type { AttackedImage } from './attack-subject.ts';
import { frameKey } from '../setup/framed-pixels.ts';
import type { ChosenImage } from '../environment.ts';
import { joinSamples } from '../common/join-samples.ts';
import { reasonFor } from '../common/reason-for.ts';

/** One attack on one image. */
interface Sample {
  readonly image: AttackedImage;
  readonly place: number;
  readonly mask: Tensor<'float32'>;
}

/** What an attack made of a sample, or why it made nothing. */
export interface Made {
  readonly sample: Sample;
  readonly adversarial: Tensor<'float32'>;
  readonly attacked: AttackedSample;
}

export type Found = Made | { readonly sample: Sample; readonly reason: string };

/** Runs every attack on its samples in even batches; what fails without a diagnosis is put down to its image. */
export async function makeAttacks(
  plan: AttackPlan,
  images: readonly AttackedImage[],
  failures: Map<ChosenImage, unknown>,
): Promise<ReadonlyMap<AttackedImage, readonly Found[]>> {
  const samples = new Map<Attack, Map<string, Sample[]>>();
  for (const image of images) {
    for (const [place, { attack }] of plan.attacks.entries()) {
      const mask = image.masks[place]!;
      if (typeof mask === 'string') continue;
      const ofAttack = samples.get(attack) ?? new Map<string, Sample[]>();
      samples.set(attack, ofAttack);
      // What is fed beside the pictures, such as a mask of padding, is the same for all of a run.
      const form = `${formOfGoal(image.goal)} ${frameKey(image.subject)}`;
      ofAttack.set(form, [...(ofAttack.get(form) ?? []), { image, place, mask }]);
    }
  }
  const made = new Map<AttackedImage, Found[]>(images.map((image) => [image, []]));
  for (const [attack, own] of [...samples].flatMap(([each, forms]) =>
    [...forms.values()].map((group) => [each, group] as const),
  )) {
    const dividesItself = plan.attacks.some((each) => each.attack === attack && each.dividesBatches);
    for (const { start, end } of evenBatches(own.length, dividesItself ? own.length : plan.batch)) {
      for (const found of await attackBatch(plan, attack, own.slice(start, end), failures)) {
        made.get(found.sample.image)!.push(found);
      }
    }
  }
  return made;
}

/** Samples share a run where their goals are classes, or numbers of one form. */
function formOfGoal(goal: ItemGoal): string {
  return goal.kind === 'raise' ? formOf(goal.target) : goal.kind;
}

/** The goals of samples that share a run, as attacks are given them. */
function goalOf({ subject }: AttackPlan, goals: readonly ItemGoal[]): AttackGoal {
  const numbers = goals.flatMap((goal) => (goal.kind === 'raise' ? [goal] : []));
  const classes = goals.flatMap((goal) => (goal.kind === 'raise' ? [] : [goal]));
  const [first] = classes;
  if (first !== undefined) return { kind: first.kind, classes: classes.map((goal) => goal.class) };
  return {
    kind: 'raise',
    targets: numbers.map(({ target }) => target),
    isReached: (answer, value, sample) => passes(numbers[sample]!, subject.subject, answer, value),
  };
}

/** The results of a batch; where it fails as a whole each sample is tried alone. */
async function attackBatch(
  plan: AttackPlan,
  attack: Attack,
  asked: readonly Sample[],
  failures: Map<ChosenImage, unknown>,
): Promise<readonly Found[]> {
  const samples = asked.filter(({ image }) => !failures.has(image.item));
  const [first, ...others] = samples;
  if (first === undefined) return [];
  const { signal } = plan;
  const { subject } = first.image;
  try {
    signal.throwIfAborted();
    const { adversarial, samples: results } = await attack.perturb({
      subject,
      pixels: joinSamples(samples.map(({ image }) => image.pixels)),
      goal: goalOf(
        plan,
        samples.map(({ image }) => image.goal),
      ),
      masks: samples.map(({ mask }) => mask),
      seeds: samples.map(({ image }) => image.seed),
      signal,
      ...(plan.steps && { progress: plan.steps.attack('images attacked') }),
    });
    return samples.map((sample, at) => ({
      sample,
      adversarial: takeTensor(adversarial, [at]),
      attacked: results[at]!,
    }));
  } catch (error) {
    signal.throwIfAborted();
    if (others.length > 0) {
      const alone: Found[] = [];
      for (const sample of samples) append(alone, await attackBatch(plan, attack, [sample], failures));
      return alone;
    }
    try {
      return [{ sample: first, reason: reasonFor(error) }];
    } catch {
      failures.set(first.image.item, error);
      return [];
    }
  }
}
