import {
  float32,
  isDifferentiable,
  largestOf,
  negative,
  objectiveOf,
  objectiveValues,
  outputsOf,
  takeTensor,
} from '@understory/core';
import type {
  Attack,
  AttackGoal,
  AttackRequest,
  AttackResult,
  AttackedSample,
  DifferentiableModel,
  Model,
  PixelSubject,
  Target,
  Tensor,
  Trajectory,
} from '@understory/core';
import { check, checkClose, checkRejects, checkTensor, checkUnchanged, isSame, once } from './check.ts';
import { timed, type ContractCase, type ContractTime } from './contract-case.ts';
import { ofAnotherModel, withoutGradients } from './plain-models.ts';

/** How far the numbers of a trajectory may be from what the model says of the same pixels when it is asked alone, relative to the largest. */
const sayingTolerance = 1e-4;

export interface AttackSubject extends ContractTime {
  readonly create: () => Attack | Promise<Attack>;
  readonly subject: () => PixelSubject | Promise<PixelSubject>;
  /** Two samples or more, no two alike. */
  readonly pixels: Tensor<'float32'>;
  /** One class or target a sample. */
  readonly goal: AttackGoal;
  /** One a sample, each with pixels that are let through and pixels that are not. */
  readonly masks: readonly Tensor<'float32'>[];
  /** The attack asks no more of a model than what it says, so that there is none that it cannot attack. */
  readonly gradientFree?: true;
  /** Largest difference of pixels and probabilities that should be the same; 1e-6 by default. */
  readonly tolerance?: number;
}

/** What a model says of one sample that an attack may have made, and what a record of it holds. */
interface Look {
  readonly entries: Readonly<Partial<Record<keyof Trajectory, number>>>;
  readonly isReached: boolean;
  /** The size of its numbers, for rounding. */
  readonly scale: number;
  readonly words: string;
}

type RaiseGoal = Extract<AttackGoal, { readonly kind: 'raise' }>;

