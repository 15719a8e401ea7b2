import { describe, expect, it } from '@jest/globals';
import { float32 } from '@understory/core';
import type { Dimension, GraphNode, LayerSpec, Model } from '@understory/core';
import { scoreCam } from '@understory/explain-perturbation';

const four: readonly Dimension[] = ['N', 1, 2, 2];

function node(operator: string, inputs: readonly string[], output: string): GraphNode {
  return { operator, name: `/${output}`, inputs, outputs: [output], attributes: {} };
}

/** Every layer is the image; the graph says what depends on what. */
function modelOf(layers: readonly LayerSpec[], nodes?: readonly GraphNode[]): Model {
  return {
    inputs: [{ name: 'image', type: 'float32', dims: four }],
    outputs: [{ name: 'logits', type: 'float32', dims: ['N', 1] }],
    layers,
    origin: { backend: 'none', executionProvider: 'cpu', sha256: '', remarks: [] },
    ...(nodes && { graph: { nodes, constant: () => undefined } }),
    async run(feeds, fetch) {
      const image = feeds['image']!;
      const logits = float32(new Float32Array(image.dims[0]!), [image.dims[0]!, 1]);
      return Object.fromEntries(fetch.map((name) => [name, name === 'logits' ? logits : image]));
    },
    close: async () => {},
  };
}

const layer = (name: string, dims: readonly Dimension[] = four): LayerSpec => ({
  name,
  type: 'float32',
  dims,
  operator: 'Relu',
  modules: [`module.${name}`],
});

async function chosen(model: Model, asked?: string): Promise<string | undefined> {
  const feeds = { image: float32(Float32Array.of(1, 2, 3, 4), [1, 1, 2, 2]) };
  const objective = { kind: 'score', output: 'logits', index: [[0]] } as const;
  const [map] = await scoreCam().explain({ model, feeds, objective, ...(asked !== undefined && { layer: asked }) });
  return map!.layer;
}

describe('the layer of an explainer without gradients', () => {
  const nodes = [
    node('Conv', ['image'], 'trunk'),
    node('Relu', ['trunk'], 'auxiliary'),
    node('Shape', ['trunk'], 'sizes'),
    node('ConstantOfShape', ['sizes'], 'grid'),
    node('Gemm', ['trunk', 'grid'], 'logits'),
  ];
  const layersOf = () => ['trunk', 'auxiliary', 'grid'].map((name) => layer(name));

  it('is between the image and what is explained, by the graph', async () => {
    expect(await chosen(modelOf(layersOf(), nodes))).toBe('trunk');
    expect(await chosen(modelOf(layersOf(), nodes), ' auto ')).toBe('trunk');
  });

  it('is the last spatial one where there is no graph to ask', async () => {
    expect(await chosen(modelOf(layersOf()))).toBe('grid');
  });

  it('can be named by tensor or module, and must be spatial', async () => {
    const model = modelOf([...layersOf(), layer('tokens', ['N', 3, 4])]);
    expect(await chosen(model, 'auxiliary')).toBe('auxiliary');
    expect(await chosen(model, 'module.trunk')).toBe('trunk');
    await expect(chosen(model, 'tokens')).rejects.toMatchObject({ code: 'LAYER_NOT_SPATIAL' });
    await expect(chosen(model, 'trunc')).rejects.toMatchObject({ code: 'UNKNOWN_LAYER' });
  });

  it('must not be channels last', async () => {
    const last = [node('Transpose', ['image'], 'turned'), node('Gemm', ['turned'], 'logits')];
    const turned = last.map((each) =>
      each.operator === 'Transpose' ? { ...each, attributes: { perm: [0, 2, 3, 1] } } : each,
    );
    await expect(chosen(modelOf([layer('turned')], turned), 'turned')).rejects.toMatchObject({ code: 'LAYER_AXES' });
  });

  it('must be there', async () => {
    await expect(chosen(modelOf([layer('flat', ['N', 8])]))).rejects.toMatchObject({ code: 'NO_SPATIAL_LAYER' });
  });
});
