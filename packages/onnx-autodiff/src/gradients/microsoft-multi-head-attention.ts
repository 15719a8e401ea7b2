import type { GraphBuilder } from '../builder.ts';
import { errors } from '../errors.ts';
import type { Decomposition, GradientContext } from '../gradient-rule.ts';
import { attend, joinHeads, splitHeads, type Heads } from '../support/heads.ts';
import type { Value } from '../types.ts';

export const microsoftMultiHeadAttention: Decomposition = {
  operator: 'MultiHeadAttention',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers:
    'Query, key and value of three axes, keys and values by heads, bias, past keys and values, an added bias of the scores, masks of keys and ' +
    'of pairs, unidirectional, scale; gradients from the result and from the keys and values handed on.',
  refuses: {
    'packed query, key and value':
      'ONNX Runtime does not compute them on the CPU, so that the network itself does not run there',
    'starts of samples in the mask': 'texts alone are padded in front',
    'a buffer of past keys and values': 'caches of language models, which are filled step by step',
    'an objective that reads the scores': 'nothing that is explained reads them',
  },
  inputs: [0, 1, 2, 3, 5, 6, 7],
  decompose: (context) => {
    const { node, inputs, gradients, graph } = context;
    const limit = (found: string, expected: string) => errors.ruleLimit(node.operator, node.name, found, expected);
    if (inputs[8] ?? inputs[9]) throw limit('a buffer of past keys', 'past keys that are handed on');
    if (gradients[3]) throw limit('an objective that reads the scores', 'one that reads the result');
    const { query, key, value } = headsOf(context);
    const keys = inputs[6] ? graph.concat([inputs[6], key], 2) : key;
    const values = inputs[7] ? graph.concat([inputs[7], value], 2) : value;
    const result = attend(graph, node, { query, key: keys, value: values }, { mask: inputs[4], added: inputs[5] });
    return [joinHeads(graph, result), keys, values];
  },
};

function headsOf({ node, inputs: [query, key, value, bias], graph }: GradientContext): Heads {
  const heads = node.int('num_heads', 1);
  const ranks = [query, key, value].map((input) => input?.shape?.length);
  const byHeads = ranks[1] === 4 && ranks[2] === 4;
  if (ranks[0] !== 3 || !(byHeads || (ranks[1] === 3 && ranks[2] === 3))) {
    throw errors.ruleLimit(
      node.operator,
      node.name,
      `query, key and value of ${ranks.map((rank) => rank ?? 'unknown').join(', ')} axes`,
      'three axes each, or keys and values of four',
    );
  }
  const biases = bias ? partsOfBias(graph, bias, [query!, ...(byHeads ? [] : [key!, value!])]) : [];
  const [q, k, v] = [query!, key!, value!].map((input, at) => {
    if (input.shape!.length === 4) return input;
    return splitHeads(graph, biases[at] ? graph.add(input, biases[at]) : input, heads);
  });
  return { query: q!, key: k!, value: v! };
}

/** The bias of each of the inputs, which lie one behind the other. */
function partsOfBias(graph: GraphBuilder, bias: Value, inputs: readonly Value[]): readonly Value[] {
  let start: Value = graph.ints([0]);
  return inputs.map((input) => {
    const end = graph.add(start, graph.sizes(input, [2]));
    const part = graph.op('Slice', [bias, start, end, graph.ints([0])]);
    start = end;
    return part;
  });
}
