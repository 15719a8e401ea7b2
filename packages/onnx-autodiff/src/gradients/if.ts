import { writeBody } from '../bodies/write-body.ts';
import type { GradientContext, GradientRule } from '../gradient-rule.ts';
import { Node } from '../node.ts';
import type { Value } from '../types.ts';

export const choice: GradientRule = {
  operator: 'If',
  opsets: [7, 26],
  covers:
    'Gradients of what the branches read from around them, each branch computed again in the one of the gradient; what a branch does not ' +
    'read has a gradient of 0 there. The condition has none. A condition that is known ahead leaves the branch alone that is taken.',
  inputs: [],
  gradient(context) {
    const { node, wants } = context;
    const around = node.captures.filter(wants);
    let shared: readonly Value[] | undefined;
    return {
      captures: new Map(around.map((name, at) => [name, () => (shared ??= backward(context, around))[at]!])),
    };
  },
};

function backward(context: GradientContext, around: readonly string[]): readonly Value[] {
  const { inputs, graph } = context;
  const branches = ['then_branch', 'else_branch'].map(
    (name) => [name, { graph: branchOf(context, name, around) }] as const,
  );
  const written = graph.ops('If', inputs, Object.fromEntries(branches), around.length);
  return written.map((value, at) => graph.withShape(value, graph.value(around[at]!)));
}

function branchOf({ node, gradients, graph, openBody }: GradientContext, name: string, around: readonly string[]) {
  const proto = node.graph(name)!;
  const body = openBody(proto, []);
  const reached = body.reached(around);
  const outputs = proto.output.flatMap((output, at) =>
    gradients[at] && reached.has(output.name) ? [{ name: output.name, gradient: gradients[at] }] : [],
  );
  const names = outputs.map((output) => output.name);
  const { graph: inside, seeds, gradients: own } = body.differentiated(names, around);
  const results = around.map((tensor) => own.get(tensor) ?? inside.zerosLike(inside.value(tensor)));
  const fed = seeds.map((seed, at) => Node.of('Identity', [outputs[at]!.gradient.name], [seed.name]));
  return writeBody(graph, {
    inputs: [],
    outputs: results.map((value, at) => ({ ...value, shape: graph.value(around[at]!).shape })),
    nodes: [...fed, ...body.nodes, ...inside.nodes],
    initializers: [...body.initializers, ...inside.initializers],
  });
}
