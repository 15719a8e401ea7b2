import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OnnxBackend, type OnnxModel } from '@understory/backend-onnx';
import { toFloat32 } from '@understory/core';
import type { Objective } from '@understory/core';
import { listGoldens, readGolden } from '@understory/testing/node';
import type { Golden } from '@understory/testing/node';
import { methods } from './methods.ts';

const goldens = await listGoldens(fileURLToPath(new URL('../../..', import.meta.url)));

const inGoldens = ['gradcam', 'gradcam++', 'layercam', 'hirescam', 'xgradcam'] as const;

function minMax(values: Float32Array): Float64Array {
  const low = Math.min(...values);
  const high = Math.max(...values);
  return Float64Array.from(values, (value) => (value - low) / (high - low));
}

describe('the goldens', () => {
  it('are of at least six families, each by both exporters', () => {
    const families = (exporter: string) =>
      goldens.flatMap(({ name }) => (name.endsWith(exporter) ? name.slice(0, -exporter.length) : []));
    expect(families('-dynamo').length).toBeGreaterThanOrEqual(6);
    expect(families('-dynamo')).toEqual(families('-torchscript'));
  });
});

describe.each(goldens)('$name', ({ folder, model: path }) => {
  let golden: Golden;
  let model: OnnxModel;
  beforeAll(async () => {
    golden = await readGolden(folder);
    model = await new OnnxBackend().open({ kind: 'file', path });
  });
  afterAll(() => model.close());

  it.each(inGoldens)('%s equals PyTorch on every layer', async (id) => {
    const feeds = { [model.inputs[0]!.name]: golden.input };
    const index = golden.classes.map((target) => [target]);
    const objective: Objective = { kind: 'score', output: model.outputs[0]!.name, index };
    for (const layer of golden.layers) {
      const maps = await methods[id].explain({ model, feeds, objective, layer: layer.tensor });
      const expected = golden.tensor(layer.maps[id]!);
      const values = toFloat32(expected);
      const size = values.length / maps.length;
      expect(maps).toHaveLength(golden.classes.length);
      maps.forEach(({ height, width, data }, sample) => {
        expect([height, width]).toEqual(expected.dims.slice(1));
        const wanted = values.subarray(sample * size, (sample + 1) * size);
        const normalised = minMax(wanted);
        const differences = minMax(data).map((value, place) => Math.abs(value - normalised[place]!));
        expect(Math.max(...differences)).toBeLessThan(1e-4);
        // Min-max forgets the size.
        expect(Math.max(...data) / Math.max(...wanted)).toBeCloseTo(1, 3);
      });
    }
  });

  it('names the layer that auto picks', async () => {
    const feeds = { [model.inputs[0]!.name]: golden.input };
    const index = golden.classes.map((target) => [target]);
    const objective: Objective = { kind: 'score', output: model.outputs[0]!.name, index };
    const [map] = await methods.gradcam.explain({ model, feeds, objective, layer: 'auto' });
    const places = model.layers.map(({ name }) => name);
    expect(places.indexOf(map!.layer!)).toBeGreaterThanOrEqual(places.indexOf(golden.layers.at(-1)!.tensor));
    expect(map!.height * map!.width).toBeGreaterThan(1);
  });
});
