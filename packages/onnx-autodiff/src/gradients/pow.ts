import type { GradientRule } from '../gradient-rule.ts';
import type { Value } from '../types.ts';

export const pow: GradientRule = {
  operator: 'Pow',
  opsets: [7, 26],
  covers:
    'Constant or computed exponents of any type, broadcasting of either side. As in PyTorch an exponent of 0 gives no gradient, ' +
    'and the exponent of a base of 0 has none unless it is negative.',
  gradient({ inputs: [x, exponent], outputs: [y], gradients: [dy], graph }) {
    const known = graph.numbers(exponent);
    const single = known && known.every((value) => value === known[0]) ? known[0] : undefined;
    const inTypeOf = (value: Value, like: Value) => graph.cast(value, like.type ?? 'float32');
    return {
      0: () => {
        if (single === 0) return graph.zerosLike(x!);
        if (single === 1) return graph.unbroadcast(dy!, x!);
        if (single === 2) return graph.unbroadcast(graph.mul(dy!, graph.scale(x!, 2)), x!);
        if (single === 0.5) return graph.unbroadcast(graph.div(graph.scale(dy!, 0.5), y!), x!);
        if (single === 3) return graph.unbroadcast(graph.mul(dy!, graph.scale(graph.mul(x!, x!), 3)), x!);
        const lower = graph.op('Pow', [x, graph.sub(exponent!, graph.scalarLike(exponent!, 1))]);
        const factor = graph.mul(lower, inTypeOf(exponent!, dy!));
        if (known?.every((value) => value !== 0)) return graph.unbroadcast(graph.mul(dy!, factor), x!);
        const constant = graph.op('Equal', [exponent, graph.scalarLike(exponent!, 0)]);
        return graph.unbroadcast(graph.where(constant, graph.scalarLike(dy!, 0), graph.mul(dy!, factor)), x!);
      },
      1: () => {
        const zero = graph.op('And', [
          graph.op('Equal', [x, graph.scalarLike(x!, 0)]),
          graph.op('GreaterOrEqual', [exponent, graph.scalarLike(exponent!, 0)]),
        ]);
        const slope = graph.mul(y!, graph.op('Log', [inTypeOf(x!, y!)]));
        const full = graph.where(zero, graph.scalarLike(dy!, 0), graph.mul(dy!, slope));
        return graph.unbroadcast(inTypeOf(full, exponent!), exponent!);
      },
    };
  },
};
