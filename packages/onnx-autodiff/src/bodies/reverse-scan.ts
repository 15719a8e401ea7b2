import type { GraphBuilder } from '../builder.ts';
import type { DifferentiableBody } from '../gradient-rule.ts';
import type { Initializer } from '../graph.ts';
import { Node } from '../node.ts';
import type { Value } from '../types.ts';
import { writeBody } from './write-body.ts';

/** How a tensor is read or written step by step: the axis of the steps, and 1 where the last one comes first. */
export interface Along {
  readonly axis: number;
  readonly direction: number;
}

export interface ForwardSteps {
  readonly body: DifferentiableBody;
  /** What is carried from step to step: its names inside the body before and after a step. */
  readonly states: readonly { readonly before: string; readonly after: string }[];
  /** The initial states, in the same order. */
  readonly initial: readonly Value[];
  /** The gradients of the final states. */
  readonly final: readonly (Value | undefined)[];
  /** Everything that a step is fed with, under its name in the body, step by step. */
  readonly fed: readonly (Along & { readonly name: string; readonly steps: Value })[];
  /** What steps hand out, with its gradient where there is one. */
  readonly results: readonly (Along & { readonly name: string; readonly gradient: Value | undefined })[];
  /** Whether there may be no step at all, which ONNX Runtime's Scan refuses; nothing that is fed then has a gradient. */
  readonly mayBeNone: boolean;
}

/** What is asked for: names inside the body of initial states and of what it is fed with, and tensors from around it. */
export interface Wanted {
  readonly states: readonly string[];
  readonly fed: readonly string[];
  readonly around: readonly string[];
}

/** The gradient of steps, by the same names: steps from the last to the first, each of which is computed again. */
export function reverseScan(graph: GraphBuilder, steps: ForwardSteps, wanted: Wanted): ReadonlyMap<string, Value> {
  const { body, states, initial, final, fed } = steps;
  const active = activeStates(steps, wanted);
  const carried = states.flatMap((state, at) =>
    active.has(state.before) ? [{ ...state, initial: initial[at]!, final: final[at] }] : [],
  );
  const inputs = [...carried.map(({ before }) => before), ...wanted.fed, ...wanted.around];
  const reached = body.reached(inputs);
  const results = steps.results.filter(({ name, gradient }) => gradient && reached.has(name));
  const derived = body.differentiated(
    [...carried.map(({ after }) => after), ...results.map(({ name }) => name)],
    inputs,
  );
  const inside = derived.graph;
  const gradientOf = (name: string) => derived.gradients.get(name) ?? inside.zerosLike(inside.value(name));
  const sums = wanted.around.map((name) => ({ ...graph.value(name), name: inside.freshName(`${name}.sum`) }));
  const added = wanted.around.map((name, at) => {
    const gradient = derived.gradients.get(name);
    return gradient ? inside.op('Add', [sums[at], gradient]) : sums[at]!;
  });
  const asked = fed.filter(({ name }) => wanted.fed.includes(name));
  const [ofStates, ofResults] = [derived.seeds.slice(0, carried.length), derived.seeds.slice(carried.length)];
  const ofCarried = [
    ...carried.map(({ before, initial: { shape } }) => ({ ...gradientOf(before), shape })),
    ...added.map((sum, at) => ({ ...sum, shape: sums[at]!.shape })),
  ];
  const written = (steps.mayBeNone ? repeat : scan)(graph, {
    initial: [
      ...carried.map((state) => state.final ?? graph.zerosLike(state.initial)),
      ...wanted.around.map((name) => graph.zerosLike(graph.value(name))),
    ],
    states: [...ofStates, ...sums],
    fed: [
      ...fed.map((each) => ({ ...each, inside: body.value(each.name) })),
      ...results.map((each, at) => ({ ...each, steps: each.gradient!, inside: ofResults[at]! })),
    ],
    after: ofCarried,
    results: asked.map((each) => ({
      ...each,
      inside: { ...gradientOf(each.name), shape: body.value(each.name).shape },
    })),
    nodes: () => [...body.nodes, ...inside.nodes],
    initializers: () => [...body.initializers, ...inside.initializers],
    body: inside,
  });
  const likes = [...carried.map((each) => each.initial), ...wanted.around.map((name) => graph.value(name))];
  const names = [...carried.map(({ before }) => before), ...wanted.around, ...asked.map(({ name }) => name)];
  return new Map(
    names.map((name, at) => [name, graph.withShape(written[at]!, likes[at] ?? asked[at - likes.length]!.steps)]),
  );
}

/** The states that depend on something that is wanted, after however many steps. */
function activeStates({ body, states }: ForwardSteps, wanted: Wanted): ReadonlySet<string> {
  const active = new Set(wanted.states);
  for (let count = -1; count < active.size;) {
    count = active.size;
    const reached = body.reached([...active, ...wanted.fed, ...wanted.around]);
    for (const { before, after } of states) if (reached.has(after)) active.add(before);
  }
  return active;
}

interface BackwardSteps {
  readonly initial: readonly Value[];
  /** Inside the body. */
  readonly states: readonly Value[];
  readonly after: readonly Value[];
  readonly fed: readonly (Along & { readonly steps: Value; readonly inside: Value })[];
  readonly results: readonly (Along & { readonly inside: Value })[];
  readonly nodes: () => readonly Node[];
  readonly initializers: () => Iterable<readonly [string, Initializer]>;
  readonly body: GraphBuilder;
}

function scan(graph: GraphBuilder, steps: BackwardSteps): readonly Value[] {
  const { initial, states, after, fed, results, nodes, initializers } = steps;
  const outputs = [...after, ...results.map(({ inside }) => inside)];
  const inputs = [...states, ...fed.map(({ inside }) => inside)];
  const body = writeBody(graph, { inputs, outputs, nodes: nodes(), initializers: initializers() });
  const attributes = {
    body: { graph: body },
    num_scan_inputs: fed.length,
    scan_input_axes: fed.map(({ axis }) => axis),
    scan_input_directions: fed.map(({ direction }) => 1 - direction),
    ...(results.length > 0 && {
      scan_output_axes: results.map(({ axis }) => axis),
      scan_output_directions: results.map(({ direction }) => 1 - direction),
    }),
  };
  return graph.ops('Scan', [...initial, ...fed.map((each) => each.steps)], attributes, outputs.length);
}

/** The same as a Loop, which reads along the first axes from the last place to the first. */
function repeat(graph: GraphBuilder, steps: BackwardSteps): readonly Value[] {
  const { initial, states, after, fed, nodes, initializers, body } = steps;
  const whole = (value: number) => graph.constant({ type: 'int64', dims: [], values: [value] });
  const count = graph.squeeze(graph.sizes(fed[0]!.steps, [0]), [0]);
  const last = graph.sub(count, whole(1));
  const [iteration, condition, place] = ['step', 'goes', 'place'].map((name) => body.freshName(name)) as [
    string,
    string,
    string,
  ];
  const read = fed.map((each) => Node.of('Gather', [each.steps.name, place], [each.inside.name], { axis: 0 }));
  const graphOfBody = writeBody(graph, {
    inputs: [{ name: iteration, type: 'int64', shape: [] }, { name: condition, type: 'bool', shape: [] }, ...states],
    outputs: [{ name: condition, type: 'bool', shape: [] }, ...after],
    nodes: [Node.of('Sub', [last.name, iteration], [place]), ...read, ...nodes()],
    initializers: initializers(),
  });
  const always = graph.constant({ type: 'bool', dims: [], values: [1] });
  return graph.ops('Loop', [count, always, ...initial], { body: { graph: graphOfBody } }, after.length);
}
