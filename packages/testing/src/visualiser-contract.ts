import type { Visualisation, VisualisationRequest, Visualiser } from '@understory/core';
import { check, once } from './check.ts';
import { timed, type ContractCase, type ContractTime } from './contract-case.ts';

export interface VisualiserSubject extends ContractTime {
  readonly create: () => Visualiser | Promise<Visualiser>;
  /** A model with gradients and a goal that pictures can raise, without `signal` and `progress`. */
  readonly request: VisualisationRequest;
}

/** What every visualiser promises, one case a promise. */
export function visualiserContract({ create, request, ...time }: VisualiserSubject): readonly ContractCase[] {
  const { subject } = request;
  const made = once(async () => create());
  const visualise = async (given: Partial<VisualisationRequest> = {}) =>
    (await made()).visualise({ ...request, ...given });
  // Cloned, so that a visualiser that hands out one buffer again and again is not compared with itself.
  const whole = once(async () => structuredClone(await visualise()));

  return timed(time, [
    {
      name: 'gives one picture of the size that the subject has, with finite pixels in 0..1',
      async run() {
        const { type, dims, data } = (await whole()).pixels;
        const expected = [1, subject.channels, subject.height, subject.width];
        check(type === 'float32', `expected float32, found ${type}`);
        check(dims.join() === expected.join(), `expected [${expected.join(', ')}], found [${dims.join(', ')}]`);
        const outside = data.find((pixel) => !(pixel >= 0 && pixel <= 1));
        check(outside === undefined, `expected pixels in 0..1, found ${outside}`);
      },
    },
    {
      name: 'says what the goal is for these pixels',
      async run() {
        const { pixels, value } = await whole();
        const expected = await valueOf(pixels, request);
        const isClose = Math.abs(value - expected) <= 1e-3 * Math.max(1, Math.abs(expected));
        check(isClose, `expected a value of ${expected}, found ${value}`);
      },
    },
    {
      name: 'has what the goal was at each step, finite',
      async run() {
        const { trajectory } = await whole();
        check(trajectory.length > 0, 'expected a trajectory, found none');
        const odd = trajectory.find((value) => !Number.isFinite(value));
        check(odd === undefined, `expected finite values, found ${odd}`);
      },
    },
    {
      name: 'raises the goal above that of a grey picture',
      async run() {
        const { pixels, value } = await whole();
        const grey = await valueOf({ ...pixels, data: new Float32Array(pixels.data.length).fill(0.5) }, request);
        check(value > grey, `expected more than the ${grey} of a grey picture, found ${value}`);
      },
    },
    {
      name: 'gives the same picture for the same seed, also when asked twice at once, and another for another',
      async run() {
        const [first, again] = await Promise.all([visualise(), visualise()]);
        for (const each of [first, again])
          check(isSame(each, await whole()), 'expected the same picture for the same seed');
        const other = await visualise({ seed: request.seed + 1 });
        check(!isSame(other, first), 'expected another picture for another seed, found the same');
      },
    },
    {
      name: 'leaves the goal as it was',
      async run() {
        const goal = structuredClone(request.goal);
        await visualise({ goal });
        const changed = Object.entries(request.goal).find(
          ([name, { data }]) => !data.every((weight, at) => weight === goal[name]!.data[at]),
        );
        check(changed === undefined, `expected the weights of ${changed?.[0]} as they were`);
      },
    },
    {
      name: 'tells how far it is, up to the end',
      async run() {
        const seen: (readonly [number, number])[] = [];
        await visualise({ progress: (done, total) => seen.push([done, total]) });
        const [done, total] = seen.at(-1) ?? [];
        check(done !== undefined && done === total, `expected progress up to the end, found ${done} of ${total}`);
        const isRising = seen.every(([at], place) => place === 0 || at > seen[place - 1]![0]);
        check(isRising, 'expected progress that rises');
      },
    },
    {
      name: 'stops with the reason of a signal that has ended',
      async run() {
        const reason = new Error('enough');
        const outcome = await visualise({ signal: AbortSignal.abort(reason) }).catch((failure: unknown) => failure);
        check(outcome === reason, `expected the reason of the signal, found ${String(outcome)}`);
      },
    },
  ]);
}

/** The sum over the goal's tensors of their elements times weights, for one picture `[1, C, H, W]`. */
async function valueOf(pixels: Visualisation['pixels'], { subject, goal }: VisualisationRequest): Promise<number> {
  const computed = await subject.subject.model.run(subject.feeds(pixels), Object.keys(goal));
  let sum = 0;
  for (const [name, { data }] of Object.entries(goal)) {
    const values = computed[name]!.data as Float32Array;
    sum += data.reduce((total, weight, at) => total + weight * values[at]!, 0);
  }
  return sum;
}

function isSame(one: Visualisation, other: Visualisation): boolean {
  return one.value === other.value && one.pixels.data.every((pixel, at) => pixel === other.pixels.data[at]);
}
