import { describe, expect, it } from '@jest/globals';
import type { GraphNode, GraphView } from '@understory/core';
import { attentionMasks } from '../../src/constraint/attention-masks.ts';

const node = (operator: string, inputs: readonly string[], ...outputs: readonly string[]): GraphNode => ({
  ...{ operator, name: outputs[0]!, inputs, outputs, attributes: {} },
});
const masksOf = (...nodes: readonly GraphNode[]) =>
  attentionMasks({ nodes, constant: () => undefined } satisfies GraphView, 'pixels', 'mask');

/** A map of the picture, positions counted over the mask, and queries, keys and values of their sum. */
const tokens = [
  node('Conv', ['pixels', 'w'], 'map'),
  node('Resize', ['mask', '', '', 'size'], 'small'),
  node('Greater', ['small', 'half'], 'hidden'),
  node('Not', ['hidden'], 'seen'),
  node('CumSum', ['seen', 'axis'], 'positions'),
  node('Add', ['map', 'positions'], 'placed'),
  node('Flatten', ['hidden'], 'flat'),
  node('Concat', ['flat', 'text'], 'keys'),
  node('MatMul', ['placed', 'wq'], 'q'),
  node('MatMul', ['placed', 'wk'], 'k'),
  node('MatMul', ['q', 'k'], 'product'),
  node('Mul', ['product', 'scale'], 'scores'),
];
const weighing = [node('Softmax', ['masked'], 'weights'), node('MatMul', ['weights', 'map'], 'y')];

describe('masks of attention', () => {
  it('are those that are added to scores, and what they alone are made of', () => {
    const added = [
      node('Where', ['keys', 'infinity', 'zeros'], 'where'),
      node('Unsqueeze', ['where', 'axes'], 'wide'),
      node('Add', ['scores', 'wide'], 'masked'),
    ];
    expect(masksOf(...tokens, ...added, ...weighing)).toEqual([
      { read: 'wide', tensors: ['wide', 'where', 'keys', 'flat'] },
    ]);
  });

  it('are those that choose between scores and minus infinity', () => {
    const chosen = [
      node('Unsqueeze', ['keys', 'axes'], 'wide'),
      node('Where', ['wide', 'infinity', 'scores'], 'masked'),
    ];
    expect(masksOf(...tokens, ...chosen, ...weighing)).toEqual([{ read: 'wide', tensors: ['wide', 'keys', 'flat'] }]);
  });

  it('are given to attention that is one operator', () => {
    const whole = node('com.microsoft.MultiHeadAttention', ['q', 'k', 'map', '', 'keys'], 'y');
    expect(masksOf(...tokens, whole)).toEqual([{ read: 'keys', tensors: ['keys', 'flat'] }]);
  });

  it('are not to be replaced where something else of the picture reads them', () => {
    const added = [
      node('Where', ['keys', 'infinity', 'zeros'], 'where'),
      node('Add', ['scores', 'where'], 'masked'),
      node('Mul', ['map', 'keys'], 'elsewhere'),
    ];
    expect(masksOf(...tokens, ...added, ...weighing)).toEqual([{ read: 'where', tensors: ['where'] }]);
    expect(masksOf(...tokens, ...added, node('Mul', ['map', 'where'], 'z'), ...weighing)).toEqual([
      { read: 'where', tensors: [] },
    ]);
  });

  it('are not what a closing softmax sees, nor positions in front of it', () => {
    expect(masksOf(...tokens, node('Add', ['scores', 'keys'], 'masked'), node('Softmax', ['masked'], 'y'))).toEqual([]);
    expect(masksOf(...tokens, node('Softmax', ['placed'], 'weights'), node('MatMul', ['weights', 'map'], 'y'))).toEqual(
      [],
    );
    expect(masksOf(...tokens, node('Identity', ['scores'], 'masked'), ...weighing)).toEqual([]);
  });
});
