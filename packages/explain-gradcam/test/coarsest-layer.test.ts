import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { float32, type Objective } from '@understory/core';
import { resolveLayer } from '../src/resolve-layer.ts';

const goldens = fileURLToPath(new URL('../../../fixtures/golden', import.meta.url));

/** What `auto` means for one number of an output or layer. */
async function autoOf(path: string, output: string, index: readonly number[]): Promise<string> {
  const model = await new OnnxBackend().open({ kind: 'file', path: `${goldens}/${path}/model.onnx` });
  try {
    const feeds = { input: float32(new Float32Array(3 * 64 * 64), [1, 3, 64, 64]) };
    const objective: Objective = { kind: 'score', output, index: [index] };
    return resolveLayer({ model, objective, layer: undefined, feeds, batch: 1 }).name;
  } finally {
    await model.close();
  }
}

describe('the layer that is read where a place of a map is explained', () => {
  it('is the bottleneck of a U-Net, not the map itself', async () => {
    expect(await autoOf('segmenters/unet', 'output', [1, 20, 20])).toBe('/stages/stages.1/Mul_output_0');
  });

  it('is the last one in front of the head of that scale of a detector', async () => {
    const heads = ['stages/stages.1', 'down.0/down.0.1', 'down.1/down.1.1'];
    for (const [scale, layer] of heads.entries()) {
      const found = await autoOf('detectors/yolov8', `/heads.${scale}/Conv_output_0`, [4, 0, 0]);
      expect(found).toBe(`/backbone/${layer}/Mul_output_0`);
    }
  });

  it('stays the last one with positions where the output has none', async () => {
    expect(await autoOf('detectors/detr', 'logits', [0, 1])).toContain('encoder/layers.0/final_layer_norm');
  });
});
