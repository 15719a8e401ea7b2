import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { differentiate, parseModel, type Constant } from '../src/index.ts';
import { execute } from './execute.ts';

const pictures: Constant = {
  ...{ type: 'float32', dims: [2, 1, 8, 8] },
  values: Array.from({ length: 128 }, (_, at) => Math.sin(at * 0.37)),
};

async function computed(file: string) {
  const graph = parseModel(readFileSync(new URL(`./fixtures/${file}`, import.meta.url)));
  const result = differentiate(graph, {
    objective: { kind: 'cotangent', outputs: ['scores'] },
    withRespectTo: ['pictures'],
    fetch: ['scores'],
  });
  const cotangent: Constant = { type: 'float32', dims: [2, 3], values: [1, -2, 0.5, 0.3, 1, -1] };
  const fed = { pictures, [result.objectiveInputs[0]!.name]: cotangent };
  const gradient = result.gradients['pictures']!;
  const values = await execute(result.graph.encode(result.sizes), fed, [gradient, 'scores']);
  return {
    operators: new Set(graph.nodes.map(({ operator }) => operator)),
    ...{ scores: values['scores']!.values, gradient: values[gradient]!.values },
  };
}

describe('a vision transformer whose blocks were fused', () => {
  it('has the gradient of the one that was not', async () => {
    const [plain, fused] = await Promise.all(['transformer.onnx', 'transformer-fused.onnx'].map(computed));
    for (const operator of ['Attention', 'SkipLayerNormalization', 'BiasGelu']) {
      expect([operator, plain!.operators.has(operator), fused!.operators.has(operator)]).toEqual([
        operator,
        false,
        true,
      ]);
    }
    const near = (values: Constant['values']) => Array.from(values, (value) => expect.closeTo(value, 5));
    expect(Array.from(fused!.scores)).toEqual(near(plain!.scores));
    expect(Array.from(fused!.gradient)).toEqual(near(plain!.gradient));
    expect(Math.max(...Array.from(plain!.gradient, Math.abs))).toBeGreaterThan(1e-2);
  });
});