/** What every attack promises, one case a promise. */
export function attackContract(given: AttackSubject): readonly ContractCase[] {
  const { pixels, goal, masks, gradientFree = false, tolerance = 1e-6 } = given;
  const batch = pixels.dims[0] ?? 0;
  if (batch < 2) throw new RangeError(`the contract needs a batch of at least 2, found ${batch}`);
  const seeds = Array.from({ length: batch }, (_, sample) => 100 + sample);
  const untouched = copyOf({ pixels, goal, masks, seeds });
  const parts = once(async () => ({ attack: await given.create(), subject: await given.subject() }));
  const perturb = async (changes: Partial<AttackRequest> = {}): Promise<AttackResult> => {
    const { attack, subject } = await parts();
    return attack.perturb({ subject, pixels, goal, masks, seeds, ...changes });
  };
  const withoutMasks = async (): Promise<AttackResult> => {
    const { attack, subject } = await parts();
    return attack.perturb({ subject, pixels, goal, seeds });
  };
  // Cloned, so that an attack that hands out one buffer again and again is not compared with itself.
  const whole = once(async () => structuredClone(await perturb()));
  const everywhere = (weight: number) =>
    masks.map(({ dims, data }) => float32(new Float32Array(data.length).fill(weight), dims));
  /** What the model says of pixels, `untouched` ones deciding which class was said before. */
  const looksAt = async (shown: Tensor<'float32'>, asked: AttackGoal = goal): Promise<readonly Look[]> => {
    const { attack, subject } = await parts();
    return asked.kind === 'raise'
      ? looksAtNumbers(subject, shown, asked)
      : looksAtClasses(attack, subject, { shown, untouched: untouched.pixels, goal: asked });
  };
  /** Numbers of the same subject to raise: those of the goal, or of its classes. */
  const numbers = once(async (): Promise<readonly Target[]> => {
    if (goal.kind === 'raise') return goal.targets;
    const { subject } = await parts();
    const answers = await subject.answer(untouched.pixels);
    return goal.classes.map((index, sample) => subject.subject.targets(`${index}`, answers[sample]!)![0]!);
  });
  const size = pixels.data.length / batch;
  const rowOf = ({ data }: Tensor<'float32'>, sample: number) => data.subarray(sample * size, (sample + 1) * size);

  return timed(given, [
    {
      name: 'gives pixels of the same dimensions in 0..1, and one record a sample',
      async run() {
        const { adversarial, samples } = await whole();
        check(adversarial.dims.join() === pixels.dims.join(), `expected [${pixels.dims}], found [${adversarial.dims}]`);
        check(
          adversarial.data.every((value) => value >= 0 && value <= 1),
          'expected pixels in 0..1',
        );
        check(samples.length === batch, `expected ${batch} records, found ${samples.length}`);
      },
    },
    {
      name: 'stays within its budget, but for rounding to float32',
      async run() {
        const { attack } = await parts();
        const { adversarial } = await whole();
        const { norm, epsilon } = attack.budget;
        for (let sample = 0; sample < batch; sample += 1) {
          const distance = lengthOf(norm, rowOf(adversarial, sample), rowOf(pixels, sample));
          const allowed = epsilon * (1 + 1e-5) + 2 ** -22;
          check(distance <= allowed, `sample ${sample}: ${norm} of ${distance}, and the budget is ${epsilon}`);
        }
      },
    },
    {
      name: 'changes nothing outside the mask',
      async run() {
        const { adversarial } = await whole();
        for (let sample = 0; sample < batch; sample += 1) {
          const weights = masks[sample]!.data;
          const before = rowOf(pixels, sample);
          const stray = rowOf(adversarial, sample).findIndex(
            (value, at) => weights[at % weights.length] === 0 && value !== before[at],
          );
          check(stray < 0, `sample ${sample}: the value at ${stray} is outside the mask and changed`);
        }
      },
    },
    {
      name: 'changes nothing where the mask is zero everywhere',
      async run() {
        checkTensor('pixels', (await perturb({ masks: everywhere(0) })).adversarial, pixels, 0);
      },
    },
    {
      name: 'lets every pixel change where there are no masks',
      async run() {
        const all = structuredClone(await perturb({ masks: everywhere(1) }));
        const free = await withoutMasks();
        checkTensor('pixels without masks', free.adversarial, all.adversarial, 0);
        check(isSame(free.samples, all.samples), 'expected the records of masks that let every pixel through');
      },
    },
    {
      name: 'moves pixels less where their weight is less',
      async run() {
        const weight = 2 ** -10;
        const [light, full] = [
          structuredClone(await perturb({ masks: everywhere(weight) })),
          await perturb({ masks: everywhere(1) }),
        ];
        for (let sample = 0; sample < batch; sample += 1) {
          const moved = ({ adversarial }: AttackResult) =>
            lengthOf('l2', rowOf(adversarial, sample), rowOf(pixels, sample));
          const [little, much] = [moved(light), moved(full)];
          check(
            much === 0 || little < much,
            `sample ${sample}: moved by ${little} under weights of ${weight}, and by ${much} under weights of 1`,
          );
        }
      },
    },
    {
      name: 'records what the model says',
      async run() {
        // Where nothing may change, every evaluation is one of the untouched pixels.
        const { samples } = await perturb({ masks: everywhere(0) });
        checkSaid(samples, await looksAt(untouched.pixels));
      },
    },
    {
      name: 'asks the model as often as it says',
      async run() {
        const asked = counted((await parts()).subject);
        const { samples } = await perturb({ subject: asked.subject });
        const most = largestOf(samples.map(({ evaluations }) => evaluations));
        check(asked.count() >= most, `${most} evaluations of a sample, and the model was run ${asked.count()} times`);
      },
    },
    {
      name: 'records an entry of each trajectory an evaluation, and no more changes than evaluations',
      async run() {
        const { samples } = await whole();
        for (const { evaluations, updates, trajectory } of samples) {
          check(evaluations >= 1, 'expected at least one evaluation');
          check(updates >= 0 && updates <= evaluations, `${updates} changes in ${evaluations} evaluations`);
          for (const [name, entries] of Object.entries(trajectory) as [string, readonly number[]][]) {
            const isKept = goal.kind !== 'raise' || name === 'logit';
            const expected = isKept ? evaluations : 0;
            check(entries.length === expected, `${name}: ${entries.length} entries in ${evaluations} evaluations`);
            check(entries.every(Number.isFinite), `${name}: expected finite numbers`);
            const isShare = name.toLowerCase().endsWith('probability');
            check(!isShare || entries.every((value) => value >= 0 && value <= 1 + 1e-6), `${name}: expected shares`);
          }
        }
      },
    },
    {
      name: 'calls success what the model calls so',
      async run() {
        const { adversarial, samples } = await whole();
        const looks = await looksAt(adversarial);
        samples.forEach((own, sample) => {
          const { isReached, words } = looks[sample]!;
          check(!own.success || isReached, `sample ${sample} is called a success, and ${words}`);
          // Without a look after its last change an attack cannot know.
          const looked = own.updates < own.evaluations || wasSeen(own, looks[sample]!);
          check(own.success || !isReached || !looked, `sample ${sample} is called a failure, and ${words}`);
        });
      },
    },
    {
      name: 'gives the same for the same request',
      async run() {
        const [first, second] = [await whole(), await perturb()];
        checkTensor('second time', second.adversarial, first.adversarial, 0);
        check(isSame(second.samples, first.samples), 'expected the same records the second time');
      },
    },
    {
      name: 'hands out pixels and records that stay as they are, also when asked twice at once',
      async run() {
        const handed = await perturb();
        const results = [...(await Promise.all([perturb(), perturb()])), handed];
        const { adversarial, samples } = await whole();
        for (const result of results) {
          checkTensor('the pixels', result.adversarial, adversarial, 0);
          check(isSame(result.samples, samples), 'expected the same records');
        }
      },
    },
    {
      name: 'attacks each sample as if it were alone',
      async run() {
        const { adversarial, samples } = await whole();
        for (let sample = 0; sample < batch; sample += 1) {
          const alone = await perturb({
            pixels: takeTensor(pixels, [sample]),
            goal: goalAt(goal, sample),
            masks: [masks[sample]!],
            seeds: [seeds[sample]!],
          });
          checkClose(`sample ${sample}, alone`, alone.adversarial.data, rowOf(adversarial, sample), tolerance);
          const [own, shared] = [alone.samples[0]!, samples[sample]!];
          for (const key of ['success', 'evaluations', 'updates'] as const) {
            check(own[key] === shared[key], `sample ${sample}, alone: ${key} is ${own[key]}, not ${shared[key]}`);
          }
          for (const name of Object.keys(shared.trajectory) as (keyof typeof shared.trajectory)[]) {
            checkClose(`sample ${sample}, alone: ${name}`, own.trajectory[name], shared.trajectory[name], tolerance);
          }
          check(own.warnings.join() === shared.warnings.join(), `sample ${sample}, alone: other warnings`);
        }
      },
    },
    {
      name: 'leaves pixels, goal, masks, seeds and model as they were',
      async run() {
        const { subject } = await parts();
        const before = structuredClone(await subject.answer(untouched.pixels));
        checkUnchanged('the request', { pixels, goal, masks, seeds }, untouched);
        // A call of its own: what a call turns round, the next one turns back.
        const own = copyOf(untouched);
        await perturb(own);
        for (const name of Object.keys(untouched) as (keyof typeof untouched)[]) {
          checkUnchanged(`the request's ${name}`, own[name], untouched[name]);
        }
        const after = await subject.answer(untouched.pixels);
        check(isSame(after, before), 'the model says something else than before');
      },
    },
    {
      name: 'raises a number of a target as well, or lowers it, and lets the goal say when that is reached',
      async run() {
        const targets = await numbers();
        for (const wanted of [targets, targets.map(negative)]) {
          for (const isReached of [true, false]) {
            const raise: RaiseGoal = { kind: 'raise', targets: wanted, isReached: () => isReached };
            const { samples } = await perturb({ goal: raise, masks: everywhere(0) });
            checkSaid(samples, await looksAt(untouched.pixels, raise));
            const asked: boolean[] = Array.from({ length: batch }, () => false);
            const { adversarial } = await perturb({
              goal: { ...raise, isReached: (_, __, sample) => ((asked[sample] = true), isReached) },
            });
            check(asked.every(Boolean), 'expected the goal to be asked of each sample');
            const changed = adversarial.data.some((value, at) => value !== pixels.data[at]);
            check(isReached || changed, 'expected pixels that change while the goal is not reached');
          }
        }
      },
    },
    {
      name: 'refuses goals, pixels and masks that do not fit',
      async run() {
        const few = { kind: 'raise', targets: (await numbers()).slice(1), isReached: () => false } as const;
        await checkRejects('a target too few', () => perturb({ goal: few }), 'TARGET_COUNT');
        if (goal.kind !== 'raise') {
          const one = { ...goal, classes: goal.classes.slice(1) };
          await checkRejects('a class too few', () => perturb({ goal: one }), 'TARGET_COUNT');
          const [first = 0, ...others] = goal.classes;
          const far = { ...goal, classes: [first + 1e6, ...others] };
          await checkRejects('a class that is none', () => perturb({ goal: far }), 'CLASS_OUT_OF_RANGE');
        }
        const bright = { ...pixels, data: pixels.data.map((value) => value + 1) };
        await checkRejects('pixels above 1', () => perturb({ pixels: bright }), 'PIXELS_INVALID');
        await checkRejects('a mask too few', () => perturb({ masks: masks.slice(1) }), 'MASK_INVALID');
        const [mask] = masks;
        const heavy = masks.map(({ dims, data }) =>
          float32(
            data.map((weight) => weight + 1),
            dims,
          ),
        );
        await checkRejects('weights above 1', () => perturb({ masks: heavy }), 'MASK_INVALID');
        const flat = masks.map(() => float32(mask!.data, [mask!.data.length]));
        await checkRejects('a mask of another size', () => perturb({ masks: flat }), 'MASK_INVALID');
      },
    },
    {
      name: gradientFree ? 'asks for no gradients' : 'refuses a model that it cannot attack, before it runs it',
      async run() {
        if (gradientFree) {
          const plain = ofAnotherModel((await parts()).subject, withoutGradients);
          checkTensor(
            'without gradients',
            (await perturb({ subject: plain })).adversarial,
            (await whole()).adversarial,
            0,
          );
          return;
        }
        const { subject } = await parts();
        let runs = 0;
        const still = ofAnotherModel(subject, (model) => ({
          ...withoutGradients(model),
          run() {
            runs += 1;
            return Promise.reject(new Error('not to be run'));
          },
        }));
        await checkRejects('a model without gradients', () => perturb({ subject: still }), 'CAPABILITY_MISSING');
        check(runs === 0, `the model was run ${runs} times`);
      },
    },
    {
      name: 'stops when it is told to',
      async run() {
        const reason = new Error('told to stop');
        const outcome = await perturb({ signal: AbortSignal.abort(reason) }).catch((failure: unknown) => failure);
        check(outcome === reason, `expected the reason of the signal, found ${String(outcome)}`);
      },
    },
  ]);
}

