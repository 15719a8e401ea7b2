import {
  elementCount,
  expression as e,
  float32,
  largestOf,
  takeTensor,
  tensor,
  toFloat32,
  type CompiledProgram,
  type DifferentiableModel,
  type Expression,
  type Program,
  type Tensors,
} from '@understory/core';
import { check, checkClose, checkRejects, checkTensor } from './check.ts';
import type { ContractCase } from './contract-case.ts';
import type { DifferentiableBackendSubject } from './differentiable-backend-subject.ts';
import {
  expressionCases,
  expressionFeeds,
  expressionInputs,
  expressionSamples,
  expressionWeights,
  weightedTotal,
  type ExpressionSample,
} from './expression-cases.ts';

/** Numbers of float32 arithmetic beside the same in float64. */
const arithmeticTolerance = 1e-5;
const slopeTolerance = 2e-3;

/** What every model that compiles programs promises; skipped for a subject that declares that its models compile none. */
export function programContractCases(
  subject: DifferentiableBackendSubject,
  open: () => Promise<DifferentiableModel>,
): readonly Omit<ContractCase, 'timeout'>[] {
  const { feeds, input, layer, logits, tolerance = 1e-4 } = subject;
  const batch = feeds[input]!.dims[0]!;
  const classes = Array.from({ length: batch }, (_, sample) => sample % 2);
  const target = tensor('int64', BigInt64Array.from(classes, BigInt), [batch]);

  const withCompile = (
    name: string,
    work: (model: DifferentiableModel) => Promise<void>,
  ): Omit<ContractCase, 'timeout'> => ({
    name,
    ...(subject.programs === false && { skip: 'its models compile no programs' }),
    async run() {
      const model = await open();
      check(model.compile !== undefined, 'expected a model with `compile`, or a subject with `programs: false`');
      await work(model);
    },
  });
  /** The model's own inputs and a class, fed as they are. */
  const plain = (model: DifferentiableModel): Pick<Program, 'inputs' | 'feeds'> => ({
    inputs: [...model.inputs, { name: 'the class', type: 'int64', dims: ['N'] }],
    feeds: Object.fromEntries(model.inputs.map(({ name }) => [name, e.input(name)])),
  });
  const ownFeeds: Tensors = { ...feeds, 'the class': target };
  const scores = e.tensor(logits);
  const index = e.input('the class');

  return [
    withCompile('computes every kind of expression, for any batch', async (model) => {
      const outputs = Object.fromEntries(expressionCases.map(({ name, expression }) => [name, expression]));
      const { inputs, feeds: own } = plain(model);
      await using(model, { inputs: [...inputs, ...expressionInputs], feeds: own, outputs }, async (program) => {
        for (const size of [1, 3, 2]) {
          const samples = expressionSamples(size);
          const places = Array.from({ length: size }, (_, at) => at % batch);
          const fed = Object.fromEntries(Object.entries(ownFeeds).map(([name, of]) => [name, takeTensor(of, places)]));
          const found = await program.run({ ...fed, ...expressionFeeds(samples) });
          for (const { name, dims, expected } of expressionCases) {
            const result = found[name];
            check(result?.dims.join() === [size, ...dims].join(), `${name}: [${result?.dims.join(', ')}] for ${size}`);
            checkClose(name, toFloat32(result), samples.flatMap(expected), arithmeticTolerance);
          }
        }
      });
    }),
    withCompile('differentiates every kind of expression', async (model) => {
      // All of them at once, with the model's own scores among them, so that the objective depends on the model too.
      const objective = expressionCases
        .map(weightedTotal)
        .reduce((total, one) => e.add(total, one), e.reshape(e.pick(scores, index), []));
      const { inputs, feeds: own } = plain(model);
      const outputs = Object.fromEntries(['a', 'b', 'row'].map((name) => [name, e.gradient(name)]));
      await using(
        model,
        { inputs: [...inputs, ...expressionInputs], feeds: own, objective, outputs },
        async (program) => {
          const samples = expressionSamples(batch);
          const found = await program.run({ ...ownFeeds, ...expressionFeeds(samples) });
          const total = (sample: ExpressionSample) =>
            expressionCases.reduce((sum, one) => {
              const weights = expressionWeights(one);
              return sum + one.expected(sample).reduce((part, value, at) => part + value * weights[at]!, 0);
            }, 0);
          for (const name of ['a', 'b', 'row'] as const) {
            const slopes = samples.flatMap((sample) =>
              sample[name].map((value, at) => {
                const moved = (by: number) => total({ ...sample, [name]: sample[name].with(at, value + by) });
                return (moved(1e-4) - moved(-1e-4)) / 2e-4;
              }),
            );
            checkClose(`the gradient with respect to "${name}"`, toFloat32(found[name]!), slopes, slopeTolerance);
          }
        },
      );
    }),
    withCompile('hands back layers, the objective and gradients from one pass through the feeds', async (model) => {
      const { feeds: own, inputs } = plain(model);
      // The feed undoes what is done to the input here, so the model sees what it is always fed.
      const outer = float32(
        toFloat32(feeds[input]!).map((value) => 0.5 * value + 0.25),
        feeds[input]!.dims,
      );
      const program: Program = {
        inputs,
        feeds: { ...own, [input]: e.divide(e.subtract(e.input(input), 0.25), 0.5) },
        objective: e.pick(scores, index),
        outputs: { gradient: e.gradient(input), objective: e.objective(), layer: e.tensor(layer), logits: scores },
      };
      const expected = await model.differentiate({
        feeds,
        objective: { kind: 'score', output: logits, index: classes.map((one) => [one]) },
        withRespectTo: [input],
        fetch: [layer, logits],
      });
      const slopes = expected.gradients[input]!;
      const doubled = float32(
        toFloat32(slopes).map((value) => 2 * value),
        slopes.dims,
      );
      await using(model, program, async (compiled) => {
        const found = await compiled.run({ ...ownFeeds, [input]: outer });
        checkTensor('the gradient', found['gradient'], doubled, tolerance);
        checkTensor('the objective', found['objective'], float32(expected.value, [batch]), tolerance);
        checkTensor(`"${layer}"`, found['layer'], expected.fetched[layer]!, tolerance);
        checkTensor(`"${logits}"`, found['logits'], expected.fetched[logits]!, tolerance);
        for (let sample = 0; sample < batch; sample += 1) {
          const alone = await compiled.run(
            Object.fromEntries(
              Object.entries({ ...ownFeeds, [input]: outer }).map(([name, of]) => [name, takeTensor(of, [sample])]),
            ),
          );
          checkTensor(`sample ${sample} alone`, alone['gradient'], takeTensor(doubled, [sample]), tolerance);
        }
      });
    }),
    withCompile('differentiates margins, probabilities and cross-entropy as the same in cotangents', async (model) => {
      const { [logits]: own } = await model.run(feeds, [logits]);
      const values = toFloat32(own!);
      const count = own!.dims[1]!;
      const rows = classes.map((_, sample) => values.subarray(sample * count, (sample + 1) * count));
      const share = (sample: number, at: number) => {
        const largest = largestOf(rows[sample]!);
        const powers = rows[sample]!.map((value) => Math.exp(value - largest));
        return powers[at]! / powers.reduce((total, power) => total + power, 0);
      };
      const other = (sample: number) => {
        const others = rows[sample]!.map((value, at) => (at === classes[sample] ? -Infinity : value));
        return others.indexOf(largestOf(others));
      };
      const hot = (sample: number, at: number) => (at === classes[sample] ? 1 : 0);
      const rival = e.largest(e.addAt(scores, index, -Infinity), [1]);
      const objectives: readonly (readonly [string, Expression, (sample: number, at: number) => number])[] = [
        [
          'the margin',
          e.subtract(e.pick(scores, index), rival),
          (sample, at) => hot(sample, at) - (at === other(sample) ? 1 : 0),
        ],
        [
          'the probability',
          e.pick(e.softmax(scores), index),
          (sample, at) => share(sample, classes[sample]!) * (hot(sample, at) - share(sample, at)),
        ],
        [
          'the cross-entropy',
          e.negate(e.pick(e.logSoftmax(scores), index)),
          (sample, at) => share(sample, at) - hot(sample, at),
        ],
      ];
      for (const [name, objective, slope] of objectives) {
        const cotangent = float32(
          Float32Array.from({ length: elementCount(own!.dims) }, (_, at) => slope(Math.floor(at / count), at % count)),
          own!.dims,
        );
        const expected = await model.differentiate({
          feeds,
          objective: { kind: 'cotangent', cotangents: { [logits]: cotangent } },
          withRespectTo: [input],
        });
        const outputs = { gradient: e.gradient(input) };
        await using(model, { ...plain(model), objective, outputs }, async (program) => {
          const { gradient } = await program.run(ownFeeds);
          checkTensor(`the gradient of ${name}`, gradient, expected.gradients[input]!, tolerance);
        });
      }
    }),
    withCompile('refuses programs and feeds that do not fit', async (model) => {
      const own = plain(model);
      const objective = e.pick(scores, index);
      const outputs = { objective: e.objective() };
      const refused: readonly (readonly [string, Program, string])[] = [
        ['an unknown layer', { ...own, outputs: { y: e.tensor('no such tensor') } }, 'UNKNOWN_LAYER'],
        ['an unknown input', { ...own, outputs: { y: e.input('no such input') } }, 'PROGRAM_INVALID'],
        ['a model without its feed', { ...own, feeds: {}, outputs: { y: scores } }, 'PROGRAM_INVALID'],
        ['a gradient without objective', { ...own, outputs: { y: e.gradient(input) } }, 'PROGRAM_INVALID'],
        ['a gradient in the objective', { ...own, objective: e.gradient(input), outputs }, 'PROGRAM_INVALID'],
        [
          'a layer in the feeds',
          { ...own, feeds: { ...own.feeds, [input]: scores }, outputs, objective },
          'PROGRAM_INVALID',
        ],
        ['an objective for every class', { ...own, objective: scores, outputs }, 'PROGRAM_INVALID'],
        ['samples that mix', { ...own, outputs: { y: e.sum(scores, [0]) } }, 'PROGRAM_INVALID'],
        [
          'a batch beside classes',
          { ...own, objective, outputs: { y: e.multiply(scores, e.objective()) } },
          'PROGRAM_INVALID',
        ],
      ];
      for (const [what, program, code] of refused) await checkRejects(what, () => model.compile!(program), code);
      await using(model, { ...own, objective, outputs }, async (program) => {
        await checkRejects('feeds without the class', () => program.run(feeds), 'FEEDS_INVALID');
        const longer = { ...ownFeeds, 'the class': takeTensor(target, [...classes, 0]) };
        await checkRejects('a class too many', () => program.run(longer), 'FEEDS_INVALID');
      });
    }),
  ];
}

async function using(
  model: DifferentiableModel,
  program: Program,
  work: (compiled: CompiledProgram) => Promise<void>,
): Promise<void> {
  const compiled = await model.compile!(program);
  try {
    await work(compiled);
  } finally {
    await compiled.close();
  }
}
