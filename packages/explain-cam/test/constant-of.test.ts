import { expect, it } from '@jest/globals';
import { tensor, type GraphNode } from '@understory/core';
import { constantOf } from '../src/constant-of.ts';

const weight = tensor('float32', Float32Array.from([1, 2, 3, 4, 5, 6]), [2, 3]);

/** A weight behind so many nodes of an operator. */
function behind(count: number, operator: string) {
  const nodes = Array.from({ length: count }, (_, at): GraphNode => ({
    ...{ operator, name: `${at}`, inputs: [at === 0 ? 'w' : `${at - 1}`], outputs: [`${at}`], attributes: {} },
  }));
  return constantOf({ nodes, constant: (name) => (name === 'w' ? weight : undefined) }, `${count - 1}`);
}

it('follows a weight through more nodes than a stack holds calls', () => {
  expect(behind(10_000, 'Identity')).toEqual({ dims: [2, 3], data: weight.data });
});

it('turns a weight once for an odd number of transpositions', () => {
  expect(behind(3, 'Transpose')).toEqual({ dims: [3, 2], data: Float32Array.from([1, 4, 2, 5, 3, 6]) });
  expect(behind(2, 'Transpose')).toEqual({ dims: [2, 3], data: weight.data });
});
