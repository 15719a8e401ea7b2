import type { FunctionProto, GraphProto, NodeProto, TensorProto } from 'onnx-buf';
import { constantOf } from '../attributes/constant-of.ts';
import { errors } from '../errors.ts';
import { bodiesOf, Node } from '../node.ts';
import { readTensor } from '../tensor.ts';
import { limits } from './limits.ts';

/** Names of one graph or body; those that it does not define belong to what lies around it. */
interface Scope {
  readonly weights: ReadonlyMap<string, TensorProto>;
  readonly producers: ReadonlyMap<string, NodeProto>;
  readonly inputs: ReadonlySet<string>;
  readonly around: Scope | undefined;
}

/**
 * Throws ONNX_TOO_LARGE where a Loop runs a constant number of steps beyond the limit and its condition cannot end it. A loop that
 * counts up to the largest number and ends by its condition, as exporters write `while`, passes.
 */
export function checkLoops(graph: GraphProto, functions: readonly FunctionProto[]): void {
  const waiting = [graph, ...functions].map((part) => ({
    part: part as Part,
    around: undefined as Scope | undefined,
    steps: 1,
  }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { part, around, steps } = next;
    let scope: Scope | undefined;
    for (const node of part.node) {
      const bodies = bodiesOf(node);
      if (bodies.length === 0) continue;
      scope ??= scopeOf(part, around);
      const own = isOperator(node, 'Loop') ? stepsOf(node, scope) : 1;
      if (steps * own > limits.steps) {
        const name = new Node(node).name;
        throw errors.tooLarge(
          'a loop runs on where nothing in the model ends it',
          `${steps * own} steps in node "${name}"`,
          `${limits.steps} steps`,
        );
      }
      for (const body of bodies) waiting.push({ part: body, around: scope, steps: steps * own });
    }
  }
}

type Part = Pick<GraphProto, 'node'> & {
  readonly initializer?: readonly TensorProto[];
  readonly input: readonly (string | { readonly name: string })[];
};

function scopeOf(part: Part, around: Scope | undefined): Scope {
  return {
    weights: new Map((part.initializer ?? []).map((tensor) => [tensor.name, tensor])),
    producers: new Map(part.node.flatMap((node) => node.output.map((name) => [name, node] as const))),
    inputs: new Set(part.input.map((input) => (typeof input === 'string' ? input : input.name))),
    around,
  };
}

/** The steps that a loop takes for certain; one where its condition or its count is only known when the model runs. */
function stepsOf(node: NodeProto, scope: Scope): number {
  const body = bodiesOf(node)[0]!;
  const [count = '', condition = ''] = node.input;
  const inside = scopeOf(body, scope);
  const runsOn = (name: string): boolean => {
    const { origin, value } = trace(name, inside);
    return value === undefined ? origin === body.input[1]?.name : value !== 0;
  };
  if (condition !== '' && !trace(condition, scope).value) return 1;
  if (body.output[0] && !runsOn(body.output[0].name)) return 1;
  return count === '' ? Infinity : (trace(count, scope).value ?? 1);
}

/** Where a tensor comes from behind what copies it, and its number where that is a constant. */
function trace(name: string, from: Scope): { readonly origin: string; readonly value: number | undefined } {
  let scope: Scope | undefined = from;
  const seen = new Set<string>();
  while (scope) {
    const producer: NodeProto | undefined = scope.producers.get(name);
    const weight = scope.weights.get(name);
    if (weight) return { origin: name, value: readTensor(weight)?.values[0] };
    if (scope.inputs.has(name)) return { origin: name, value: undefined };
    if (!producer) {
      scope = scope.around;
      continue;
    }
    const passes = ['Identity', 'Cast', 'Squeeze', 'Unsqueeze', 'Reshape', 'Flatten'].some((each) =>
      isOperator(producer, each),
    );
    const source = producer.input[0];
    if (!passes || !source || seen.has(name)) return { origin: name, value: constantOf(new Node(producer))?.values[0] };
    seen.add(name);
    name = source;
  }
  return { origin: name, value: undefined };
}

function isOperator({ opType, domain }: NodeProto, operator: string): boolean {
  return opType === operator && (domain === '' || domain === 'ai.onnx');
}
