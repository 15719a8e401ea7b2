import { reverseScan, type Along } from '../bodies/reverse-scan.ts';
import { writeBody } from '../bodies/write-body.ts';
import type { GradientContext, GradientRule } from '../gradient-rule.ts';
import type { Value } from '../types.ts';

export const scan: GradientRule = {
  operator: 'Scan',
  opsets: [9, 26],
  covers:
    'Any number of states, scanned inputs and outputs, axes and directions of either; gradients of initial states, scanned inputs and of ' +
    'what the body reads from around it. Steps are computed again from the states before them, from the last to the first.',
  gradient(context) {
    const { node, inputs } = context;
    let shared: ReadonlyMap<string, Value> | undefined;
    const body = node.graph('body')!;
    const gradient = (name: string) => () => (shared ??= backward(context)).get(name)!;
    return {
      ...inputs.map((_, at) => gradient(body.input[at]!.name)),
      captures: new Map(node.captures.map((name) => [name, gradient(name)])),
    };
  },
};

function backward({ node, inputs, gradients, graph, wants, openBody }: GradientContext): ReadonlyMap<string, Value> {
  const proto = node.graph('body')!;
  const scannedCount = node.int('num_scan_inputs', 0);
  const stateCount = inputs.length - scannedCount;
  const given = inputs as readonly Value[];
  const listed = (name: string, count: number) => node.ints(name, Array<number>(count).fill(0));
  const resultCount = proto.output.length - stateCount;
  const along = (which: 'input' | 'output', count: number, rankOf: (at: number) => number): readonly Along[] => {
    const [axes, directions] = [listed(`scan_${which}_axes`, count), listed(`scan_${which}_directions`, count)];
    return axes.map((axis, at) => ({ axis: axis < 0 ? axis + rankOf(at) : axis, direction: directions[at]! }));
  };
  const scanned = along('input', scannedCount, (at) => given[stateCount + at]!.shape!.length);
  const fedInside = given.map((value, at): Value => {
    const { axis } = scanned[at - stateCount] ?? {};
    return axis === undefined ? value : { ...value, shape: value.shape?.filter((_, place) => place !== axis) };
  });
  const body = openBody(proto, fedInside);
  const [stateNames, scannedNames] = [
    proto.input.slice(0, stateCount).map(({ name }) => name),
    proto.input.slice(stateCount).map(({ name }) => name),
  ];
  const after = proto.output.slice(0, stateCount).map(({ name }) => name);
  const results = along(
    'output',
    resultCount,
    (at) => body.value(proto.output[stateCount + at]!.name).shape!.length + 1,
  );

  // The same steps, which hand out the states before each.
  const before = stateNames.map((name) => body.value(name));
  const states =
    stateCount === 0
      ? []
      : graph
          .ops(
            'Scan',
            given,
            {
              body: {
                graph: writeBody(graph, {
                  inputs: [...stateNames, ...scannedNames].map((name) => body.value(name)),
                  outputs: [...after.map((name, at) => ({ ...body.value(name), shape: given[at]!.shape })), ...before],
                  nodes: body.nodes,
                  initializers: body.initializers,
                }),
              },
              num_scan_inputs: scannedCount,
              scan_input_axes: scanned.map(({ axis }) => axis),
              scan_input_directions: scanned.map(({ direction }) => direction),
            },
            2 * stateCount,
          )
          .slice(stateCount);

  return reverseScan(
    graph,
    {
      body,
      mayBeNone: false,
      states: stateNames.map((name, at) => ({ before: name, after: after[at]! })),
      initial: given.slice(0, stateCount),
      final: gradients.slice(0, stateCount),
      fed: [
        ...stateNames.map((name, at) => ({ name, steps: states[at]!, axis: 0, direction: 0 })),
        ...scannedNames.map((name, at) => ({ name, steps: given[stateCount + at]!, ...scanned[at]! })),
      ],
      results: results.map((each, at) => ({
        ...each,
        name: proto.output[stateCount + at]!.name,
        gradient: gradients[stateCount + at],
      })),
    },
    {
      states: stateNames.filter((_, at) => wants(given[at]!.name)),
      fed: scannedNames.filter((_, at) => wants(given[stateCount + at]!.name)),
      around: node.captures.filter(wants),
    },
  );
}
