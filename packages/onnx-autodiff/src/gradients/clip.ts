import type { GradientRule } from '../gradient-rule.ts';
import { gate } from '../support/gate.ts';

export const clip: GradientRule = {
  operator: 'Clip',
  opsets: [7, 26],
  covers:
    'Either bound omitted, constant or computed; gradients of the bounds too. At a bound the gradient passes, as for torch.clamp, ' +
    'but between the constants 0 and 6, which is how ReLU6 is written, it is 0 there, as for torch.nn.ReLU6.',
  gradient({ inputs: [x, min, max], outputs: [y], gradients: [dy], graph }) {
    const zero = () => graph.scalarLike(dy!, 0);
    const ordered = () => graph.op('Less', [min, max]);
    return {
      0: () => {
        if (!min && !max) return dy!;
        if (graph.numbers(min)?.[0] === 0 && graph.numbers(max)?.[0] === 6) {
          // The output decides, and leaves Conv + Clip fused.
          return gate(graph, dy!, y!, 0, 6);
        }
        // The input is held against the bounds and not against the output: ONNX Runtime may keep the two of a float16 graph in different
        // precisions, and then they are equal nowhere.
        const above = min && graph.op('GreaterOrEqual', [x, min]);
        const below = max && graph.op('LessOrEqual', [x, max]);
        const inside = above && below ? graph.op('And', [above, below]) : (above ?? below)!;
        return graph.where(inside, dy!, zero());
      },
      1: () => {
        const below = graph.op('Less', [x, min]);
        const decides = max ? graph.op('And', [below, ordered()]) : below;
        return graph.unbroadcast(graph.where(decides, dy!, zero()), min!);
      },
      2: () => {
        const above = graph.op('Greater', [x, max]);
        // Bounds in the wrong order give the upper one everywhere.
        const decides = min ? graph.op('Or', [above, graph.op('Less', [max, min])]) : above;
        return graph.unbroadcast(graph.where(decides, dy!, zero()), max!);
      },
    };
  },
};
