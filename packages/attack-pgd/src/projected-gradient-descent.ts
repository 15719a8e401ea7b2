import { attackMasks, checkClass, errors, float32, seededRandom, takeTensor, toFloat32 } from '@understory/core';
import type {
  Attack,
  AttackedSample,
  AttackGoal,
  AttackRequest,
  AttackResult,
  CompiledProgram,
  Tensors,
} from '@understory/core';
import { isBetter, type Attempt, type Sample } from './attempt.ts';
import { Programs } from './programs.ts';
import { indices, placeOfLargest, rowOf, stacked } from './rows.ts';
import type { Settings } from './settings.ts';
import { warningOfGradients, warningsOfModel } from './warnings.ts';

/** An attack that keeps compiled programs. */
export interface GradientAttack extends Attack {
  readonly isReached: NonNullable<Attack['isReached']>;
  /** Closes them. */
  dispose(): Promise<void>;
}

/**
 * The one loop of this package: evaluate, look whether the goal is reached, step along the gradient within the mask, and come back into
 * the ball and then into 0..1.
 *
 * Samples share batches and stop by themselves; what they become depends neither on their neighbours nor on the batch.
 */
export function projectedGradientDescent(settings: Settings): GradientAttack {
  const programs = new Programs(settings);
  return {
    budget: settings.budget,
    isReached: ({ ranking, probabilities }, goal) =>
      settings.stop.isReached({ best: ranking[0]!, probabilities }, goal),
    async perturb(request) {
      const masks = attackMasks(request);
      const {
        goal,
        classifier: { classifier },
      } = request;
      checkClassCount(settings, goal.kind, classifier.classCount);
      request.signal?.throwIfAborted();
      const { program, inspection } = await programs.for(request.classifier, goal.kind);
      const samples = samplesOf(request, masks);
      if (settings.start || settings.objective.needsOriginal(goal.kind) || classifier.classCount === undefined) {
        await lookAtUntouched(samples, request, settings);
      }
      await new Run(settings, request, program, samples).toEnd();
      return resultOf(samples, request, warningsOfModel(classifier, inspection));
    },
    dispose: () => programs.close(),
  };
}

function checkClassCount({ name, objective }: Settings, kind: AttackGoal['kind'], count: number | undefined): void {
  const needed = objective.classes(kind);
  if (count === undefined || count >= needed) return;
  throw errors.optionInvalid({
    of: name,
    option: 'objective',
    found: `${objective.id}, for a model of ${count} ${count === 1 ? 'class' : 'classes'}`,
    expected: `one that works with ${count}; this takes ${needed}`,
  });
}

function samplesOf({ pixels, goal, seeds }: AttackRequest, masks: readonly { readonly data: Float32Array }[]) {
  return goal.classes.map((wanted, index): Sample => ({
    index,
    goal: { kind: goal.kind, class: wanted },
    seed: seeds[index]!,
    origin: rowOf(pixels.data, index, goal.classes.length),
    mask: masks[index]!.data,
    original: undefined,
    evaluations: 0,
    updates: 0,
    vanished: 0,
    trajectory: { probability: [], logit: [], originalProbability: [], originalLogit: [] },
    found: undefined,
  }));
}

async function lookAtUntouched(
  samples: readonly Sample[],
  { classifier, pixels, signal }: AttackRequest,
  settings: Settings,
) {
  const { batch } = settings;
  for (let start = 0; start < samples.length; start += batch) {
    signal?.throwIfAborted();
    const some = samples.slice(start, start + batch);
    const predictions = await classifier.predict(
      takeTensor(
        pixels,
        some.map(({ index }) => index),
      ),
    );
    some.forEach((sample, at) => {
      const { logits, ranking } = predictions[at]!;
      checkClassCount(settings, sample.goal.kind, logits.length);
      checkClass(sample.goal.class, logits.length);
      sample.original = ranking[0]!;
    });
  }
}