async function looksAtClasses(
  attack: Attack,
  subject: PixelSubject,
  {
    shown,
    untouched,
    goal,
  }: {
    readonly shown: Tensor<'float32'>;
    readonly untouched: Tensor<'float32'>;
    readonly goal: Exclude<AttackGoal, RaiseGoal>;
  },
): Promise<readonly Look[]> {
  const [before, answers] = [await subject.answer(untouched), await subject.answer(shown)];
  return goal.classes.map((wanted, sample): Look => {
    const original = before[sample]!.classes!.decision;
    const prediction = answers[sample]!.classes!;
    const { logits, probabilities, decision } = prediction;
    const own = { kind: goal.kind, class: wanted };
    return {
      entries: {
        probability: probabilities[wanted]!,
        logit: logits[wanted]!,
        originalProbability: probabilities[original]!,
        originalLogit: logits[original]!,
      },
      isReached: attack.isReached?.(prediction, own) ?? (decision === wanted) === (goal.kind === 'targeted'),
      scale: largestOf(logits.map(Math.abs)),
      words: `the model says class ${decision}`,
    };
  });
}

async function looksAtNumbers(
  pixelSubject: PixelSubject,
  shown: Tensor<'float32'>,
  { targets, isReached }: RaiseGoal,
): Promise<readonly Look[]> {
  const { subject } = pixelSubject;
  const objective = objectiveOf(targets);
  const names = [...new Set([...subject.reads, ...outputsOf(objective)])];
  const outputs = await subject.model.run(pixelSubject.feeds(shown), names);
  const answers = subject.answersOf(outputs);
  return [...objectiveValues(objective, outputs)].map((value, sample) => ({
    entries: { logit: value },
    isReached: isReached(answers[sample]!, value, sample),
    scale: Math.abs(value),
    words: `the number is ${value}`,
  }));
}

