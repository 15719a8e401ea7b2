import {
  isDiagnosed,
  batchOf,
  elementCount,
  float32,
  isDifferentiable,
  largestOf,
  seededRandom,
  takeTensor,
  toFloat32,
} from '@understory/core';
import type {
  Derivative,
  DifferentiableModel,
  Feeds,
  GradientRules,
  Objective,
  Tensor,
  Tensors,
} from '@understory/core';
import { check, checkClose, checkRejects, checkTensor, checkUnchanged, once } from './check.ts';
import { timed, type ContractCase } from './contract-case.ts';
import type { DifferentiableBackendSubject } from './differentiable-backend-subject.ts';
import { programContractCases } from './program-contract-cases.ts';
import { sampleOfFeeds, sampleOfObjective, sampleOfTensor } from './samples.ts';

const everyRules: readonly GradientRules[] = [
  'guided',
  'lrp-epsilon',
  'lrp-z-plus',
  'lrp-alpha-beta',
  'deeplift-rescale',
];

/** What every opened model that has gradients promises beyond `backendContract`, one case a promise. */
export function differentiableBackendContract(subject: DifferentiableBackendSubject): readonly ContractCase[] {
  const { feeds, input, layer, logits, tolerance = 1e-4, step = 0.005, differenceTolerance = 0.02 } = subject;
  const batch = batchOf(feeds);
  if (batch < 2) throw new RangeError(`the contract needs a batch of at least 2, found ${batch}`);
  const open = once(async (): Promise<DifferentiableModel> => {
    const model = await subject.open();
    check(isDifferentiable(model), 'expected a model with `differentiate`');
    return model;
  });
  const classes = Array.from({ length: batch }, (_, sample) => sample % 2);
  const backwards = Array.from({ length: batch }, (_, sample) => batch - 1 - sample);
  const score: Objective = { kind: 'score', output: logits, index: classes.map((index) => [index]) };
  const crossEntropy: Objective = { kind: 'crossEntropy', output: logits, target: classes };
  const similarity = once(async (): Promise<Objective> => {
    const { data, dims } = await randomLike(scores());
    return { kind: 'similarity', output: logits, to: float32(data, dims), scale: 2.5 };
  });
  const derive = async (
    objective: Objective,
    withRespectTo: readonly string[],
    fed: Feeds = feeds,
  ): Promise<Derivative> => (await open()).differentiate({ feeds: fed, objective, withRespectTo });
  const scores = once(async () => (await (await open()).run(feeds, [logits]))[logits]!);

  return timed(subject, [
    {
      name: 'gives the value of each kind of objective, one a sample',
      async run() {
        const rows = rowsOf(await scores(), batch);
        const cotangent = await randomLike(scores());
        const weights = rowsOf(cotangent, batch);
        const expected: readonly (readonly [Objective, readonly number[]])[] = [
          [score, rows.map((row, sample) => row[classes[sample]!]!)],
          [crossEntropy, rows.map((row, sample) => crossEntropyOf(row, classes[sample]!))],
          [
            sumOf([2, score], [-0.5, crossEntropy]),
            rows.map((row, sample) => 2 * row[classes[sample]!]! - 0.5 * crossEntropyOf(row, classes[sample]!)),
          ],
          [
            { kind: 'cotangent', cotangents: { [logits]: cotangent } },
            rows.map((row, sample) => row.reduce((sum, logit, at) => sum + logit * weights[sample]![at]!, 0)),
          ],
          [
            { kind: 'similarity', output: logits, to: cotangent },
            rows.map((row, sample) => cosineOf(row, weights[sample]!)),
          ],
          [
            { kind: 'similarity', output: logits, to: cotangent, scale: -3 },
            rows.map((row, sample) => -3 * cosineOf(row, weights[sample]!)),
          ],
          [
            // "Left" minus "right": only the directions of the vectors count.
            sumOf(
              [1, { kind: 'similarity', output: logits, to: cotangent, scale: 7 }],
              [-1, { kind: 'similarity', output: logits, to: takeTensor(cotangent, backwards) }],
            ),
            rows.map(
              (row, sample) => 7 * cosineOf(row, weights[sample]!) - cosineOf(row, weights[backwards[sample]!]!),
            ),
          ],
        ];
        for (const [objective, values] of expected) {
          checkClose(`the value of ${objective.kind}`, (await derive(objective, [input])).value, values, tolerance);
        }
      },
    },
    {
      name: 'shapes gradients as what they are taken with respect to, and fetches from the same pass',
      async run() {
        const model = await open();
        const fetch = [...new Set([...model.layers.map(({ name }) => name), layer, logits])];
        const request = { feeds, objective: score, withRespectTo: [input, layer], fetch };
        const { gradients, fetched } = await model.differentiate(request);
        const ran = await model.run(feeds, fetch);
        check(
          Object.keys(gradients).toSorted().join() === [input, layer].toSorted().join(),
          `got gradients of ${Object.keys(gradients)}`,
        );
        for (const name of fetch) checkTensor(`fetched "${name}"`, fetched[name], ran[name]!, tolerance);
        for (const [name, tensor] of [
          [input, feeds[input]!],
          [layer, ran[layer]!],
        ] as const) {
          const found = gradients[name]!.dims.join(', ');
          check(
            found === tensor.dims.join(', '),
            `the gradient of "${name}" [${tensor.dims.join(', ')}] is [${found}]`,
          );
        }
      },
    },
    {
      name: 'agrees with finite differences',
      async run() {
        for (const objective of [score, crossEntropy, await similarity()]) {
          const gradient = toFloat32((await derive(objective, [input])).gradients[input]!);
          const norm = lengthOf(gradient);
          check(norm > 0, `the gradient of ${objective.kind} is zero everywhere`);
          const along = async (direction: ArrayLike<number>) => {
            const at = async (distance: number) => {
              const moved = toFloat32(feeds[input]!).map((value, place) => value + distance * direction[place]!);
              const { value } = await derive(objective, [input], {
                ...feeds,
                [input]: float32(moved, feeds[input]!.dims),
              });
              return value.reduce((sum, one) => sum + one, 0);
            };
            const near = (await at(step)) - (await at(-step));
            const far = (await at(2 * step)) - (await at(-2 * step));
            return (8 * near - far) / (12 * step);
          };
          const own = await along(gradient.map((value) => value / norm));
          check(
            Math.abs(own - norm) <= differenceTolerance * norm,
            `${objective.kind} along its gradient: analytic ${norm}, finite differences ${own}`,
          );
          // A gradient that lacks a part agrees along itself; a random direction of the same length shows the part.
          const random = seededRandom('finite differences');
          for (let round = 0; round < 3; round += 1) {
            const drawn = Float64Array.from(gradient, () => random.normal());
            const length = lengthOf(drawn);
            const direction = drawn.map((value) => value / length);
            const analytic = direction.reduce((sum, value, place) => sum + value * gradient[place]!, 0);
            const numeric = await along(direction);
            const size = Math.max(Math.abs(numeric), norm / Math.sqrt(gradient.length));
            check(
              Math.abs(numeric - analytic) <= 2 * differenceTolerance * size,
              `${objective.kind} along a random direction: analytic ${analytic}, finite differences ${numeric}`,
            );
          }
        }
      },
    },
    {
      name: 'keeps the chain rule across a layer',
      async run() {
        const { gradients } = await derive(score, [input, layer]);
        const { gradients: chained } = await derive({ kind: 'cotangent', cotangents: { [layer]: gradients[layer]! } }, [
          input,
        ]);
        checkTensor(`the gradient of "${input}" by way of "${layer}"`, chained[input], gradients[input]!, tolerance);
      },
    },
    {
      name: 'takes a score for the product with a one-hot tensor',
      async run() {
        const { type, dims } = await scores();
        check(type === 'float32', `"${logits}" is ${type}, the contract needs float32`);
        const oneHot = float32(new Float32Array(elementCount(dims)), dims);
        classes.forEach((index, sample) => (oneHot.data[(sample * oneHot.data.length) / batch + index] = 1));
        const expected = await derive(score, [input, layer]);
        const found = await derive({ kind: 'cotangent', cotangents: { [logits]: oneHot } }, [input, layer]);
        for (const name of [input, layer])
          checkTensor(`the gradient of "${name}"`, found.gradients[name], expected.gradients[name]!, tolerance);
      },
    },
    {
      name: 'is linear in the objective',
      async run() {
        // One after the other and with parts that do not cancel, so that no mix-up of objectives adds up by chance.
        const first = structuredClone(await derive(score, [layer]));
        const second = structuredClone(await derive(crossEntropy, [layer]));
        const both = await derive(sumOf([3, score], [-1, crossEntropy]), [layer]);
        const other = toFloat32(second.gradients[layer]!);
        const expected = toFloat32(first.gradients[layer]!).map((value, at) => 3 * value - other[at]!);
        checkClose('the gradient of 3 a - b', toFloat32(both.gradients[layer]!), expected, tolerance);
      },
    },
    {
      name: 'gives the same gradient whether it is asked for alone, with others, or beside what is fetched',
      async run() {
        const model = await open();
        for (const objective of [score, crossEntropy, await similarity(), sumOf([3, score], [-1, crossEntropy])]) {
          const together = structuredClone(await derive(objective, [input, layer]));
          for (const name of [input, layer]) {
            const alone = await derive(objective, [name]);
            const what = `the gradient of ${objective.kind} at "${name}"`;
            checkTensor(`${what}, alone`, alone.gradients[name], together.gradients[name]!, tolerance);
            checkClose(`the value of ${objective.kind}, with "${name}" alone`, alone.value, together.value, tolerance);
          }
          const request = { feeds, objective, withRespectTo: [layer], fetch: [layer, logits] };
          const { gradients } = await model.differentiate(request);
          checkTensor(`the gradient at "${layer}", fetching`, gradients[layer], together.gradients[layer]!, tolerance);
        }
      },
    },
    {
      name: 'keeps calls apart that run at the same time, and results that were handed out',
      async run() {
        const one = [sampleOfObjective(score, 1), [input], sampleOfFeeds(feeds, 1)] as const;
        const compared = await similarity();
        const calls: readonly (() => Promise<Derivative>)[] = [
          () => derive(score, [layer]),
          () => derive(crossEntropy, [layer]),
          () => derive(score, [input]),
          () => derive(compared, [layer]),
          () => derive(...one),
          () => derive(sumOf([3, score], [-1, crossEntropy]), [layer]),
        ];
        const handed: Derivative[] = [];
        const expected: Derivative[] = [];
        for (const call of calls) {
          handed.push(await call());
          expected.push(structuredClone(handed.at(-1)!));
        }
        const found = await Promise.all(calls.map((call) => call()));
        expected.forEach(({ value, gradients }, at) => {
          for (const [what, result] of [
            ['at the same time as others', found[at]!],
            ['after other calls', handed[at]!],
          ] as const) {
            checkClose(`the value of call ${at + 1}, ${what}`, result.value, value, tolerance);
            for (const [name, gradient] of Object.entries(gradients)) {
              checkTensor(`"${name}" of call ${at + 1}, ${what}`, result.gradients[name], gradient, tolerance);
            }
          }
        });
      },
    },
    {
      name: 'leaves feeds and objective as they were',
      async run() {
        const cotangent = await randomLike(scores());
        const objective = sumOf(
          [3, score],
          [-1, crossEntropy],
          [2, { kind: 'cotangent', cotangents: { [logits]: cotangent } }],
          [0.5, await similarity()],
        );
        const [own, untouched] = [structuredClone({ feeds, objective }), structuredClone({ feeds, objective })];
        await derive(own.objective, [input, layer], own.feeds);
        checkUnchanged('the feeds', own.feeds, untouched.feeds);
        checkUnchanged('the objective', own.objective, untouched.objective);
      },
    },
    {
      name: 'comes back to derivatives after other rules',
      async run() {
        const model = await open();
        for (const rules of model.gradientRules ?? []) {
          const before = structuredClone(await derive(score, [layer]));
          // Rules may refuse an operator that they have no meaning for.
          await model
            .differentiate({ feeds, objective: score, withRespectTo: [layer], rules })
            .catch((error: unknown) => check(isDiagnosed(error), `${rules} ended in ${String(error)}`));
          const after = await derive(score, [layer]);
          checkTensor(`the gradient after ${rules}`, after.gradients[layer], before.gradients[layer]!, tolerance);
        }
      },
    },
    {
      name: 'agrees with finite differences at a layer, where it runs on from one',
      async run() {
        const model = await open();
        if (model.runFrom === undefined) return;
        const own = (await model.run(feeds, [layer]))[layer]!;
        const values = toFloat32(own);
        // Where a ReLU gave zero, what comes next may tie: a kink, at which differences are no derivative.
        const gradient = toFloat32((await derive(score, [layer])).gradients[layer]!).map((slope, place) =>
          values[place] === 0 ? 0 : slope,
        );
        const norm = lengthOf(gradient);
        check(norm > 0, `the gradient at "${layer}" is zero everywhere`);
        const at = async (distance: number) => {
          const moved = values.map((value, place) => value + (distance * gradient[place]!) / norm);
          const ran = await model.runFrom!(feeds, { [layer]: float32(moved, own.dims) }, [logits]);
          return rowsOf(ran[logits]!, batch).reduce((sum, row, sample) => sum + row[classes[sample]!]!, 0);
        };
        const near = (await at(step)) - (await at(-step));
        const far = (await at(2 * step)) - (await at(-2 * step));
        const numeric = (8 * near - far) / (12 * step);
        check(
          Math.abs(numeric - norm) <= differenceTolerance * norm,
          `score along its gradient at "${layer}": analytic ${norm}, finite differences ${numeric}`,
        );
      },
    },
    {
      name: 'keeps samples apart',
      async run() {
        for (const objective of [score, crossEntropy, await similarity()]) {
          const whole = structuredClone(await derive(objective, [input, layer]));
          for (let sample = 0; sample < batch; sample += 1) {
            const own = sampleOfObjective(objective, sample);
            const alone = await derive(own, [input, layer], sampleOfFeeds(feeds, sample));
            for (const name of [input, layer]) {
              const expected = sampleOfTensor(whole.gradients[name]!, sample);
              const what = `the gradient of ${objective.kind} at "${name}", sample ${sample}`;
              checkTensor(what, alone.gradients[name], expected, tolerance);
            }
            checkClose(
              `the value of ${objective.kind}, sample ${sample}`,
              alone.value,
              [whole.value[sample]!],
              tolerance,
            );
          }
        }
      },
    },
    {
      name: 'multiplies with the Hessian, where it can',
      async run() {
        const model = await open();
        if (model.hessianProduct === undefined) return;
        const multiplied = (withRespectTo: string, direction: Tensor, objective: Objective = crossEntropy) =>
          model.hessianProduct!({ feeds, objective, withRespectTo, direction });
        // Of cross-entropy at the logits it is diag(p) - p p', and of a score 0.
        const direction = await randomLike(scores());
        const directions = rowsOf(direction, batch);
        const expected = rowsOf(await scores(), batch).flatMap((row, sample) => {
          const probabilities = Array.from(row, (_, at) => Math.exp(-crossEntropyOf(row, at)));
          const along = probabilities.reduce((sum, p, at) => sum + p * directions[sample]![at]!, 0);
          return probabilities.map((p, at) => p * (directions[sample]![at]! - along));
        });
        checkClose('H v at the logits', toFloat32(await multiplied(logits, direction)), expected, tolerance);
        const nothing = toFloat32(await multiplied(logits, direction, score));
        check(
          nothing.every((value) => value === 0),
          'the Hessian of a score by its own output is not 0',
        );
        const { [layer]: own } = await model.run(feeds, [layer]);
        const [one, other] = [await randomLike(Promise.resolve(own!)), own!];
        const dot = (left: Tensor, right: Tensor) => {
          const factors = toFloat32(right);
          return toFloat32(left).reduce((sum, value, at) => sum + value * factors[at]!, 0);
        };
        const [first, second] = [await multiplied(layer, one), await multiplied(layer, other)];
        const size = lengthOf(toFloat32(first)) * lengthOf(toFloat32(other));
        check(
          Math.abs(dot(first, other) - dot(second, one)) <= tolerance * size,
          `the Hessian at "${layer}" is not symmetric: ${dot(first, other)} and ${dot(second, one)}`,
        );
        await checkRejects('an unknown tensor', () => multiplied('no such tensor', own!));
      },
    },
    {
      name: 'runs on from a layer that it is given, where it can',
      async run() {
        const model = await open();
        if (model.runFrom === undefined) return;
        const { [layer]: own, [logits]: expected } = await model.run(feeds, [layer, logits]);
        const other = takeTensor(own!, backwards);
        const found = await model.runFrom(feeds, { [layer]: other }, [logits, layer]);
        checkTensor(`"${logits}" from "${layer}"`, found[logits], takeTensor(expected!, backwards), tolerance);
        checkTensor(`"${layer}" as given`, found[layer], other, 0);
        const runFrom = (activations: Tensors) => () => model.runFrom!(feeds, activations, [logits]);
        await checkRejects('an unknown layer', runFrom({ 'no such tensor': own! }));
        await checkRejects('an input for a layer', runFrom({ [input]: feeds[input]! }));
        await checkRejects('one sample too few', runFrom({ [layer]: takeTensor(own!, [0]) }), 'FEEDS_INVALID');
      },
    },
    {
      name: 'tells before it runs what gradients reach',
      async run() {
        const model = await open();
        for (const tensor of [input, layer]) {
          const told = model.differentiability(logits, tensor);
          check(told.differentiable, `"${logits}" is said not to reach "${tensor}"`);
        }
        const back = model.differentiability(layer, logits);
        check(!back.differentiable && back.reason === 'noPath', `"${layer}" is said to depend on "${logits}"`);
      },
    },
    {
      name: 'refuses targets that do not fit the batch or the classes',
      async run() {
        const wrong = (index: number): Objective => ({ ...score, index: classes.map(() => [index]) });
        const short = sampleOfObjective(score, 0);
        await checkRejects('one target for the batch', () => derive(short, [input]), 'TARGET_COUNT');
        const classCount = (await scores()).dims[1]!;
        for (const index of [-1, 0.5, classCount]) {
          await checkRejects(`class ${index}`, () => derive(wrong(index), [input]), 'CLASS_OUT_OF_RANGE');
        }
      },
    },
    {
      name: 'refuses vectors that no similarity with its output can be computed of',
      async run() {
        const { dims } = await scores();
        const fitting = await randomLike(scores());
        const size = fitting.data.length / batch;
        const refuse = (what: string, to: Tensor<'float32'>, code = 'SIMILARITY_INVALID', scale = 1) =>
          checkRejects(what, () => derive({ kind: 'similarity', output: logits, to, scale }, [input]), code);
        for (const width of [1, size - 1, size + 1].filter((one) => one > 0 && one !== size)) {
          await refuse(
            `vectors of ${width} for ${size}`,
            float32(new Float32Array(batch * width).fill(1), [batch, width]),
          );
        }
        for (const number of [NaN, Infinity]) {
          await refuse(`${number} in a vector`, float32(fitting.data.with(size, number), dims));
        }
        const zeros = fitting.data.map((value, at) => (at < size ? 0 : value));
        await refuse('a vector of zeros', float32(zeros, dims));
        await refuse('a scale that is no number', fitting, 'SIMILARITY_INVALID', NaN);
        await refuse('one vector for the batch', takeTensor(fitting, [0]), 'TARGET_COUNT');
      },
    },
    {
      name: 'refuses to differentiate with respect to what it does not have',
      run: () => checkRejects('an unknown tensor', () => derive(score, ['no such tensor'])),
    },
    {
      name: 'refuses rules that it does not have',
      async run() {
        const model = await open();
        const others = [...everyRules, 'no such rules' as string as GradientRules].filter(
          (rules) => !model.gradientRules?.includes(rules),
        );
        for (const rules of others) {
          const derivative = () => model.differentiate({ feeds, objective: score, withRespectTo: [input], rules });
          await checkRejects(`the rules "${rules}"`, derivative, 'RULES_UNSUPPORTED');
        }
      },
    },
    {
      name: 'differentiates nothing once it is closed',
      async run() {
        const model = await subject.open();
        check(isDifferentiable(model), 'expected a model with `differentiate`');
        await model.close();
        const derivative = () => model.differentiate({ feeds, objective: score, withRespectTo: [input] });
        await checkRejects('differentiate of a closed model', derivative, 'MODEL_CLOSED');
        const ask = { feeds, objective: score, withRespectTo: input, direction: feeds[input]! };
        if (model.hessianProduct !== undefined)
          await checkRejects('hessianProduct of a closed model', () => model.hessianProduct!(ask), 'MODEL_CLOSED');
        if (model.compile === undefined) return;
        const program = () => model.compile!({ inputs: [], feeds: {}, outputs: {} });
        await checkRejects('compile of a closed model', program, 'MODEL_CLOSED');
      },
    },
    ...programContractCases(subject, open),
  ]);
}

function sumOf(...terms: readonly (readonly [weight: number, of: Objective])[]): Objective {
  return { kind: 'sum', terms: terms.map(([weight, of]) => ({ weight, of })) };
}

function rowsOf(tensor: Tensor, batch: number): readonly Float32Array[] {
  const values = toFloat32(tensor);
  const size = values.length / batch;
  return Array.from({ length: batch }, (_, sample) => values.subarray(sample * size, (sample + 1) * size));
}

function crossEntropyOf(logits: Float32Array, target: number): number {
  const largest = largestOf(logits);
  return largest + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0)) - logits[target]!;
}

function cosineOf(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, at) => sum + value * right[at]!, 0) / (lengthOf(left) * lengthOf(right));
}

function lengthOf(vector: Float32Array | Float64Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}

async function randomLike(tensor: Promise<Tensor>): Promise<Tensor<'float32'>> {
  const { dims } = await tensor;
  const random = seededRandom('cotangent');
  return float32(
    Float32Array.from({ length: elementCount(dims) }, () => random.normal()),
    dims,
  );
}
