import { create } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { DifferentiableGraph } from '../differentiate.ts';
import type { OperatorRule } from '../gradient-rule.ts';
import { Graph, type Initializer } from '../graph.ts';
import { Node, type AttributeInputs } from '../node.ts';
import type { Inference } from '../shapes/inference.ts';
import { writeTensor, type Constant } from '../tensor.ts';
import { isFloat, type ElementType, type Value } from '../types.ts';

/** Runs a model file: the named outputs for these inputs. The runtime is the caller's, so that this package needs none. */
export type Execute = (
  model: Uint8Array,
  feeds: Readonly<Record<string, Constant>>,
  fetch: readonly string[],
) => Promise<Readonly<Record<string, Constant>>>;

export interface RowInput {
  readonly dims: readonly number[];
  /** float32 by default. */
  readonly type?: ElementType;
  /** Uniform in this interval, [-1, 1] by default. */
  readonly range?: readonly [low: number, high: number];
  /** Points where the operator has a kink: values stay 0.15 away from them. */
  readonly avoid?: readonly number[];
  /** All values at least 0.15 apart, for maxima; spread over as wide a range as that takes. */
  readonly distinct?: boolean;
  /** Exact values, for indices, shapes, axes. */
  readonly values?: readonly number[];
  /** A weight of the model instead of an input. */
  readonly constant?: boolean;
  /** Whether the gradient is checked; by default every float input that is no omitted one. */
  readonly check?: boolean;
}

/** One line of the gradient-check table: an operator in one form. */
export interface GradientCheckRow {
  readonly operator: string;
  readonly domain?: string;
  /** What this row is about; part of the test's name. */
  readonly form: string;
  /** 18 by default; older ones pass through the raising of the opset. */
  readonly opset?: number;
  readonly attributes?: AttributeInputs;
  /** `null` is an omitted optional input. */
  readonly inputs: readonly (RowInput | null)[];
  /** How many of the inputs the node lists, all by default; its bodies read the others from around them, as `x1`, `x2` and so on. */
  readonly listed?: number;
  /** How many outputs the node writes, 1 by default. */
  readonly outputs?: number;
  /** The outputs that the objective reads, [0] by default. */
  readonly objective?: readonly number[];
  /** Whether the row also runs with every size of its inputs unknown ahead; true by default. */
  readonly symbolic?: boolean;
  /** Largest difference relative to the size of the derivative, 5e-3 by default. */
  readonly tolerance?: number;
}

export interface GradientCheckResult {
  readonly input: number;
  readonly analytic: number;
  readonly numeric: number;
  readonly error: number;
}

const step = 0.02;

/**
 * Compares the gradient of a random projection of a node's outputs with central finite differences (Richardson, steps 0.02
 * and 0.04) along random directions, for every checked input; also holds inferred types and shapes against what ran.
 * Throws an Error that shows both numbers where they differ by more than the tolerance.
 */
export async function checkGradient(
  row: GradientCheckRow,
  execute: Execute,
  options: {
    readonly seed?: number;
    readonly symbolic?: boolean;
    readonly rules?: readonly OperatorRule[];
    readonly blockedLayout?: boolean;
  } = {},
): Promise<readonly GradientCheckResult[]> {
  const random = uniform(options.seed ?? 1);
  const inputs = row.inputs.map((input) => input && sample(input, random));
  const graph = modelOf(row, inputs, options.symbolic ?? false);
  const objective = row.objective ?? [0];
  const outputNames = objective.map((index) => `y${index}`);

  const feeds: Record<string, Constant> = {};
  inputs.forEach((constant, index) => {
    if (constant && !row.inputs[index]!.constant) feeds[`x${index}`] = constant;
  });
  const plain = graph.encode();
  const forward = await execute(
    plain,
    feeds,
    graph.outputs.map((output) => output.name),
  );
  checkShapes(graph, forward, describe(row, options.symbolic));

  const cotangents = new Map(
    outputNames.map((name) => {
      const { dims, type, values } = forward[name]!;
      return [
        name,
        { type, dims, values: Float32Array.from({ length: values.length }, () => 0.5 + random()) },
      ] as const;
    }),
  );
  const checked = inputs.flatMap((constant, index) => {
    const input = row.inputs[index];
    return constant && input && (input.check ?? isFloat(constant.type)) ? [index] : [];
  });
  if (checked.length === 0) throw new Error(`${describe(row)}: no input to check`);

  const derived = new DifferentiableGraph(graph, options).differentiate({
    objective: { kind: 'cotangent', outputs: outputNames },
    withRespectTo: checked.map((index) => `x${index}`),
  });
  const objectiveFeeds = Object.fromEntries(
    derived.objectiveInputs.map(({ name, output }) => [name, cotangents.get(output)!]),
  );
  const gradients = await execute(
    derived.graph.encode(derived.sizes),
    { ...feeds, ...objectiveFeeds },
    Object.values(derived.gradients),
  );

  const results: GradientCheckResult[] = [];
  for (const index of checked) {
    const gradient = gradients[derived.gradients[`x${index}`]!]!;
    const at = inputs[index]!;
    if (gradient.type !== at.type || gradient.dims.join() !== at.dims.join()) {
      throw new Error(
        `${describe(row, options.symbolic)}: the gradient of input ${index} is ${gradient.type} [${gradient.dims.join()}], the input ${at.type} [${at.dims.join()}]`,
      );
    }
    for (let round = 0; round < 2; round += 1) {
      const direction = Float32Array.from({ length: at.values.length }, () => random() * 2 - 1);
      const along = async (distance: number) => {
        const moved: Constant = {
          ...at,
          values: Float32Array.from(at.values, (value, i) => value + distance * direction[i]!),
        };
        const isConstant = row.inputs[index]!.constant;
        const model = isConstant ? modelOf(row, inputs.with(index, moved), options.symbolic ?? false).encode() : plain;
        const ran = await execute(model, isConstant ? feeds : { ...feeds, [`x${index}`]: moved }, outputNames);
        return outputNames.reduce((sum, name) => sum + dot(ran[name]!.values, cotangents.get(name)!.values), 0);
      };
      const near = (await along(step)) - (await along(-step));
      const far = (await along(2 * step)) - (await along(-2 * step));
      const numeric = (8 * near - far) / (12 * step);
      const analytic = dot(gradient.values, direction);
      // Relative to what the derivative could be along this direction, so that one near zero by chance is not held to its own size.
      const size = Math.max(Math.abs(numeric), Math.sqrt(dot(gradient.values, gradient.values)) * 0.5, 1e-3);
      const error = Math.abs(analytic - numeric) / size;
      results.push({ input: index, analytic, numeric, error });
      if (!(error <= (row.tolerance ?? 5e-3))) {
        throw new Error(
          `${describe(row, options.symbolic)}: input ${index}: analytic ${analytic}, finite differences ${numeric} (relative difference ${error.toExponential(2)})`,
        );
      }
    }
  }
  return results;
}