/** Holds every entry of records, and their success, against what the model says of the same pixels. */
function checkSaid(samples: readonly AttackedSample[], looks: readonly Look[]): void {
  check(samples.length === looks.length, `expected ${looks.length} records, found ${samples.length}`);
  samples.forEach(({ success, evaluations, trajectory }, sample) => {
    const { entries, isReached, scale } = looks[sample]!;
    for (const name of Object.keys(trajectory) as (keyof Trajectory)[]) {
      const said = entries[name];
      const expected = said === undefined ? 0 : evaluations;
      const found = trajectory[name].length;
      check(found === expected, `sample ${sample}: ${name} has ${found} entries in ${evaluations} evaluations`);
      for (const entry of trajectory[name]) {
        check(
          Math.abs(entry - said!) <= sayingTolerance * Math.max(1, scale),
          `sample ${sample}, nothing changed: ${name} is recorded as ${entry}, and the model says ${said}`,
        );
      }
    }
    check(
      success === isReached,
      `sample ${sample}, nothing changed: success is ${success}, the model says ${isReached}`,
    );
  });
}

/** The goal of one sample. */
function goalAt(goal: AttackGoal, sample: number): AttackGoal {
  if (goal.kind !== 'raise') return { ...goal, classes: [goal.classes[sample]!] };
  return {
    kind: 'raise',
    targets: [goal.targets[sample]!],
    isReached: (answer, value) => goal.isReached(answer, value, sample),
  };
}

