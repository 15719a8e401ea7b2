import type { GraphBuilder } from '../builder.ts';
import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import type { Node } from '../node.ts';
import { normaliseAxis } from '../shapes/dims.ts';
import { range } from '../range.ts';
import { shapeVector } from '../support/sizes.ts';
import type { Value } from '../types.ts';

export const resize: GradientRule = {
  operator: 'Resize',
  opsets: [7, 26],
  covers:
    'nearest, linear and cubic with every coordinate_transformation_mode and nearest_mode, antialias, exclude_outside, axes, scales and sizes; Upsample of older opsets as well.',
  refuses: {
    'keep_aspect_ratio_policy of not_larger and not_smaller': 'no exporter writes it',
  },
  inputs: [0],
  gradient({ node, inputs: [x, roi, scales, sizes], outputs: [y], gradients: [dy], graph }) {
    const limit = (found: string, expected: string) => errors.ruleLimit(node.operator, node.name, found, expected);
    const policy = node.string('keep_aspect_ratio_policy', 'stretch');
    if (policy !== 'stretch') throw limit(`keep_aspect_ratio_policy = ${policy}`, 'stretch, the default');
    const rank = x!.shape?.length;
    if (rank === undefined) throw limit('an input of unknown rank', 'an input of known rank');
    const listed = node.ints('axes');
    const axes = listed && listed.length > 0 ? listed.map((axis) => normaliseAxis(axis, rank)) : range(0, rank);
    const cropped = node.string('coordinate_transformation_mode', 'half_pixel') === 'tf_crop_and_resize';
    const given = sizes ? undefined : graph.numbers(scales);
    const bounds = cropped ? graph.numbers(roi) : undefined;
    const changed = axes.flatMap((axis, place) => {
      const whole = !cropped || (bounds?.[place] === 0 && bounds[place + axes.length] === 1);
      const kept = sizes ? x!.shape![axis] === y!.shape?.[axis] : given?.[place] === 1;
      return whole && kept ? [] : [{ axis, place }];
    });
    const blocks = blockSizes(
      node,
      x!,
      given,
      axes,
      changed.map(({ axis }) => axis),
      y!,
    );
    return {
      0: () => {
        if (blocks) {
          const pooled = graph.op('AveragePool', [dy], { kernel_shape: blocks, strides: blocks });
          return graph.scale(
            graph.withShape(pooled, x!),
            blocks.reduce((total, block) => total * block, 1),
          );
        }
        // Resizing is linear and works along one axis at a time, so what it does to the identity is all there is to know.
        let gradient = dy!;
        let flattened = false;
        for (const { axis, place } of changed.toReversed()) {
          const matrix = matrixAlong(graph, node, x!, y!, axis, {
            scale: sizes || !scales ? undefined : element(graph, scales, place),
            roi: cropped && roi ? [element(graph, roi, place), element(graph, roi, place + axes.length)] : undefined,
          });
          if (axis === rank - 1) {
            gradient = graph.matmul(gradient, graph.op('Transpose', [matrix], { perm: [1, 0] }));
          } else {
            // The axes behind this one have their final sizes already and are taken together.
            if (axis < rank - 2) {
              gradient = graph.reshape(gradient, shapeVector(graph, [[y!, range(0, axis + 1)], -1]));
              flattened = true;
            }
            gradient = graph.matmul(matrix, gradient);
          }
        }
        const shaped = flattened ? graph.reshape(gradient, graph.shapeOf(x!)) : gradient;
        return graph.withShape(shaped, x!);
      },
    };
  },
};

/** What resizing one axis does, as `[size before, size after]`: the same operator on the identity matrix. */
function matrixAlong(
  graph: GraphBuilder,
  node: Node,
  x: Value,
  y: Value,
  axis: number,
  { scale, roi }: { scale: Value | undefined; roi: readonly [Value, Value] | undefined },
): Value {
  const type = x.type ?? 'float32';
  const size = graph.sizes(x, [axis]);
  const square = graph.op('Expand', [
    graph.constant({ type, dims: [1, 1], values: [0] }),
    graph.concat([size, size], 0),
  ]);
  const identity = graph.op('EyeLike', [square]);
  const number = (value: number, like: Value) =>
    graph.constant({ type: like.type ?? 'float32', dims: [1], values: [value] });
  // The identity's own axis is taken whole.
  const whole = roi && graph.concat([number(0, roi[0]), roi[0], number(1, roi[1]), roi[1]], 0);
  const kept = Object.fromEntries([
    ...['mode', 'coordinate_transformation_mode', 'nearest_mode'].flatMap((name) => {
      const value = node.string(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
    ...['antialias', 'exclude_outside'].flatMap((name) => {
      const value = node.int(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  ]);
  const attributes = {
    ...kept,
    // Whatever is filled in outside the picture does not depend on it.
    extrapolation_value: { float: 0 },
    ...(node.has('cubic_coeff_a') && { cubic_coeff_a: { float: node.float('cubic_coeff_a', -0.75) } }),
  };
  return scale
    ? graph.op('Resize', [identity, whole, graph.concat([number(1, scale), scale], 0)], attributes)
    : graph.op('Resize', [identity, whole, undefined, graph.concat([size, graph.sizes(y, [axis])], 0)], attributes);
}

function element(graph: GraphBuilder, vector: Value, at: number): Value {
  return graph.slice(vector, [at], [at + 1], [0]);
}

/** The blocks of equal elements that nearest-neighbour enlargement by whole numbers makes, one size a spatial axis. */
function blockSizes(
  node: Node,
  x: Value,
  given: readonly number[] | undefined,
  axes: readonly number[],
  changed: readonly number[],
  y: Value,
): readonly number[] | undefined {
  const rank = x.shape!.length;
  if (node.string('mode', 'nearest') !== 'nearest' || rank < 3 || rank > 5) return undefined;
  if (changed.length === 0 || changed.some((axis) => axis < 2)) return undefined;
  const mode = node.string('coordinate_transformation_mode', 'half_pixel');
  const rounding = node.string('nearest_mode', 'round_prefer_floor');
  const centred = (mode === 'half_pixel' || mode === 'half_pixel_symmetric') && rounding.startsWith('round_prefer');
  if (!centred && !(mode === 'asymmetric' && rounding === 'floor')) return undefined;
  const sizes = range(2, rank).map((axis) => {
    if (!changed.includes(axis)) return 1;
    const [from, to] = [x.shape![axis], y.shape?.[axis]];
    if (given) return given[axes.indexOf(axis)]!;
    return typeof from === 'number' && typeof to === 'number' ? to / from : 0;
  });
  return sizes.every((size) => Number.isInteger(size) && size > 0) ? sizes : undefined;
}