function describe(row: GradientCheckRow, symbolic = false): string {
  return `${row.operator} (${row.form}, opset ${row.opset ?? 18}${symbolic ? ', sizes unknown ahead' : ''})`;
}

function modelOf(row: GradientCheckRow, inputs: readonly (Constant | null)[], symbolic: boolean): Graph {
  const initializers = new Map<string, Initializer>();
  const values: Value[] = [];
  inputs.forEach((constant, index) => {
    if (!constant) return;
    const name = `x${index}`;
    if (row.inputs[index]!.constant) initializers.set(name, { proto: writeTensor(name, constant) });
    else
      values.push({
        name,
        type: constant.type,
        shape: symbolic ? constant.dims.map((_, axis) => `s${index}_${axis}`) : constant.dims,
      });
  });
  const outputs = Array.from({ length: row.outputs ?? 1 }, (_, index) => `y${index}`);
  const domains = row.domain ? [{ domain: row.domain, version: 1n }] : [];
  const header = create(ModelProtoSchema, { irVersion: 8n, opsetImport: domains });
  const node = Node.of(
    row.operator,
    inputs.slice(0, row.listed).map((constant, index) => (constant ? `x${index}` : '')),
    outputs,
    row.attributes,
    'node',
    row.domain,
  );
  const opset = row.opset ?? 18;
  const untyped = outputs.map((name): Value => ({ name, type: undefined, shape: undefined }));
  const parts = { header, name: 'row', opset, inputs: values, nodes: [node], initializers, declared: new Map() };
  // The runtime wants output types; the shapes stay open so that the inference has nothing to copy from.
  const inferred = new DifferentiableGraph(new Graph({ ...parts, outputs: untyped })).inference;
  // Objectives are per sample: a scalar becomes a batch of one.
  const scalars = outputs.filter((name) => inferred.value(name).shape?.length === 0);
  const inner = (name: string) => (scalars.includes(name) ? `${name}.scalar` : name);
  const one = writeTensor('one', { type: 'int64', dims: [1], values: [1] });
  return new Graph({
    ...parts,
    nodes: [
      node.with({ outputs: outputs.map(inner) }),
      ...scalars.map((name) => Node.of('Reshape', [inner(name), 'one'], [name])),
    ],
    initializers: new Map([...initializers, ...(scalars.length > 0 ? [['one', { proto: one }] as const] : [])]),
    outputs: outputs.map((name) => ({ name, type: inferred.value(name).type, shape: undefined })),
  });
}

function checkShapes(graph: Graph, ran: Readonly<Record<string, Constant>>, what: string): void {
  const inference: Inference = new DifferentiableGraph(graph).inference;
  for (const { name } of graph.outputs) {
    const { type, shape } = inference.value(name);
    const actual = ran[name]!;
    const fits =
      type === actual.type &&
      shape?.length === actual.dims.length &&
      shape.every((dim, axis) => typeof dim === 'string' || dim === actual.dims[axis]);
    if (!fits) {
      throw new Error(
        `${what}: inferred ${type ?? 'no type'} [${shape?.join() ?? 'unknown'}] for ${name}, ran as ${actual.type} [${actual.dims.join()}]`,
      );
    }
  }
}

function sample(input: RowInput, random: () => number): Constant {
  const { dims, type = 'float32', range: [low, high] = [-1, 1], avoid = [] } = input;
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (input.values) return { type, dims, values: input.values };
  if (input.distinct) {
    const order = Array.from({ length: count }, (_, at) => at);
    for (let at = count - 1; at > 0; at -= 1) {
      const other = Math.floor(random() * (at + 1));
      [order[at], order[other]] = [order[other]!, order[at]!];
    }
    return { type, dims, values: Float32Array.from(order, (place) => (place - count / 2 + 0.25) * 0.2) };
  }
  const draw = (): number => {
    let value: number;
    do value = low + random() * (high - low);
    while (avoid.some((kink) => Math.abs(value - kink) < 0.15));
    return value;
  };
  return { type, dims, values: Float32Array.from({ length: count }, draw) };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += a[at]! * b[at]!;
  return sum;
}

/** The generator known as mulberry32: enough for test inputs. */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
