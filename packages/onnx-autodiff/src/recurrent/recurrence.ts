import type { GraphBuilder } from '../builder.ts';
import { writeScan } from '../bodies/write-scan.ts';
import type { GradientContext } from '../gradient-rule.ts';
import { range } from '../range.ts';
import { shapeVector } from '../support/sizes.ts';
import { countUp } from '../support/placement.ts';
import type { Value } from '../types.ts';
import { readActivations, type Activation } from './activation.ts';

/** One direction of a recurrent node. */
export interface Cell {
  /** What its steps read whole, such as the recurrent weights. */
  readonly around: readonly Value[];
  /** The states after a step, the hidden one first, from those before it and `x`, what the step's input gives `[N, gates * H]`. */
  step(body: GraphBuilder, x: Value, states: readonly Value[]): readonly Value[];
}

/** The weights of one direction as they are applied from the right, and what bounds and shapes its gates. */
export interface CellParts {
  /** `[H, gates * H]`. */
  readonly recurrent: Value;
  /** Of the recurrent weights, `[gates * H]`. */
  readonly bias: Value | undefined;
  readonly peepholes: Value | undefined;
  readonly activations: readonly Activation[];
  /** Bounds what goes into an activation. */
  readonly clipped: (body: GraphBuilder, a: Value) => Value;
  readonly hidden: number;
}

export interface Recurrence {
  readonly gates: number;
  /** Activations of one direction. */
  readonly activations: readonly string[];
  /** Where the initial states are among the inputs. */
  readonly initial: readonly number[];
  readonly peepholes?: number;
  /** The gates to whose input the bias of the recurrent weights is added at once; all of them where absent. */
  readonly addedAtOnce?: number;
  cell(parts: CellParts, context: GradientContext): Cell;
}

/** A recurrent operator of layout 0 as a Scan for each direction: Y `[T, D, N, H]` and the final states `[D, N, H]`. */
export function decomposeRecurrence(context: GradientContext, recurrence: Recurrence): readonly (Value | undefined)[] {
  const { node, inputs, gradients, graph } = context;
  const [x, , recurrent] = inputs as readonly Value[];
  const direction = node.string('direction', 'forward');
  const count = direction === 'bidirectional' ? 2 : 1;
  const hidden = node.int('hidden_size') ?? Number(recurrent!.shape?.at(-1));
  const usual = range(0, count).flatMap(() => recurrence.activations);
  const activations = readActivations(node, usual);
  const lengths = inputs[4] && graph.cast(inputs[4], 'int64');
  const directions = range(0, count).map((at) =>
    oneDirection(context, recurrence, {
      at,
      hidden,
      reverse: direction === 'reverse' || at === 1,
      activations: activations.slice(at * recurrence.activations.length),
      mask: lengths && beforeEnd(graph, x!, lengths),
      isEmpty: lengths && graph.unsqueeze(graph.op('Equal', [lengths, graph.ints([0])]), [1]),
    }),
  );
  const stacked = (axis: number, parts: readonly Value[]) =>
    graph.concat(
      parts.map((part) => graph.unsqueeze(part, [axis])),
      axis,
    );
  return [
    gradients[0] &&
      stacked(
        1,
        directions.map(({ all }) => all),
      ),
    ...recurrence.initial.map(
      (_, state) =>
        gradients[state + 1] &&
        stacked(
          0,
          directions.map(({ last }) => last[state]!),
        ),
    ),
  ];
}

interface Direction {
  readonly at: number;
  readonly hidden: number;
  readonly reverse: boolean;
  readonly activations: readonly Activation[];
  /** `[T, N, 1]`: whether a step is one of the sequence's. */
  readonly mask: Value | undefined;
  /** `[N, 1]`: whether a sequence has no steps. */
  readonly isEmpty: Value | undefined;
}

function oneDirection(
  context: GradientContext,
  recurrence: Recurrence,
  { at, hidden, reverse, activations, mask, isEmpty }: Direction,
): { readonly all: Value; readonly last: readonly Value[] } {
  const { node, inputs, graph } = context;
  const { gates, initial } = recurrence;
  const type = inputs[0]!.type ?? 'float32';
  const part = (index: number | undefined) => {
    const input = index === undefined ? undefined : inputs[index];
    return input && graph.op('Gather', [input, graph.constant({ type: 'int64', dims: [], values: [at] })], { axis: 0 });
  };
  const [x, weights, recurrent, bias] = [inputs[0]!, part(1)!, part(2)!, part(3)];
  const width = gates * hidden;
  const ofRecurrent = bias && graph.slice(bias, [width], [2 * width], [0]);
  const projected = graph.matmul(x, graph.transpose(weights, [1, 0]));
  let read = bias ? graph.add(projected, graph.slice(bias, [0], [width], [0])) : projected;
  const atOnce = (recurrence.addedAtOnce ?? gates) * hidden;
  if (ofRecurrent) {
    const rest = graph.constant({ type, dims: [width - atOnce], values: Array<number>(width - atOnce).fill(0) });
    const added = graph.slice(ofRecurrent, [0], [atOnce], [0]);
    read = graph.add(read, atOnce === width ? added : graph.concat([added, rest], 0));
  }
  const bound = node.float('clip', 0);
  const cell = recurrence.cell(
    {
      recurrent: graph.transpose(recurrent, [1, 0]),
      bias: ofRecurrent,
      peepholes: part(recurrence.peepholes),
      activations,
      clipped: (body, a) =>
        bound > 0 ? body.op('Clip', [a, body.scalarLike(a, -bound), body.scalarLike(a, bound)]) : a,
      hidden,
    },
    context,
  );
  const zeros = () =>
    graph.op('Expand', [graph.constant({ type, dims: [], values: [0] }), shapeVector(graph, [[x, [1]], hidden])]);
  const states = initial.map((index) => part(index) ?? zeros());
  const written = writeScan(graph, {
    states,
    scanned: [read, ...(mask ? [mask] : [])],
    around: cell.around,
    reverse,
    step: (body, before, [input, isStep]) => {
      const after = cell.step(body, input!, before);
      if (!isStep) return { states: after, results: [after[0]!] };
      return {
        states: after.map((state, place) => body.where(isStep, state, before[place]!)),
        results: [body.where(isStep, after[0]!, body.scalarLike(input!, 0))],
      };
    },
  });
  const last = written.slice(0, initial.length);
  return {
    all: written[initial.length]!,
    // The runtime has zeros there, whatever the initial state is.
    last: isEmpty ? last.map((state) => graph.where(isEmpty, graph.scalarLike(state, 0), state)) : last,
  };
}

function beforeEnd(graph: GraphBuilder, x: Value, lengths: Value): Value {
  const steps = graph.unsqueeze(countUp(graph, graph.sizes(x, [0])), [1]);
  return graph.unsqueeze(graph.op('Less', [steps, lengths]), [2]);
}

/** Equal parts of a tensor `[N, count * H]` along its last axis. */
export function gatesOf(body: GraphBuilder, a: Value, count: number, hidden: number): readonly Value[] {
  return range(0, count).map((at) => body.slice(a, [at * hidden], [(at + 1) * hidden], [a.shape!.length - 1]));
}
