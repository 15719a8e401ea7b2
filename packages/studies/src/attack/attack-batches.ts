import { append, evenBatches, takeTensor, type Attack, type AttackedSample, type Tensor } from '@understory/core';
import type { AttackPlan } from './attack-plan.ts';
import type { Subject } from './attack-subject.ts';
import type { ChosenImage } from '../environment.ts';
import { joinSamples } from '../common/join-samples.ts';
import { reasonFor } from '../common/reason-for.ts';

/** One attack on one image. */
interface Sample {
  readonly subject: Subject;
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
  subjects: readonly Subject[],
  failures: Map<ChosenImage, unknown>,
): Promise<ReadonlyMap<Subject, readonly Found[]>> {
  const samples = new Map<Attack, Sample[]>();
  for (const subject of subjects) {
    for (const [place, { attack }] of plan.attacks.entries()) {
      const mask = subject.masks[place]!;
      if (typeof mask === 'string') continue;
      const own = samples.get(attack) ?? [];
      samples.set(attack, own);
      own.push({ subject, place, mask });
    }
  }
  const made = new Map<Subject, Found[]>(subjects.map((subject) => [subject, []]));
  for (const [attack, own] of samples) {
    const dividesItself = plan.attacks.some((each) => each.attack === attack && each.dividesBatches);
    for (const { start, end } of evenBatches(own.length, dividesItself ? own.length : plan.batch)) {
      for (const found of await attackBatch(plan, attack, own.slice(start, end), failures)) {
        made.get(found.sample.subject)!.push(found);
      }
    }
  }
  return made;
}

/** The results of a batch; where it fails as a whole each sample is tried alone. */
async function attackBatch(
  plan: AttackPlan,
  attack: Attack,
  asked: readonly Sample[],
  failures: Map<ChosenImage, unknown>,
): Promise<readonly Found[]> {
  const samples = asked.filter(({ subject }) => !failures.has(subject.item));
  const [first, ...others] = samples;
  if (first === undefined) return [];
  const { signal, classifier } = plan;
  try {
    signal.throwIfAborted();
    const { adversarial, samples: results } = await attack.perturb({
      classifier,
      pixels: joinSamples(samples.map(({ subject }) => subject.pixels)),
      goal: { kind: first.subject.goal.kind, classes: samples.map(({ subject }) => subject.goal.class) },
      masks: samples.map(({ mask }) => mask),
      seeds: samples.map(({ subject }) => subject.seed),
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
      failures.set(first.subject.item, error);
      return [];
    }
  }
}
