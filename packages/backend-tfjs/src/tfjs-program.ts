import * as tf from '@tensorflow/tfjs-core';
import {
  checkFeeds,
  checkProgram,
  closest,
  elementCount,
  errors,
  expressionsWithin,
  gradientsOf,
  isDiagnosed,
  joinTensors,
  takeTensor,
  type CompiledProgram,
  type Expression,
  type LayerSpec,
  type Program,
  type Tensor,
  type Tensors,
  type TensorSpec,
  firstLineOf,
} from '@understory/core';
import { ExpressionValues, type Leaf } from './expression-operations.ts';
import { gradientsOnTape } from './tape.ts';
import { fromTf, toTf } from './tensors.ts';

/** What a program needs of the model that it is for. */
export interface ProgramTarget {
  readonly inputs: readonly TensorSpec[];
  readonly layers: readonly LayerSpec[];
  /** The number of samples that the model accepts at a time; undefined for any number. */
  readonly fixedBatch: number | undefined;
  /** Lets what waits have its turn before a piece of work, which nothing interrupts. */
  readonly breathe?: () => Promise<void>;
  /** Does synchronous work on the model's engine, with our gradients, and releases what it made. */
  readonly work: <T>(own: () => T) => T;
  readonly compute: (given: ReadonlyMap<string, tf.Tensor>, names: readonly string[]) => ReadonlyMap<string, tf.Tensor>;
  readonly isChannelsLast: (name: string) => boolean;
  readonly reaches: (output: string, tensor: string) => boolean;
  /** Throws NOT_DIFFERENTIABLE where the way from an output to a tensor crosses an operator without a gradient. */
  readonly checkReach: (outputs: readonly string[], tensor: string) => void;
}

/** The size at which a program is tried where its inputs leave it open. */
const trialSize = 64;

/** A program around a TensorFlow.js model: one pass forward and, where gradients are asked for, one back. */
export class TfjsProgram implements CompiledProgram {
  private readonly program: Program;
  private readonly target: ProgramTarget;
  /** The tensors of the model that expressions read. */
  private readonly tensors: readonly string[];

  /** Throws PROGRAM_INVALID, UNKNOWN_LAYER and NOT_DIFFERENTIABLE. */
  constructor(program: Program, target: ProgramTarget) {
    checkProgram(program, target.inputs);
    this.program = program;
    this.target = target;
    const within = (roots: readonly Expression[]) =>
      [...expressionsWithin(roots)].flatMap((one) => (one.kind === 'tensor' ? [one.name] : []));
    const objective = program.objective ? within([program.objective]) : [];
    this.tensors = [...new Set([...objective, ...within(Object.values(program.outputs))])];
    const known = [...target.inputs, ...target.layers].map(({ name }) => name);
    for (const name of this.tensors) {
      if (!known.includes(name)) throw errors.unknownLayer({ layer: name, suggestions: closest(name, known) });
    }
    for (const input of gradientsOf(program)) this.checkGradient(input, objective);
    this.tryOut();
  }

  async run(inputs: Tensors): Promise<Tensors> {
    const { fixedBatch, work } = this.target;
    const batch = checkFeeds(this.program.inputs, inputs);
    await this.target.breathe?.();
    if (fixedBatch === undefined || fixedBatch === batch) return work(() => this.compute(inputs));
    const parts = Array.from({ length: Math.ceil(batch / fixedBatch) }, (_, at) => {
      const take = Array.from({ length: fixedBatch }, (_unused, sample) =>
        Math.min(at * fixedBatch + sample, batch - 1),
      );
      const part = Object.fromEntries(Object.entries(inputs).map(([name, of]) => [name, takeTensor(of, take)]));
      return work(() => this.compute(part));
    });
    return Object.fromEntries(
      Object.keys(this.program.outputs).map((name) => [
        name,
        joinTensors(
          parts.map((part) => part[name]!),
          batch,
        ),
      ]),
    );
  }

  async close(): Promise<void> {
    // Nothing is held open beside the model.
  }

  private compute(inputs: Tensors): Tensors {
    const { feeds, objective, outputs } = this.program;
    const fed = new Map(Object.entries(inputs).map(([name, tensor]) => [name, toTf(tensor)]));
    const kept = new Map<string, tf.Tensor>();
    const wanted = gradientsOf(this.program);
    const forward = () => {
      const feeding = new ExpressionValues((one) => this.leaf(one, fed));
      const given = new Map(
        this.target.inputs.map((input) => [input.name, checkedFeed(input, feeding.of(feeds[input.name]!))] as const),
      );
      const values = this.target.compute(given, this.tensors);
      for (const name of this.tensors) kept.set(name, tf.keep(this.exposed(name, values.get(name)!)));
      if (objective === undefined) return undefined;
      const total = new ExpressionValues((one) => this.leaf(one, fed, kept)).of(objective);
      const batch = [...fed.values()][0]!.shape[0] ?? 1;
      checkObjective(total, batch);
      const perSample = tf.reshape(total, [batch]);
      kept.set('', tf.keep(perSample));
      return perSample;
    };
    try {
      const gradients = new Map<string, tf.Tensor | undefined>();
      if (wanted.length === 0) forward();
      else {
        const withRespectTo = wanted.map((name) => fed.get(name)!);
        const found = gradientsOnTape(() => ({ objective: forward()!, withRespectTo }));
        wanted.forEach((name, at) => gradients.set(name, found[at]));
      }
      const results = new ExpressionValues((one) => this.leaf(one, fed, kept, gradients));
      return Object.fromEntries(
        Object.entries(outputs).map(([name, one]): [string, Tensor] => [
          name,
          one.kind === 'input' ? inputs[one.name]! : fromTf(results.of(one)),
        ]),
      );
    } finally {
      for (const tensor of new Set(kept.values())) tensor.dispose();
    }
  }

