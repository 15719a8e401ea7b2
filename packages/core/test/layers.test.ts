import { describe, expect, it } from '@jest/globals';
import { findLayer, lastSpatialLayer } from '@understory/core';
import type { Dimension, LayerSpec } from '@understory/core';

const layer = (
  name: string,
  dims: readonly Dimension[] | undefined,
  operator = 'Relu',
  modules: readonly string[] = [],
): LayerSpec => ({ name, type: 'float32', dims, operator, modules });

describe('findLayer', () => {
  const layers = [
    layer('/layer4/relu', ['N', 8, 7, 7], 'Relu', ['layer4.1']),
    layer('/layer4/add', ['N', 8, 7, 7], 'Add', ['layer4', 'layer4.2']),
    layer('layer4.1', ['N', 8, 1, 1], 'GlobalAveragePool'),
    layer('split_0', ['N', 8], 'Split', ['split']),
    layer('split_1', ['N', 8], 'Split', ['split']),
  ];

  it('takes a tensor name', () => {
    expect(findLayer(layers, '/layer4/add')).toBe(layers[1]);
  });

  it('takes a module path', () => {
    expect(findLayer(layers, 'layer4.2')).toBe(layers[1]);
    expect(findLayer(layers, ' layer4 ')).toBe(layers[1]);
  });

  it('prefers the tensor name to the module path', () => {
    expect(findLayer(layers, 'layer4.1')).toBe(layers[2]);
  });

  it('takes the last of several outputs of a module', () => {
    expect(findLayer(layers, 'split')).toBe(layers[4]);
  });

  it('matches the end of a path that no other module shares', () => {
    const nested = [
      layer('a', ['N', 8], 'Relu', ['m.visual.layer4', 'm.visual.layer4.2']),
      layer('b', ['N', 8], 'Relu', ['m.text.layer4']),
      layer('c', ['N', 8], 'Relu', ['m/block/conv']),
    ];
    expect(findLayer(nested, 'visual.layer4')).toBe(nested[0]);
    expect(findLayer(nested, 'layer4.2')).toBe(nested[0]);
    expect(findLayer(nested, 'block/conv')).toBe(nested[2]);
    expect(() => findLayer(nested, 'layer4')).toThrow(
      expect.objectContaining({
        code: 'AMBIGUOUS_LAYER',
        found: '2 modules: "m.visual.layer4", "m.text.layer4"',
      }),
    );
    expect(() => findLayer(nested, 'ayer4.2')).toThrow(expect.objectContaining({ code: 'UNKNOWN_LAYER' }));
  });

  it('suggests what comes close on a miss', () => {
    expect(() => findLayer(layers, 'layer4.3')).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_LAYER', next: expect.stringContaining('"layer4.2"') }),
    );
  });

  it('names the last few layers where nothing comes close', () => {
    expect(() => findLayer(layers, 'zzzzzz')).toThrow(
      expect.objectContaining({
        code: 'UNKNOWN_LAYER',
        next: expect.stringContaining('Its last layers are "split", "layer4.1", "layer4.2".'),
      }),
    );
  });
});

describe('lastSpatialLayer', () => {
  const everything = () => true;

  it('is the last activation with more than one place', () => {
    const layers = [
      layer('conv', ['N', 8, 14, 14]),
      layer('relu', ['N', 8, 7, 7]),
      layer('pool', ['N', 8, 1, 1], 'GlobalAveragePool'),
      layer('flat', ['N', 8]),
      layer('logits', ['N', 10]),
    ];
    expect(lastSpatialLayer({ layers, inputs: [] }, everything)?.name).toBe('relu');
  });

  it('passes over what begins with another size than the images', () => {
    const choose = (batch: Dimension, first: Dimension) =>
      lastSpatialLayer(
        {
          layers: [layer('conv', [batch, 8, 14, 14]), layer('stacked', [first, 17, batch, 16])],
          inputs: [{ name: 'image', type: 'float32', dims: [batch, 3, 224, 224] }],
        },
        everything,
      )?.name;
    expect(choose('N', 3)).toBe('conv');
    expect(choose(2, 3)).toBe('conv');
    expect(choose(3, 3)).toBe('stacked');
    expect(choose('N', 1)).toBe('stacked');
    expect(choose('N', '2*N')).toBe('stacked');
  });

  it('does not count a single row or column as space', () => {
    const layers = [layer('map', ['N', 8, 2, 5]), layer('row', ['N', 8, 1, 5]), layer('column', ['N', 8, 5, 1])];
    expect(lastSpatialLayer({ layers, inputs: [] }, everything)?.name).toBe('map');
  });

  it('leaves out what the output does not depend on', () => {
    const layers = [layer('trunk', ['N', 8, 7, 7]), layer('auxiliary', ['N', 8, 7, 7])];
    expect(lastSpatialLayer({ layers, inputs: [] }, (name) => name !== 'auxiliary')?.name).toBe('trunk');
  });

  it('takes sizes that are not known ahead for space, except after a global pooling', () => {
    const layers = [
      layer('relu', ['N', 8, 'h', 'w']),
      layer('pool', ['N', 8, 'ph', 'pw'], 'GlobalAveragePool'),
      layer('mean', ['N', 8, '', ''], 'ReduceMean'),
    ];
    expect(lastSpatialLayer({ layers, inputs: [] }, everything)?.name).toBe('relu');
  });

  it('takes a ReduceMean over channels, whose size is known, for space', () => {
    expect(
      lastSpatialLayer({ layers: [layer('mean', ['N', 1, 7, 7], 'ReduceMean')], inputs: [] }, everything)?.name,
    ).toBe('mean');
  });

  it('is undefined where nothing sees space', () => {
    expect(
      lastSpatialLayer({ layers: [layer('flat', ['N', 8]), layer('unknown', undefined)], inputs: [] }, everything),
    ).toBeUndefined();
  });
});
