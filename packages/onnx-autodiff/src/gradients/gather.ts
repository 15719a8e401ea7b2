import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { normaliseAxis } from '../shapes/dims.ts';
import { extents, placed, scatterSlices, withMargins } from '../support/placement.ts';

export const gather: GradientRule = {
  operator: 'Gather',
  opsets: [7, 26],
  covers:
    'Indices of any rank, negative and repeated ones too; sums of repeated ones are taken one after the other, so they are exact.',
  inputs: [0],
  gradient({ node, inputs: [x, indices], gradients: [dy], graph }) {
    return {
      0: () => {
        const rank = x!.shape?.length;
        const depth = indices!.shape?.length;
        if (rank === undefined || depth === undefined) {
          throw errors.ruleLimit('Gather', node.name, 'a tensor or indices of unknown rank', 'ranks known ahead');
        }
        const axis = normaliseAxis(node.int('axis', 0), rank);
        const size = x!.shape![axis]!;
        const places = graph.numbers(indices!);
        const after = x!.shape!.slice(axis + 1);
        const count = places?.length ?? -1;
        // The axes of the indices become one.
        const joined = () => {
          if (depth === 1) return dy!;
          if (depth === 0) return graph.unsqueeze(dy!, [axis]);
          const tail = after.map((dim, at) => (typeof dim === 'number' ? dim : graph.sizes(x!, [axis + 1 + at])));
          return graph.reshape(dy!, extents(graph, [...x!.shape!.slice(0, axis).map(() => 0), count, ...tail]));
        };
        if (places && typeof size === 'number') {
          const counted = places.map((place) => normaliseAxis(place, size));
          if (new Set(counted).size === counted.length) {
            return graph.withShape(placed(graph, joined(), [{ axis, places: counted, size }]), x!);
          }
        } else if (places?.length === 1) {
          const [place] = places;
          const rest = graph.sub(graph.sizes(x!, [axis]), graph.ints([place! < 0 ? -place! : place! + 1]));
          const margin = place! < 0 ? { before: rest, after: -place! - 1 } : { before: place!, after: rest };
          return graph.withShape(withMargins(graph, joined(), [{ axis, ...margin }]), x!);
        }
        const vector = depth === 1 ? indices! : graph.reshape(indices!, [-1]);
        return scatterSlices(graph, x!, vector, joined(), axis);
      },
    };
  },
};
