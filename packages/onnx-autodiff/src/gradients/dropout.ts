import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';

export const dropout: GradientRule = {
  operator: 'Dropout',
  opsets: [7, 26],
  covers: 'The inference form, which passes everything.',
  refuses: {
    'training_mode that is true or computed': 'what is left out is drawn at random in each pass',
  },
  inputs: [0],
  gradient({ node, inputs: [, , training], gradients: [dy], graph }) {
    if (training && graph.numbers(training)?.[0] !== 0) {
      throw errors.ruleLimit(
        node.operator,
        node.name,
        graph.numbers(training) ? 'training_mode = true' : 'a computed training_mode',
        'the inference form: training_mode absent or a constant false',
      );
    }
    return { 0: () => dy! };
  },
};
