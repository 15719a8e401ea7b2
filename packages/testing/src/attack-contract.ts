import { float32, takeTensor } from '@understory/core';
import { ImageClassifier, PixelClassifier } from '@understory/core';
import type { Attack, AttackGoal, AttackRequest, AttackResult, Model, Tensor } from '@understory/core';
import { check, checkClose, checkRejects, checkTensor, once } from './check.ts';
import type { ContractCase } from './contract-case.ts';

export interface AttackSubject {
  readonly create: () => Attack | Promise<Attack>;
  readonly classifier: () => PixelClassifier | Promise<PixelClassifier>;
  /** Two samples or more, no two alike. */
  readonly pixels: Tensor<'float32'>;
  /** One class a sample. */
  readonly goal: AttackGoal;
  /** One a sample, each with pixels that are let through and pixels that are not. */
  readonly masks: readonly Tensor<'float32'>[];
  /** The attack asks no more of a model than what it says, so that there is none that it cannot attack. */
  readonly gradientFree?: true;
  /** Largest difference of pixels and probabilities that should be the same; 1e-6 by default. */
  readonly tolerance?: number;
}

/** What every attack promises, one case a promise. */
export function attackContract(subject: AttackSubject): readonly ContractCase[] {
  const { pixels, goal, masks, gradientFree = false, tolerance = 1e-6 } = subject;
  const batch = pixels.dims[0] ?? 0;
  if (batch < 2) throw new RangeError(`the contract needs a batch of at least 2, found ${batch}`);
  const seeds = Array.from({ length: batch }, (_, sample) => 100 + sample);
  const untouched = structuredClone({ pixels, masks });
  const parts = once(async () => ({ attack: await subject.create(), classifier: await subject.classifier() }));
  const perturb = async (changes: Partial<AttackRequest> = {}): Promise<AttackResult> => {
    const { attack, classifier } = await parts();
    return attack.perturb({ classifier, pixels, goal, masks, seeds, ...changes });
  };
  const whole = once(() => perturb());
  const size = pixels.data.length / batch;
  const rowOf = ({ data }: Tensor<'float32'>, sample: number) => data.subarray(sample * size, (sample + 1) * size);

  return [
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
        const none = masks.map(({ dims, data }) => float32(new Float32Array(data.length), dims));
        checkTensor('pixels', (await perturb({ masks: none })).adversarial, pixels, 0);
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
            check(entries.length === evaluations, `${name}: ${entries.length} entries in ${evaluations} evaluations`);
            check(entries.every(Number.isFinite), `${name}: expected finite numbers`);
            const isShare = name.endsWith('robability');
            check(!isShare || entries.every((value) => value >= 0 && value <= 1 + 1e-6), `${name}: expected shares`);
          }
        }
      },
    },
    {
      name: 'calls success what the model calls so',
      async run() {
        const { attack, classifier } = await parts();
        const { adversarial, samples } = await whole();
        const predictions = await classifier.predict(adversarial);
        samples.forEach(({ success }, sample) => {
          if (!success) return;
          const prediction = predictions[sample]!;
          const own = { kind: goal.kind, class: goal.classes[sample]! };
          const isBest = prediction.ranking[0] === own.class;
          const isReached = attack.isReached?.(prediction, own) ?? isBest === (goal.kind === 'targeted');
          check(isReached, `sample ${sample} is called a success, and the model says class ${prediction.ranking[0]}`);
        });
      },
    },
    {
      name: 'gives the same for the same request',
      async run() {
        const [first, second] = [await whole(), await perturb()];
        checkTensor('second time', second.adversarial, first.adversarial, 0);
        check(
          JSON.stringify(second.samples) === JSON.stringify(first.samples),
          'expected the same records the second time',
        );
      },
    },
    {
      name: 'attacks each sample as if it were alone',
      async run() {
        const { adversarial, samples } = await whole();
        for (let sample = 0; sample < batch; sample += 1) {
          const alone = await perturb({
            pixels: takeTensor(pixels, [sample]),
            goal: { ...goal, classes: [goal.classes[sample]!] },
            masks: [masks[sample]!],
            seeds: [seeds[sample]!],
          });
          checkClose(`sample ${sample}, alone`, alone.adversarial.data, rowOf(adversarial, sample), tolerance);
          const [own, shared] = [alone.samples[0]!, samples[sample]!];
          for (const key of ['success', 'evaluations', 'updates'] as const) {
            check(own[key] === shared[key], `sample ${sample}, alone: ${key} is ${own[key]}, not ${shared[key]}`);
          }
          const name = `sample ${sample}, alone: probabilities`;
          checkClose(name, own.trajectory.probability, shared.trajectory.probability, tolerance);
        }
      },
    },
    {
      name: 'leaves pixels, masks and model as they were',
      async run() {
        const { classifier } = await parts();
        const before = await classifier.predict(untouched.pixels);
        await perturb();
        checkTensor('pixels', pixels, untouched.pixels, 0);
        masks.forEach((mask, sample) => checkTensor(`mask ${sample}`, mask, untouched.masks[sample]!, 0));
        const after = await classifier.predict(untouched.pixels);
        after.forEach(({ logits }, sample) => checkClose(`logits ${sample}`, logits, before[sample]!.logits, 0));
      },
    },
    {
      name: 'refuses goals, pixels and masks that do not fit',
      async run() {
        const one = { ...goal, classes: goal.classes.slice(1) };
        await checkRejects('a goal too few', () => perturb({ goal: one }), 'TARGET_COUNT');
        const [first = 0, ...others] = goal.classes;
        const far = { ...goal, classes: [first + 1e6, ...others] };
        await checkRejects('a class that is none', () => perturb({ goal: far }), 'CLASS_OUT_OF_RANGE');
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
          const plain = classifierOf((await parts()).classifier, (model) => model);
          checkTensor(
            'without gradients',
            (await perturb({ classifier: plain })).adversarial,
            (await whole()).adversarial,
            0,
          );
          return;
        }
        const { classifier } = await parts();
        let runs = 0;
        const still = classifierOf(classifier, (model) => ({
          ...model,
          run() {
            runs += 1;
            return Promise.reject(new Error('not to be run'));
          },
        }));
        await checkRejects('a model without gradients', () => perturb({ classifier: still }), 'CAPABILITY_MISSING');
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
  ];
}

/** The same classifier of a model that has nothing but what is asked of every model. */
function classifierOf({ classifier, normalisation, height, width }: PixelClassifier, change: (plain: Model) => Model) {
  const { inputs, outputs, layers, origin, graph } = classifier.model;
  const plain: Model = {
    inputs,
    outputs,
    layers,
    origin,
    ...(graph && { graph }),
    run: (...request) => classifier.model.run(...request),
    close: () => classifier.model.close(),
  };
  const { input, logits } = classifier;
  return new PixelClassifier(new ImageClassifier({ model: change(plain), input, logits }), normalisation, {
    height,
    width,
  });
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
