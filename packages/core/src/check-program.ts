import { expressionsWithin, type Expression } from './contracts/expression.ts';
import type { Program } from './contracts/program.ts';
import { errors } from './errors/index.ts';
import { largestOf } from './long-lists.ts';
import type { TensorSpec } from './tensor/tensor-spec.ts';

/**
 * Throws PROGRAM_INVALID where the names of a program do not fit together or the inputs of the model; shapes and the model's
 * tensors are left to the backend.
 */
export function checkProgram(program: Program, modelInputs: readonly TensorSpec[]): void {
  const { inputs, feeds, objective, outputs } = program;
  const names = inputs.map(({ name }) => name);
  const wanted = modelInputs.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  refuseIf(names.length === 0, 'a program without inputs', 'one input at least, which has the batch');
  refuseIf(twice !== undefined, `two inputs named "${twice}"`, 'one input of each name');
  refuseIf(Object.keys(outputs).length === 0, 'a program without outputs', 'one output at least');
  for (const name of wanted) {
    refuseIf(!Object.hasOwn(feeds, name), `no feed for "${name}"`, 'a feed for every input of the model');
  }
  const stranger = Object.keys(feeds).find((name) => !wanted.includes(name));
  refuseIf(stranger !== undefined, `a feed for "${stranger}"`, `feeds for ${wanted.join(', ')}`);
  const check = (roots: readonly Expression[], where: string, forbidden: readonly Expression['kind'][]) => {
    for (const one of expressionsWithin(roots)) {
      refuseIf(forbidden.includes(one.kind), `${one.kind} inside ${where}`, `${where} made of what is known by then`);
      const name = one.kind === 'input' ? one.name : one.kind === 'gradient' ? one.of : undefined;
      const isKnown = name === undefined || names.includes(name);
      refuseIf(!isKnown, `"${name}" in ${where}`, `an input of the program: ${names.join(', ')}`);
      const needsObjective = one.kind === 'objective' || one.kind === 'gradient';
      refuseIf(needsObjective && !objective, `${one.kind} without an objective`, 'an objective');
    }
  };
  check(Object.values(feeds), 'the feeds', ['tensor', 'objective', 'gradient']);
  check(objective ? [objective] : [], 'the objective', ['objective', 'gradient']);
  check(Object.values(outputs), 'the outputs', []);
}

/** The names of the program's inputs whose gradients its outputs hold, each once. */
export function gradientsOf({ outputs }: Program): readonly string[] {
  const within = [...expressionsWithin(Object.values(outputs))];
  return [...new Set(within.flatMap((one) => (one.kind === 'gradient' ? [one.of] : [])))];
}

/** What is known of the value of an expression ahead. */
export interface Operand {
  /** Undefined where the rank is only known when the program runs. */
  readonly dims: readonly unknown[] | undefined;
  /** Whether its first dimension is the batch; constants have none. */
  readonly batched: boolean;
}

/**
 * Throws PROGRAM_INVALID where an operation on these operands would let samples mix: where broadcasting would not meet batch
 * with batch, or where an axis is the batch.
 */
export function checkSamplesApart(one: Expression, operands: readonly Operand[]): void {
  const apart = 'an operation that keeps samples apart';
  const [first] = operands;
  const rank = first?.dims?.length;
  if (one.kind === 'matrixProduct') {
    for (const { dims, batched } of operands) {
      const least = batched ? 3 : 2;
      refuseIf(
        dims !== undefined && dims.length < least,
        `a factor of a matrix product [${dims?.join(', ')}]`,
        `${least} dimensions at least: ${batched ? 'the batch and ' : ''}a matrix`,
      );
    }
  }
  if (one.kind === 'binary' || one.kind === 'whereGreater' || one.kind === 'matrixProduct') {
    const ranks = operands.flatMap(({ dims, batched }) => (batched && dims ? [dims.length] : []));
    const batchRank = largestOf(ranks);
    refuseIf(
      ranks.some((other) => other !== batchRank),
      `operands of ranks ${ranks.join(' and ')}`,
      'operands of one rank, so that batch meets batch',
    );
    for (const { dims, batched } of operands) {
      if (ranks.length === 0 || batched || !dims) continue;
      const fits = dims.length < batchRank || (dims.length === batchRank && (batchRank === 0 || dims[0] === 1));
      refuseIf(!fits, `a constant [${dims.join(', ')}] beside a batch`, 'a constant without a batch');
    }
    return;
  }
  if (!first?.batched || rank === undefined) return;
  if (one.kind === 'reduce') {
    refuseIf(
      one.axes.some((axis) => (axis < 0 ? axis + rank : axis) === 0),
      'a reduction over the batch',
      apart,
    );
  }
  if (one.kind === 'take') {
    refuseIf((one.axis < 0 ? one.axis + rank : one.axis) === 0, 'entries taken along the batch', apart);
  }
  if (one.kind === 'transpose') {
    const isOrder = one.order.toSorted((a, b) => a - b).every((axis, at) => axis === at) && one.order.length === rank;
    refuseIf(!isOrder || one.order[0] !== 0, `axes in the order ${one.order.join(', ')}`, apart);
  }
  if (one.kind === 'sortDescending' || one.kind === 'cumulativeSum') {
    refuseIf(rank < 2, `${one.kind} along the batch`, apart);
  }
}

function refuseIf(isWrong: boolean, found: string, expected: string): void {
  if (isWrong) throw errors.programInvalid({ found, expected });
}
