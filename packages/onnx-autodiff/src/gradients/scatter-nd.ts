import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { rowPlaces } from '../support/placement.ts';
import { scatterReduction } from '../support/scatter-reduction.ts';
import type { Value } from '../types.ts';

export const scatterND: GradientRule = {
  operator: 'ScatterND',
  opsets: [11, 26],
  covers: 'Data and updates; reductions none, add, mul, max and min, where ties share evenly.',
  inputs: [0, 2],
  gradient({ node, inputs: [data, indices, updates], outputs: [output], gradients: [dy], graph }) {
    const reduction = node.string('reduction', 'none');
    if (reduction === 'none' || reduction === 'add') {
      return {
        0: () => (reduction === 'add' ? dy! : graph.op('ScatterND', [dy, indices, graph.zerosLike(updates!)])),
        2: () => graph.withShape(graph.op('GatherND', [dy, indices]), updates!),
      };
    }
    const depth = indices!.shape?.at(-1);
    if (typeof depth !== 'number' || !data!.shape) {
      throw errors.ruleLimit(
        'ScatterND',
        node.name,
        `reduction ${reduction} with indices or data of unknown depth`,
        'depth and rank known ahead',
      );
    }
    // As a table of rows it is a ScatterElements.
    const table = (value: Value) => graph.op('Flatten', [value], { axis: depth });
    const rows = graph.op('Flatten', [updates!], { axis: indices!.shape!.length - 1 });
    const places = graph.unsqueeze(rowPlaces(graph, data!, indices!, depth, 0), [1]);
    const sides = scatterReduction(graph, {
      data: table(data!),
      indices: graph.expandLike(places, rows),
      updates: rows,
      output: table(output!),
      gradient: table(dy!),
      axis: 0,
      reduction,
    });
    return {
      0: () => graph.reshapeLike(sides.data(), data!),
      2: () => graph.reshapeLike(sides.updates(), updates!),
    };
  },
};