function resultOf(samples: readonly Sample[], { pixels }: AttackRequest, ofModel: readonly string[]): AttackResult {
  const [, ...dims] = pixels.dims;
  return {
    adversarial: stacked(
      samples.map(({ found }) => found!.pixels),
      dims,
    ),
    samples: samples.map(({ found, evaluations, updates, vanished, trajectory }): AttackedSample => ({
      success: found!.isReached,
      evaluations,
      updates,
      trajectory,
      warnings: [...ofModel, ...warningOfGradients(vanished, evaluations)],
    })),
  };
}

/** What an evaluation said of a batch. */
interface Evaluation {
  readonly next: Float32Array;
  readonly momentum: Float32Array | undefined;
  readonly logits: Float32Array;
  readonly probabilities: Float32Array;
  readonly objective: Float32Array;
  readonly strength: Float32Array;
}

/** All samples of a request on their way through one batch. */
class Run {
  readonly #settings: Settings;
  readonly #request: AttackRequest;
  readonly #program: CompiledProgram;
  readonly #samples: readonly Sample[];
  readonly #dims: readonly number[];
  /** Starts that wait for a place in the batch. */
  readonly #waiting: (() => Attempt)[] = [];
  /** What the batch is fed that does not change while the same attempts are in it. */
  #constant: { readonly of: readonly Attempt[]; readonly feeds: Tensors } | undefined;
  #finished = 0;

  constructor(settings: Settings, request: AttackRequest, program: CompiledProgram, samples: readonly Sample[]) {
    this.#settings = settings;
    this.#request = request;
    this.#program = program;
    this.#samples = samples;
    this.#dims = request.pixels.dims.slice(1);
  }

  async toEnd(): Promise<void> {
    for (const sample of this.#samples) this.#waiting.push(() => this.#begin(sample, 0));
    const { signal, progress } = this.#request;
    let batch: readonly Attempt[] = [];
    for (;;) {
      batch = [...batch, ...this.#waiting.splice(0, this.#settings.batch - batch.length).map((begin) => begin())];
      if (batch.length === 0) return;
      signal?.throwIfAborted();
      const evaluation = await this.#evaluate(batch);
      batch = batch.filter((attempt, at) => this.#advance(attempt, at, batch.length, evaluation));
      progress?.(this.#finished, this.#samples.length);
    }
  }

  #begin(sample: Sample, start: number): Attempt {
    const { controls, steps, momentum } = this.#settings;
    const pixels = this.#startOf(sample, start);
    return {
      sample,
      start,
      control: controls.begin(steps),
      momentum: momentum === 0 ? undefined : new Float32Array(pixels.length),
      pixels,
      previous: pixels,
      updates: 0,
      best: undefined,
    };
  }

  #startOf({ origin, mask, seed }: Sample, start: number): Float32Array {
    const random = seededRandom(seed).fork('start').fork(String(start));
    return this.#settings.start?.(this.#settings.ball(this.#dims))(origin, mask, random) ?? origin;
  }

  async #evaluate(batch: readonly Attempt[]): Promise<Evaluation> {
    const { controls, momentum } = this.#settings;
    const numbers = (values: readonly number[]) => float32(Float32Array.from(values), [values.length, 1, 1, 1]);
    const pictures = (rows: readonly Float32Array[]) => stacked(rows, this.#dims);
    const outputs = await this.#program.run({
      ...this.#constantFeeds(batch),
      pixels: pictures(batch.map(({ pixels }) => pixels)),
      size: numbers(batch.map(({ control }) => control.size)),
      ...(momentum !== 0 && { momentum: pictures(batch.map((attempt) => attempt.momentum!)) }),
      ...(controls.usesInertia && {
        previous: pictures(batch.map(({ previous }) => previous)),
        inertia: numbers(batch.map(({ control }) => control.inertia)),
      }),
    });
    const read = (name: string) => toFloat32(outputs[name]!);
    const logits = read('logits');
    const scores = logits.filter(Number.isNaN);
    if (scores.length > 0) {
      throw errors.scoresNotFinite({ what: 'scores', found: `NaN, in ${scores.length} of ${logits.length} places` });
    }
    const next = read('pixels');
    const steps = next.filter((value) => !Number.isFinite(value));
    if (steps.length > 0) {
      const found = `${steps[0]}, in ${steps.length} of ${next.length} places after a step along them`;
      throw errors.scoresNotFinite({ what: 'gradients', found });
    }
    return {
      next,
      momentum: momentum === 0 ? undefined : read('momentum'),
      logits,
      probabilities: read('probabilities'),
      objective: read('objective'),
      strength: read('strength'),
    };
  }

