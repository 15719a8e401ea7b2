import type { GraphBuilder } from '../builder.ts';
import { errors } from '../errors.ts';
import type { Decomposition, GradientContext } from '../gradient-rule.ts';
import { range } from '../range.ts';
import { attend, joinHeads, splitHeads } from '../support/heads.ts';
import type { Value } from '../types.ts';

export const microsoftAttention: Decomposition = {
  operator: 'Attention',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers:
    'Weights of query, key and value side by side (qkv_hidden_sizes), bias, past, an added bias of the scores, masks of keys and of pairs, ' +
    'lengths of samples, unidirectional, scale; gradients from the result and from present.',
  refuses: {
    do_rotary: 'language models alone have it',
    'a buffer that past and present share': 'caches of language models, which are filled step by step',
    'starts of samples in the mask': 'texts alone are padded in front',
  },
  inputs: [0, 1, 2, 4, 5],
  decompose: (context) => {
    const [x, weights, bias, mask, past, added, length] = context.inputs;
    if (length) {
      const { operator, name } = context.node;
      throw errors.ruleLimit(operator, name, 'a buffer of past keys', 'past keys that are handed on');
    }
    return projectedAttention(context, { x: x!, weights: weights!, bias, mask, past, added });
  },
};

/** What goes into attention that projects its input itself. */
interface Projected {
  readonly x: Value;
  readonly weights: Value;
  readonly bias: Value | undefined;
  readonly mask: Value | undefined;
  readonly past: Value | undefined;
  readonly added: Value | undefined;
}

/** The result and the keys and values together, `[2, N, heads, places, size]`. */
export function projectedAttention({ node, graph }: GradientContext, parts: Projected): readonly Value[] {
  const { x, weights, bias, mask, past, added } = parts;
  if (node.int('do_rotary', 0) !== 0)
    throw errors.ruleLimit(node.operator, node.name, 'do_rotary', 'attention without rotation');
  const product = graph.matmul(x, weights);
  const projected = bias ? graph.add(product, bias) : product;
  const heads = node.int('num_heads', 1);
  const [query, key, value] = thirds(graph, node.ints('qkv_hidden_sizes'), projected).map((part) =>
    splitHeads(graph, part, heads),
  );
  const behind = (at: number, now: Value) => {
    if (!past) return now;
    const before = graph.op('Gather', [past, graph.constant({ type: 'int64', dims: [], values: [at] })], { axis: 0 });
    return graph.concat([before, now], 2);
  };
  const [keys, values] = [behind(0, key!), behind(1, value!)];
  const result = joinHeads(graph, attend(graph, node, { query: query!, key: keys, value: values }, { mask, added }));
  const present = graph.concat([graph.unsqueeze(keys, [0]), graph.unsqueeze(values, [0])], 0);
  return [result, present];
}

/** The projections of query, key and value. */
function thirds(graph: GraphBuilder, sizes: readonly number[] | undefined, projected: Value): readonly Value[] {
  if (!sizes) return graph.ops('Split', [projected], { axis: 2, num_outputs: 3 }, 3);
  const ends = range(0, 3).map((at) => sizes.slice(0, at + 1).reduce((a, b) => a + b, 0));
  return ends.map((end, at) => graph.slice(projected, [end - sizes[at]!], [end], [2]));
}
