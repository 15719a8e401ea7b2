import { reverseScan } from '../bodies/reverse-scan.ts';
import { writeBody } from '../bodies/write-body.ts';
import type { GradientContext, GradientRule } from '../gradient-rule.ts';
import type { Value } from '../types.ts';

export const loop: GradientRule = {
  operator: 'Loop',
  opsets: [7, 26],
  covers:
    'Trip counts known ahead or not, conditions that end it early, any number of states and outputs; gradients of initial states and of what ' +
    'the body reads from around it. Steps are computed again from the states before them, from the last to the first.',
  refuses: {
    'states that change their shape':
      'steps are computed again from the states before them, which are kept side by side',
  },
  gradient(context) {
    const { node, inputs } = context;
    const body = node.graph('body')!;
    let shared: ReadonlyMap<string, Value> | undefined;
    const gradient = (name: string) => () => (shared ??= backward(context)).get(name)!;
    return {
      ...inputs.map((_, at) => gradient(body.input[at]!.name)),
      captures: new Map(node.captures.map((name) => [name, gradient(name)])),
    };
  },
};

function backward({ node, inputs, gradients, graph, wants, openBody }: GradientContext): ReadonlyMap<string, Value> {
  const proto = node.graph('body')!;
  const initial = inputs.slice(2) as readonly Value[];
  const scalar = (type: 'int64' | 'bool'): Value => ({ name: '', type, shape: [] });
  const body = openBody(proto, [scalar('int64'), scalar('bool'), ...initial]);
  const [stateNames, after] = [proto.input.slice(2), proto.output.slice(1, initial.length + 1)].map((values) =>
    values.map(({ name }) => name),
  ) as [string[], string[]];
  const results = proto.output.slice(initial.length + 1);
  const read = new Set(body.nodes.flatMap((each) => [...each.inputs, ...each.captures]));
  const kept = [
    ...proto.input
      .slice(0, 2)
      .map(({ name }) => name)
      .filter((name) => read.has(name)),
    ...stateNames,
  ];

  // The same loop, which hands out what each step begins with.
  const states = after.map((name, at) => ({ ...body.value(name), shape: initial[at]!.shape }));
  const written = graph.ops(
    'Loop',
    inputs,
    {
      body: {
        graph: writeBody(graph, {
          inputs: proto.input.map(({ name }) => body.value(name)),
          outputs: [body.value(proto.output[0]!.name), ...states, ...kept.map((name) => body.value(name))],
          nodes: body.nodes,
          initializers: body.initializers,
        }),
      },
    },
    initial.length + kept.length,
  );
  return reverseScan(
    graph,
    {
      body,
      mayBeNone: true,
      states: stateNames.map((name, at) => ({ before: name, after: after[at]! })),
      initial,
      final: gradients.slice(0, initial.length),
      fed: kept.map((name, at) => ({ name, steps: written[initial.length + at]!, axis: 0, direction: 0 })),
      results: results.map(({ name }, at) => ({
        ...{ name, axis: 0, direction: 0 },
        gradient: gradients[initial.length + at],
      })),
    },
    {
      states: stateNames.filter((_, at) => wants(initial[at]!.name)),
      fed: [],
      around: node.captures.filter(wants),
    },
  );
}