/** A copy of a request, but for the function in its goal. */
function copyOf<Request extends { readonly goal: AttackGoal }>({ goal, ...rest }: Request): Request {
  const copied =
    goal.kind === 'raise' ? { ...goal, targets: structuredClone(goal.targets) } : structuredClone<AttackGoal>(goal);
  return { ...structuredClone(rest), goal: copied } as unknown as Request;
}

/** Whether the model's word on the result is among those that were recorded. */
function wasSeen({ trajectory }: AttackedSample, { entries, scale }: Look): boolean {
  return trajectory.logit.some((logit) => Math.abs(logit - entries.logit!) <= sayingTolerance * scale);
}

/** The same subject, and how many times its model was run in whatever way. */
function counted(of: PixelSubject): { readonly subject: PixelSubject; readonly count: () => number } {
  let runs = 0;
  const change = (model: Model): Model => {
    const plain = withoutGradients(model);
    const run: Model['run'] = (...request) => ((runs += 1), model.run(...request));
    if (!isDifferentiable(model)) return { ...plain, run };
    const { gradientRules } = model;
    const differentiable: DifferentiableModel = {
      ...plain,
      ...(gradientRules && { gradientRules }),
      run,
      differentiate: (request) => ((runs += 1), model.differentiate(request)),
      differentiability: (...pair) => model.differentiability(...pair),
      ...(model.compile && {
        async compile(asked) {
          const program = await model.compile!(asked);
          return { run: (inputs) => ((runs += 1), program.run(inputs)), close: () => program.close() };
        },
      }),
    };
    return differentiable;
  };
  return { subject: ofAnotherModel(of, change), count: () => runs };
}

function lengthOf(norm: Attack['budget']['norm'], one: Float32Array, other: Float32Array): number {
  const changes = Array.from(one, (value, at) => Math.abs(value - other[at]!));
  switch (norm) {
    case 'linf':
      return changes.reduce((largest, change) => Math.max(largest, change), 0);
    case 'l2':
      return Math.sqrt(changes.reduce((sum, change) => sum + change * change, 0));
    case 'l1':
      return changes.reduce((sum, change) => sum + change, 0);
  }
}
