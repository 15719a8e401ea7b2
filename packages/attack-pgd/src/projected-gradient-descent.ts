import { attackMasks, errors, float32, seededRandom, toFloat32 } from '@understory/core';
import type {
  Attack,
  AttackedSample,
  AttackRequest,
  AttackResult,
  CompiledProgram,
  Tensor,
  Tensors,
} from '@understory/core';
import type { Aim } from './aims/aim.ts';
import { classAim } from './aims/class-aim.ts';
import { raiseAim } from './aims/raise-aim.ts';
import { isBetter, type Attempt, type Sample } from './attempt.ts';
import { Programs, type Prepared } from './programs.ts';
import { indices, joined, notFinite, rowOf, stacked } from './rows.ts';
import type { Settings } from './settings.ts';
import { sideName } from './step-program.ts';
import { warningOfGradients } from './warnings.ts';

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
    isReached: ({ decision, probabilities }, goal) => settings.stop.isReached({ best: decision, probabilities }, goal),
    async perturb(request) {
      const masks = attackMasks(request);
      const aim = aimOf(request, settings);
      request.signal?.throwIfAborted();
      const prepared = await programs.for(request.subject, aim);
      const samples = samplesOf(request, masks);
      await aim.begin(samples, settings.batch);
      await new Run(settings, request, { aim, ...prepared }, samples).toEnd();
      return resultOf(samples, request, aim.warnings(prepared.inspection));
    },
    dispose: () => programs.close(),
  };
}

function aimOf(request: AttackRequest, settings: Settings): Aim {
  const { subject, goal } = request;
  if (goal.kind === 'raise') return raiseAim(subject, goal);
  const { task, classes, forms } = subject.subject;
  if (classes === undefined) throw errors.classesMissing({ task, forms });
  return classAim({ ...request, goal }, classes, settings);
}

function samplesOf({ pixels, seeds }: AttackRequest, masks: readonly { readonly data: Float32Array }[]) {
  return masks.map(({ data: mask }, index): Sample => ({
    index,
    seed: seeds[index]!,
    origin: rowOf(pixels.data, index, masks.length),
    mask,
    evaluations: 0,
    updates: 0,
    vanished: 0,
    trajectory: { probability: [], logit: [], originalProbability: [], originalLogit: [] },
    found: undefined,
  }));
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
  /** Whether each sample has reached the goal. */
  readonly reached: readonly boolean[];
  readonly objective: Float32Array;
  readonly strength: Float32Array;
}

/** All samples of a request on their way through one batch. */
class Run {
  readonly #settings: Settings;
  readonly #request: AttackRequest;
  readonly #program: CompiledProgram;
  readonly #aim: Aim;
  readonly #inspection: Prepared['inspection'];
  readonly #samples: readonly Sample[];
  readonly #dims: readonly number[];
  /** Starts that wait for a place in the batch. */
  readonly #waiting: (() => Attempt)[] = [];
  /** What the batch is fed that does not change while the same attempts are in it. */
  #constant: { readonly of: readonly Attempt[]; readonly feeds: Tensors } | undefined;
  #finished = 0;

  constructor(
    settings: Settings,
    request: AttackRequest,
    { aim, program, inspection }: Prepared & { readonly aim: Aim },
    samples: readonly Sample[],
  ) {
    this.#settings = settings;
    this.#request = request;
    this.#program = program;
    this.#aim = aim;
    this.#inspection = inspection;
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
    const pictures = (rows: readonly Float32Array[]) => joined(rows, this.#dims);
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
    const scores = this.#aim.scores(outputs);
    const wrong = scores.filter(Number.isNaN);
    if (wrong.length > 0) {
      throw errors.scoresNotFinite({ what: 'scores', found: `NaN, in ${wrong.length} of ${scores.length} places` });
    }
    const next = read('pixels');
    const wrongPixels = notFinite(next);
    if (wrongPixels.count > 0) {
      const found = `${wrongPixels.first}, in ${wrongPixels.count} of ${next.length} places after a step along them`;
      throw errors.scoresNotFinite({ what: 'gradients', found });
    }
    return {
      next,
      momentum: momentum === 0 ? undefined : read('momentum'),
      reached: this.#aim.judge(
        outputs,
        batch.map(({ sample }) => sample),
      ),
      objective: read('objective'),
      strength: read('strength'),
    };
  }

  #constantFeeds(batch: readonly Attempt[]): Tensors {
    const kept = this.#constant;
    if (kept?.of.length === batch.length && kept.of.every((attempt, at) => attempt === batch[at])) return kept.feeds;
    const { direction } = this.#settings;
    const [channels = 0, height = 0, width = 0] = this.#dims;
    const samples = batch.map(({ sample }) => sample);
    const rankOf = ({ mask }: Sample) => {
      const free = channels * mask.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0);
      return Math.max(0, Math.min(free, direction.keeps!(free)) - 1);
    };
    const origin = stacked(
      samples.map((sample) => sample.origin),
      this.#dims,
    );
    const feeds = {
      origin,
      mask: stacked(
        samples.map(({ mask }) => mask),
        [1, height, width],
      ),
      ...this.#aim.feeds(samples, this.#inspection),
      ...this.#sides(origin),
      ...(direction.keeps && { rank: indices(samples.map(rankOf)) }),
    };
    this.#constant = { of: batch, feeds };
    return feeds;
  }

  #sides(pixels: Tensor<'float32'>): Tensors {
    const names = Object.keys(this.#inspection.sides);
    if (names.length === 0) return {};
    const feeds = this.#request.subject.feeds(pixels);
    return Object.fromEntries(names.map((name) => [sideName(name), feeds[name]!]));
  }

  /** Takes in what was said of an attempt and moves it on; false where that was its end. */
  #advance(attempt: Attempt, at: number, rows: number, evaluation: Evaluation): boolean {
    const { sample, control } = attempt;
    const { stop, steps, keep, looksLast, controls } = this.#settings;
    const objective = evaluation.objective[at]!;
    const isReached = evaluation.reached[at]!;
    sample.evaluations += 1;
    if (evaluation.strength[at] === 0) sample.vanished += 1;
    const seen = { isReached, objective };
    if ((keep === 'best' || controls.usesInertia) && isBetter(seen, attempt.best)) {
      attempt.best = { ...seen, pixels: attempt.pixels.slice() };
    }
    const isLast = attempt.updates === steps;
    if ((stop.stops && isReached) || isLast) {
      this.#end(attempt, keep === 'best' ? attempt.best! : { ...seen, pixels: attempt.pixels.slice() });
      return false;
    }

    if (control.observe(objective) === 'back') {
      attempt.pixels = attempt.best!.pixels;
      return true;
    }
    attempt.previous = attempt.pixels;
    // A view of the whole batch, which is fed again as it is; what is kept for longer is copied.
    attempt.pixels = rowOf(evaluation.next, at, rows);
    attempt.momentum?.set(rowOf(evaluation.momentum!, at, rows));
    attempt.updates += 1;
    sample.updates += 1;
    if (attempt.updates < steps || looksLast) return true;
    const unseen = { pixels: attempt.pixels.slice(), isReached: false, objective: -Infinity };
    this.#end(attempt, keep === 'best' ? attempt.best! : unseen);
    return false;
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
