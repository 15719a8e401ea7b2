import { errors } from '../errors.ts';
import type { GradientContext, GradientRule } from '../gradient-rule.ts';
import { labelsOf, type Labels } from '../attributes/einsum-equation.ts';
import { countUp } from '../support/placement.ts';
import type { Value } from '../types.ts';

export const einsum: GradientRule = {
  operator: 'Einsum',
  opsets: [12, 26],
  covers:
    'Every equation: implicit results, ellipses, axes that broadcast, axes summed alone, diagonals of an operand.',
  refuses: {
    'a result that names an axis twice': 'no equation of PyTorch, TensorFlow or NumPy may',
  },
  gradient(context) {
    const { node, inputs } = context;
    const ranks = inputs.map((input) => {
      if (input!.shape) return input!.shape.length;
      throw errors.ruleLimit('Einsum', node.name, 'an operand of unknown rank', 'operands whose rank is known ahead');
    });
    const labels = labelsOf(node, ranks);
    if (new Set(labels.output).size < labels.output.length) {
      throw errors.ruleLimit('Einsum', node.name, `the result ${labels.output}`, 'a result that names each axis once');
    }
    return Object.fromEntries(inputs.map((_, index) => [index, () => operandGradient(context, labels, index)]));
  },
};

function operandGradient({ inputs, gradients: [dy], graph }: GradientContext, labels: Labels, index: number): Value {
  const x = inputs[index]!;
  const own = labels.inputs[index]!;
  const distinct = [...new Set(own)];
  const others = labels.inputs.flatMap((term, at) => (at === index ? [] : [{ term, value: inputs[at]! }]));
  const elsewhere = new Set([...labels.output, ...others.flatMap(({ term }) => [...term])]);
  const found = distinct.filter((label) => elsewhere.has(label));
  const equation = [labels.output, ...others.map(({ term }) => term)].join(',');
  const product = graph.op('Einsum', [dy, ...others.map(({ value }) => value)], {
    equation: `${equation}->${found.join('')}`,
  });
  // Axes that only this operand has were summed: their gradient is the same all along. The second axis of a diagonal comes back as well.
  const missing = [...own].flatMap((label, axis) =>
    own.indexOf(label) === axis && elsewhere.has(label) ? [] : [axis],
  );
  const all = (value: number) => missing.map(() => value);
  const thin = missing.length === 0 ? x : graph.slice(x, all(0), all(1), missing);
  const spread = graph.expandLike(graph.unbroadcast(graph.unsqueeze(product, missing), thin), x);
  if (distinct.length === own.length) return spread;
  const onDiagonal = [...own].flatMap((label, axis) => {
    const first = own.indexOf(label);
    if (first === axis) return [];
    const places = (along: number) =>
      graph.unsqueeze(
        countUp(graph, graph.sizes(x, [along])),
        Array.from({ length: own.length - 1 - along }, (_, at) => at + 1),
      );
    return [graph.op('Equal', [places(first), places(axis)])];
  });
  const mask = onDiagonal.reduce((all, one) => graph.op('And', [all, one]));
  return graph.where(mask, spread, graph.scalarLike(dy!, 0));
}
