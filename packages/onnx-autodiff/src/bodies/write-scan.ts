import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../types.ts';
import { writeBody } from './write-body.ts';

export interface ScanSteps {
  /** What is carried from step to step, as it is before the first. */
  readonly states: readonly Value[];
  /** What is read step by step along the first axis. */
  readonly scanned: readonly Value[];
  /** What every step reads whole. */
  readonly around: readonly Value[];
  /** Whether the last step comes first; results of steps keep their places. */
  readonly reverse: boolean;
  step(
    body: GraphBuilder,
    states: readonly Value[],
    scanned: readonly Value[],
  ): { readonly states: readonly Value[]; readonly results: readonly Value[] };
}

/** Writes a Scan: the states after its last step, then the results of its steps along a new first axis. */
export function writeScan(
  graph: GraphBuilder,
  { states, scanned, around, reverse, step }: ScanSteps,
): readonly Value[] {
  const fed = [
    ...states.map((value): Value => ({ ...value, name: graph.freshName('state') })),
    ...scanned.map(({ type, shape }): Value => ({ name: graph.freshName('step'), type, shape: shape?.slice(1) })),
  ];
  const body = graph.inside(
    fed,
    around.map(({ name }) => name),
  );
  const own = fed.map(({ name }) => body.value(name));
  const after = step(body, own.slice(0, states.length), own.slice(states.length));
  const outputs = [...after.states.map((value, at) => ({ ...value, shape: states[at]!.shape })), ...after.results];
  const { nodes, initializers } = body;
  const direction = (count: number) => Array<number>(count).fill(reverse ? 1 : 0);
  const written = graph.ops(
    'Scan',
    [...states, ...scanned],
    {
      body: { graph: writeBody(graph, { inputs: fed, outputs, nodes, initializers }) },
      num_scan_inputs: scanned.length,
      scan_input_directions: direction(scanned.length),
      ...(after.results.length > 0 && { scan_output_directions: direction(after.results.length) }),
    },
    outputs.length,
  );
  return written.map((value, at) => (at < states.length ? graph.withShape(value, states[at]!) : value));
}
