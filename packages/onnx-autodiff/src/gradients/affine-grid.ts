import { errors } from '../errors.ts';
import type { Decomposition } from '../gradient-rule.ts';
import { range } from '../range.ts';
import { countUp } from '../support/placement.ts';
import type { Value } from '../types.ts';

export const affineGrid: Decomposition = {
  operator: 'AffineGrid',
  opsets: [20, 26],
  covers: 'Grids of pictures and volumes, both align_corners, sizes given or computed; the gradient of theta.',
  inputs: [0],
  decompose: ({ node, inputs: [theta, size], graph }) => {
    const listed = size!.shape?.[0];
    const rank = typeof listed === 'number' ? listed - 2 : theta!.shape?.[1];
    if (rank !== 2 && rank !== 3)
      throw errors.ruleLimit(
        node.operator,
        node.name,
        'a theta whose axes are not known ahead',
        'one of 2 x 3 or 3 x 4',
      );
    const type = theta!.type ?? 'float32';
    const number = (value: number) => graph.constant({ type, dims: [], values: [value] });
    const length = (axis: number) => graph.slice(size!, [axis + 2], [axis + 3], [0]);
    const aligned = node.int('align_corners', 0) !== 0;
    /** Where the elements of an axis lie between -1 and 1, in front of the axes behind it. */
    const coordinates = (axis: number): Value => {
      const count = graph.cast(length(axis), type);
      const steps = graph.scale(graph.cast(countUp(graph, length(axis)), type), 2);
      const gaps = graph.sub(count, number(1));
      // Where corners are aligned, ONNX Runtime places a single element at 1.
      const fromCorner = () => graph.where(graph.op('Equal', [gaps, number(0)]), number(2), graph.div(steps, gaps));
      const from0 = aligned ? fromCorner() : graph.div(graph.add(steps, number(1)), count);
      return graph.unsqueeze(graph.sub(from0, number(1)), range(1, rank - axis));
    };
    const lengths = graph.slice(size!, [2], [rank + 2], [0]);
    const column = (value: Value) => graph.reshape(graph.op('Expand', [value, lengths]), [-1, 1]);
    // The components of a point run from the innermost axis outwards, and a 1 follows for what is added.
    const columns = range(0, rank).map((axis) => column(coordinates(axis)));
    const points = graph.concat([...columns.reverse(), column(number(1))], 1);
    const moved = graph.matmul(points, graph.transpose(theta!, [0, 2, 1]));
    const batch = graph.sizes(theta!, [0]);
    return [graph.reshape(moved, graph.concat([batch, lengths, graph.ints([rank])], 0))];
  },
};