  private leaf(
    one: Leaf,
    fed: ReadonlyMap<string, tf.Tensor>,
    kept?: ReadonlyMap<string, tf.Tensor>,
    gradients?: ReadonlyMap<string, tf.Tensor | undefined>,
  ): tf.Tensor {
    switch (one.kind) {
      case 'input':
        return fed.get(one.name)!;
      case 'tensor':
        return kept!.get(one.name)!;
      case 'objective':
        return kept!.get('')!;
      case 'gradient':
        return gradients!.get(one.of) ?? tf.zeros(fed.get(one.of)!.shape);
    }
  }

  /** A tensor as the model hands it out; never one that is owned elsewhere. */
  private exposed(name: string, tensor: tf.Tensor): tf.Tensor {
    return this.target.isChannelsLast(name) ? tf.transpose(tensor, [0, 3, 1, 2]) : tf.clone(tensor);
  }

  private checkGradient(input: string, objective: readonly string[]): void {
    const { inputs, feeds } = this.program;
    const type = inputs.find(({ name }) => name === input)?.type;
    if (type !== 'float32') {
      throw errors.programInvalid({
        found: `a gradient with respect to "${input}", which is ${type}`,
        expected: 'float32',
      });
    }
    const reads = (root: Expression) =>
      [...expressionsWithin([root])].some((one) => one.kind === 'input' && one.name === input);
    const { target, program } = this;
    const fed = target.inputs.map(({ name }) => name).filter((name) => reads(feeds[name]!));
    const ways = fed.flatMap((tensor) => objective.map((output) => ({ output, tensor })));
    for (const { output, tensor } of ways) if (output !== tensor) target.checkReach([output], tensor);
    const isReached =
      (program.objective !== undefined && reads(program.objective)) ||
      ways.some(({ output, tensor }) => output === tensor || target.reaches(output, tensor));
    if (isReached) return;
    throw errors.notDifferentiable({
      output: 'the objective',
      tensor: input,
      reason: 'The objective does not depend on it.',
      alternatives: ['an input that the objective depends on'],
    });
  }

  /** Report what is wrong now and not on the first run. */
  private tryOut(): void {
    const { inputs } = this.program;
    const isOpen = inputs.some(({ dims }) => !dims || dims.slice(1).some((dim) => typeof dim === 'string'));
    const trial = Object.fromEntries(
      inputs.map(({ name, type, dims = ['N'] }): [string, Tensor] => {
        const batch = this.target.fixedBatch ?? 1;
        const sizes = dims.map((dim, axis) => (axis === 0 ? batch : typeof dim === 'string' ? trialSize : dim));
        return [name, zerosOf(type, sizes)];
      }),
    );
    try {
      this.target.work(() => this.compute(trial));
    } catch (error) {
      const isOurs = isDiagnosed(error) && error.code !== 'RUN_FAILED';
      if (isOurs) throw error;
      // A size that was made up may not fit the model.
      if (isOpen) return;
      throw errors.programInvalid({
        found: firstLineOf(isDiagnosed(error) ? error.found : error),
        expected: 'shapes that fit',
      });
    }
  }
}

function zerosOf(type: TensorSpec['type'], dims: readonly number[]): Tensor {
  const count = elementCount(dims);
  if (type === 'int64') return { type, dims, data: new BigInt64Array(count) };
  if (type === 'bool') return { type, dims, data: new Uint8Array(count) };
  if (type === 'int32') return { type, dims, data: new Int32Array(count) };
  return { type: 'float32', dims, data: new Float32Array(count) };
}

function checkedFeed({ name, type, dims }: TensorSpec, value: tf.Tensor): tf.Tensor {
  const fits =
    value.dtype === type &&
    (!dims ||
      (dims.length === value.rank &&
        dims.every((dim, axis) => axis === 0 || typeof dim === 'string' || dim === value.shape[axis])));
  if (fits) return value;
  throw errors.programInvalid({
    found: `${value.dtype} [${value.shape.join(', ')}] for "${name}"`,
    expected: `${type} [${['N', ...(dims?.slice(1) ?? ['...'])].join(', ')}]`,
  });
}

function checkObjective({ shape }: tf.Tensor, batch: number): void {
  const [first, ...rest] = shape;
  if (first === batch && (rest.length === 0 || (rest.length === 1 && rest[0] === 1))) return;
  throw errors.programInvalid({ found: `an objective [${shape.join(', ')}]`, expected: `[${batch}] or [${batch}, 1]` });
}
