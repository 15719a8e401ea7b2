import type { GraphBuilder } from '../builder.ts';
import type { Node } from '../node.ts';
import type { Value } from '../types.ts';
import { range } from '../range.ts';
import { reshapeTo } from './sizes.ts';

/** One neighbour along one axis, for every point of the grid `[N, 1, P]`. */
export interface Tap {
  /** Where it lies along its axis, int64; inside the picture whatever the point. */
  readonly index: Value;
  /** How much of it is taken, 0 for a neighbour outside a picture that zeros surround. */
  readonly weight: Value;
  /** How that changes as the point moves by one pixel; undefined for the nearest neighbour, where it does not. */
  readonly slope: Value | undefined;
}

export interface GridAxis {
  readonly taps: readonly Tap[];
  /** How many pixels the grid's coordinate of 1 is, as a vector of one element. */
  readonly pixels: Value;
}

/** Keys' a, fixed by the operator. */
const cubicA = -0.75;

/** The neighbours that GridSample takes along a spatial axis of `[N, C, D1, D2, ...]`, counted from 0. */
export function gridTaps(graph: GraphBuilder, node: Node, x: Value, grid: Value, axis: number): GridAxis {
  const rank = x.shape!.length - 2;
  const type = grid.type ?? 'float32';
  const number = (value: number) => graph.scalarLike(grid, value);
  const aligned = node.int('align_corners', 0) !== 0;
  const size = graph.sizes(x, [axis + 2]);
  const length = graph.cast(size, type);
  // The grid's last axis counts from the innermost axis of the picture.
  const component = graph.constant({ type: 'int64', dims: [], values: [rank - 1 - axis] });
  const coordinate = graph.op('Gather', [grid, component], { axis: -1 });
  const flat = reshapeTo(graph, coordinate, [0, 1, -1]);
  const pixels = graph.scale(aligned ? graph.sub(length, number(1)) : length, 0.5);
  const scaled = graph.mul(graph.add(flat, number(1)), pixels);
  const position = aligned ? scaled : graph.sub(scaled, number(0.5));

  const mode = node.string('mode', 'linear');
  const nearest = mode === 'nearest';
  const base = graph.op(nearest ? 'Round' : 'Floor', [position]);
  const rest = graph.sub(position, base);
  const cubic = mode === 'cubic' || mode === 'bicubic';
  const offsets = nearest ? [0] : cubic ? [-1, 0, 1, 2] : [0, 1];
  const taps = offsets.map((offset): Tap => {
    const index = graph.cast(graph.add(base, number(offset)), 'int64');
    const { inside, valid } = placeInside(graph, index, size, node.string('padding_mode', 'zeros'), aligned);
    const kept = (value: Value) => (valid ? graph.mul(value, graph.cast(valid, type)) : value);
    if (nearest) return { index: inside, weight: kept(graph.filledLike(rest, 1)), slope: undefined };
    if (!cubic) {
      const weight = offset === 0 ? graph.sub(number(1), rest) : rest;
      const slope = graph.constant({ type, dims: [1], values: [offset === 0 ? -1 : 1] });
      return { index: inside, weight: kept(weight), slope: kept(slope) };
    }
    const outer = offset === -1 || offset === 2;
    const distance = graph.op('Abs', [graph.sub(rest, number(offset))]);
    const [c0, c1, c2, c3] = outer ? [-4 * cubicA, 8 * cubicA, -5 * cubicA, cubicA] : [1, 0, -(cubicA + 3), cubicA + 2];
    const polynomial = (coefficients: readonly number[]) =>
      coefficients
        .slice(1)
        .reduce(
          (sum, coefficient) => graph.add(graph.mul(sum, distance), number(coefficient)),
          number(coefficients[0]!),
        );
    const weight = polynomial([c3!, c2!, c1!, c0!]);
    const side = offset <= 0 ? 1 : -1;
    return {
      index: inside,
      weight: kept(weight),
      slope: kept(graph.scale(polynomial([3 * c3!, 2 * c2!, c1!]), side)),
    };
  });
  return { taps, pixels };
}

/** Neighbours outside the picture by the operator's padding_mode. Applied to whole places it agrees with bending the coordinates. */
function placeInside(
  graph: GraphBuilder,
  index: Value,
  size: Value,
  padding: string,
  aligned: boolean,
): { inside: Value; valid: Value | undefined } {
  const whole = (value: number) => graph.ints([value]);
  const last = graph.sub(size, whole(1));
  const clamped = (value: Value) => graph.op('Max', [graph.op('Min', [value, last]), whole(0)]);
  if (padding === 'border') return { inside: clamped(index), valid: undefined };
  if (padding === 'reflection') {
    // About the centres of the outermost pixels, or about their outer edges.
    const period = graph.op('Max', [graph.mul(aligned ? last : size, whole(2)), whole(1)]);
    // The remainder has the period's sign, so that negative places need no turning.
    const within = graph.op('Mod', [index, period]);
    const back = graph.sub(aligned ? period : graph.sub(period, whole(1)), within);
    return { inside: clamped(graph.op('Min', [within, back])), valid: undefined };
  }
  const inside = clamped(index);
  return { inside, valid: graph.op('Equal', [inside, index]) };
}

/** Every combination of one neighbour an axis. */
export function combinations(axes: readonly GridAxis[]): readonly (readonly Tap[])[] {
  return axes.reduce<readonly (readonly Tap[])[]>(
    (all, { taps }) => all.flatMap((chosen) => taps.map((tap) => [...chosen, tap])),
    [[]],
  );
}

/** Places in the flattened picture, in row-major order. */
export function flatPlaces(graph: GraphBuilder, x: Value, taps: readonly Tap[]): Value {
  return range(1, taps.length).reduce(
    (places, axis) => graph.add(graph.mul(places, graph.sizes(x, [axis + 2])), taps[axis]!.index),
    taps[0]!.index,
  );
}
