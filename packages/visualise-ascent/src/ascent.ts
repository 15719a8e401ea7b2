import { configurable, float32, seededRandom, toFloat32 } from '@understory/core';
import type { SeededRandom, Tensors, Visualisation, VisualisationRequest, Visualiser } from '@understory/core';
import { bases, type Basis } from './basis.ts';
import { ascentOptions, type AscentValues } from './options.ts';
import { Programs, type Prepared } from './programs.ts';
import { columnsName, goalName, momenta, rowsName, sideName } from './step-program.ts';

/** A visualiser that keeps compiled programs. */
export interface Ascent extends Visualiser {
  /** Closes them. */
  dispose(): Promise<void>;
}

/**
 * Gradient ascent on the frequencies of a picture, which is shifted and enlarged a little before every step.
 *
 * Olah, Mordvintsev and Schubert 2017, "Feature Visualization"; Mahendran and Vedaldi 2015 for total variation.
 */
export const ascent = configurable('The visualiser "ascent"', ascentOptions, (options): Ascent => {
  const programs = new Programs(options);
  return {
    async visualise(request) {
      request.signal?.throwIfAborted();
      return new Climb(options, request, await programs.for(request)).toEnd();
    },
    dispose: () => programs.close(),
  };
});

/** How often the noise of the start is made twice as large where the goal does not change with it. */
const mostRedraws = 10;

/** One picture on its way. */
class Climb {
  readonly #options: AscentValues;
  readonly #request: VisualisationRequest;
  readonly #prepared: Prepared;
  readonly #basis: { readonly rows: Basis; readonly columns: Basis };
  readonly #shared: Tensors;
  readonly #start: SeededRandom;

  constructor(options: AscentValues, request: VisualisationRequest, prepared: Prepared) {
    this.#options = options;
    this.#request = request;
    this.#prepared = prepared;
    const { height, width } = request.subject;
    const basis = bases[options.parametrisation];
    this.#basis = { rows: basis(height), columns: basis(width) };
    this.#shared = {
      ...Object.fromEntries(Object.values(request.goal).map((weights, at) => [goalName(at), weights])),
      ...Object.fromEntries(Object.entries(prepared.sides).map(([name, value]) => [sideName(name), value])),
    };
    this.#start = seededRandom(request.seed).fork('start');
  }

  async toEnd(): Promise<Visualisation> {
    const { steps, rate } = this.#options;
    const { signal, progress, seed } = this.#request;
    const moves = seededRandom(seed).fork('moves');
    const trajectory: number[] = [];
    let flat = 0;
    let redraws = 0;
    let now = this.#noise(this.#options.deviation);
    for (let step = 1; step <= steps; step += 1) {
      signal?.throwIfAborted();
      const size = (rate * Math.sqrt(1 - momenta.second ** step)) / (1 - momenta.first ** step);
      const strength = this.#options.variation * Math.abs(trajectory.at(-1) ?? 0);
      const next = await this.#run(now, { ...this.#seenFrom(this.#move(moves)), size, strength });
      if (numberOf(next, 'slope') === 0) {
        if (step === 1 && redraws < mostRedraws) {
          redraws += 1;
          step -= 1;
          now = this.#noise(this.#options.deviation * 2 ** redraws);
          continue;
        }
        flat += 1;
      }
      now = next;
      trajectory.push(numberOf(next, 'value'));
      progress?.(step, steps);
    }
    signal?.throwIfAborted();
    const still = { shift: [0, 0], enlarged: 1 } as const;
    const end = await this.#run(now, { ...this.#seenFrom(still), size: 0, strength: 0 });
    const pixels = end['pixels']!;
    return {
      pixels: float32(toFloat32(pixels), pixels.dims),
      value: numberOf(end, 'value'),
      trajectory,
      warnings: flat === 0 ? [] : [`The gradient was zero at ${flat} of ${steps} steps.`],
    };
  }

  #noise(deviation: number): Tensors {
    const { channels, height, width } = this.#request.subject;
    const dims = [1, channels, height, width];
    const length = channels * height * width;
    const zeros = () => float32(new Float32Array(length), dims);
    const state = Float32Array.from({ length }, () => deviation * this.#start.normal());
    return { state: float32(state, dims), first: zeros(), second: zeros() };
  }

  #move(random: SeededRandom): Move {
    const { jitter, zoom } = this.#options;
    const shift = () => random.integer(2 * jitter + 1) - jitter;
    return { shift: [shift(), shift()], enlarged: 1 + zoom * (2 * random.uniform() - 1) };
  }

  #seenFrom({ shift, enlarged }: Move): Pick<Seen, 'seen'> {
    const { height, width } = this.#request.subject;
    const positions = (size: number, by: number) =>
      Float64Array.from({ length: size }, (_, at) => (at - (size - 1) / 2) / enlarged + (size - 1) / 2 + by);
    const rows = this.#basis.rows.rows(positions(height, shift[0]));
    const columns = this.#basis.columns.columns(positions(width, shift[1]));
    return {
      seen: Object.fromEntries([
        ...rows.map((values, term) => [rowsName(term), float32(values, [1, 1, height, height])] as const),
        ...columns.map((values, term) => [columnsName(term), float32(values, [1, 1, width, width])] as const),
      ]),
    };
  }

  #run({ state, first, second }: Tensors, { seen, size, strength }: Seen): Promise<Tensors> {
    return this.#prepared.program.run({
      ...this.#shared,
      ...seen,
      ...{ state: state!, first: first!, second: second! },
      size: float32(Float32Array.of(size), [1, 1, 1, 1]),
      strength: float32(Float32Array.of(strength), [1, 1]),
    });
  }
}

/** What is done to a picture before a step sees it: in pixels down and to the right, and as a factor. */
interface Move {
  readonly shift: readonly [down: number, right: number];
  readonly enlarged: number;
}

/** What a step sees of the picture, and how far it goes. */
interface Seen {
  readonly seen: Tensors;
  readonly size: number;
  readonly strength: number;
}

function numberOf(outputs: Tensors, name: string): number {
  return toFloat32(outputs[name]!)[0]!;
}