  #constantFeeds(batch: readonly Attempt[]): Tensors {
    const kept = this.#constant;
    if (kept?.of.length === batch.length && kept.of.every((attempt, at) => attempt === batch[at])) return kept.feeds;
    const { objective, direction } = this.#settings;
    const [channels = 0, height = 0, width = 0] = this.#dims;
    const samples = batch.map(({ sample }) => sample);
    const rankOf = ({ mask }: Sample) => {
      const free = channels * mask.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0);
      return Math.max(0, Math.min(free, direction.keeps!(free)) - 1);
    };
    const feeds = {
      origin: stacked(
        samples.map(({ origin }) => origin),
        this.#dims,
      ),
      mask: stacked(
        samples.map(({ mask }) => mask),
        [1, height, width],
      ),
      goal: indices(samples.map(({ goal }) => goal.class)),
      ...(objective.needsOriginal(this.#request.goal.kind) && {
        original: indices(samples.map(({ original }) => original!)),
      }),
      ...(direction.keeps && { rank: indices(samples.map(rankOf)) }),
    };
    this.#constant = { of: batch, feeds };
    return feeds;
  }

  /** Takes in what was said of an attempt and moves it on; false where that was its end. */
  #advance(attempt: Attempt, at: number, rows: number, evaluation: Evaluation): boolean {
    const { sample, control } = attempt;
    const { stop, steps, keep, looksLast, controls } = this.#settings;
    const objective = evaluation.objective[at]!;
    const isReached = this.#note(attempt, at, rows, evaluation);
    const seen = { isReached, objective };
    if ((keep === 'best' || controls.usesInertia) && isBetter(seen, attempt.best)) {
      attempt.best = { ...seen, pixels: attempt.pixels };
    }
    const isLast = attempt.updates === steps;
    if ((stop.stops && isReached) || isLast) {
      this.#end(attempt, keep === 'best' ? attempt.best! : { ...seen, pixels: attempt.pixels });
      return false;
    }

    if (control.observe(objective) === 'back') {
      attempt.pixels = attempt.best!.pixels;
      return true;
    }
    attempt.previous = attempt.pixels;
    attempt.pixels = rowOf(evaluation.next, at, rows).slice();
    attempt.momentum?.set(rowOf(evaluation.momentum!, at, rows));
    attempt.updates += 1;
    sample.updates += 1;
    if (attempt.updates < steps || looksLast) return true;
    const unseen = { pixels: attempt.pixels, isReached: false, objective: -Infinity };
    this.#end(attempt, keep === 'best' ? attempt.best! : unseen);
    return false;
  }

  /** Writes an evaluation into the sample's record; whether the goal is reached. */
  #note({ sample }: Attempt, at: number, rows: number, evaluation: Evaluation): boolean {
    const logits = rowOf(evaluation.logits, at, rows);
    const probabilities = rowOf(evaluation.probabilities, at, rows);
    const best = placeOfLargest(logits);
    const original = (sample.original ??= best);
    const { trajectory, goal } = sample;
    trajectory.probability.push(probabilities[goal.class]!);
    trajectory.logit.push(logits[goal.class]!);
    trajectory.originalProbability.push(probabilities[original]!);
    trajectory.originalLogit.push(logits[original]!);
    sample.evaluations += 1;
    if (evaluation.strength[at] === 0) sample.vanished += 1;
    return this.#settings.stop.isReached({ best, probabilities }, goal);
  }

  #end(attempt: Attempt, found: NonNullable<Attempt['best']>): void {
    const { sample, start } = attempt;
    if (isBetter(found, sample.found)) sample.found = found;
    if (!found.isReached && start + 1 < this.#settings.restarts) {
      this.#waiting.push(() => this.#begin(sample, start + 1));
    } else {
      this.#finished += 1;
    }
  }
}
