import { errors } from '../errors.ts';
import type { GradientContext } from '../gradient-rule.ts';
import type { Value } from '../types.ts';

export interface Rotation {
  /** `[N, places, heads * size]` or `[N, heads, places, size]`. */
  readonly x: Value;
  /** `[positions, half]` where positions are given, `[N, places, half]` otherwise. */
  readonly cosines: Value;
  readonly sines: Value;
  readonly positions: Value | undefined;
}

/** Each pair of elements turned by the angle of its place. */
export function rotated({ node, graph }: GradientContext, { x, cosines, sines, positions }: Rotation): Value {
  const limit = (found: string, expected: string) => errors.ruleLimit(node.operator, node.name, found, expected);
  const rank = x.shape?.length;
  const half = cosines.shape?.at(-1);
  if (rank === undefined || typeof half !== 'number')
    throw limit(
      'an input or a cache whose sizes are not known ahead',
      'an input of known rank, caches of a known width',
    );
  const asked = node.int('rotary_embedding_dim', 0);
  const heads = node.int('num_heads', 0);
  // [N, places, heads, size]
  const open =
    rank === 4
      ? graph.transpose(x, [0, 2, 1, 3])
      : graph.reshape(x, heads > 0 ? [0, 0, heads, -1] : [0, 0, -1, 2 * half]);
  const width = asked > 0 ? asked : 2 * half;
  const angles = (cache: Value) =>
    graph.unsqueeze(positions ? graph.op('Gather', [cache, positions], { axis: 0 }) : cache, [2]);
  const [cos, sin] = [angles(cosines), angles(sines)];
  const interleaved = node.int('interleaved', 0) === 1;
  const part = (start: number) =>
    interleaved
      ? graph.slice(open, [start], [width], [3], [2])
      : graph.slice(open, [(start * width) / 2], [((start + 1) * width) / 2], [3]);
  const [real, imaginary] = [part(0), part(1)];
  const turned = [
    graph.sub(graph.mul(real, cos), graph.mul(imaginary, sin)),
    graph.add(graph.mul(real, sin), graph.mul(imaginary, cos)),
  ];
  const front = interleaved
    ? graph.reshape(
        graph.concat(
          turned.map((value) => graph.unsqueeze(value, [4])),
          4,
        ),
        [0, 0, 0, width],
      )
    : graph.concat(turned, 3);
  const whole = graph.concat([front, graph.slice(open, [width], [2 ** 31], [3])], 3);
  return rank === 4 ? graph.transpose(whole, [0, 2, 1, 3]) : graph.reshape(whole, [0, 0, -1]);
}
