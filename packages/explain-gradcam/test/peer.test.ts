import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OnnxBackend, type OnnxModel } from '@understory/backend-onnx';
import { toFloat32 } from '@understory/core';
import type { Explainer, Objective } from '@understory/core';
import { eigenGradCam, gradCam, layerCam, shapleyCam, xGradCam } from '@understory/explain-gradcam';
import { readGolden } from '@understory/testing/node';
import type { Golden } from '@understory/testing/node';

const goldens = fileURLToPath(new URL('../../../fixtures/golden', import.meta.url));

/**
 * Of those whose sign the decomposition happens to have, the projection itself is kept. XGrad-CAM divides by sums of activations, which are almost
 * nothing behind the norm of the transformer: float32 leaves less of them.
 */
const compared: readonly {
  readonly id: string;
  readonly explainer: Explainer;
  readonly isSigned?: boolean;
  readonly tolerance?: number;
}[] = [
  { id: 'eigengradcam', explainer: eigenGradCam, isSigned: true },
  { id: 'gradcam:eigen', explainer: gradCam({ smooth: ['eigen'] }), isSigned: true },
  { id: 'layercam:eigen', explainer: layerCam({ smooth: ['eigen'] }), isSigned: true },
  { id: 'xgradcam:eigen', explainer: xGradCam({ smooth: ['eigen'] }), isSigned: true, tolerance: 1e-3 },
  { id: 'shapleycam', explainer: shapleyCam },
  { id: 'gradcam:augmentation', explainer: gradCam({ smooth: ['augmentation'] }) },
];

describe.each(['resnet-torchscript', 'vit-torchscript'])('%s', (network) => {
  let golden: Golden;
  let model: OnnxModel;
  beforeAll(async () => {
    golden = await readGolden(join(goldens, 'peer-maps', network));
    model = await new OnnxBackend().open({ kind: 'file', path: join(goldens, 'networks', network, 'model.onnx') });
  });
  afterAll(() => model.close());

  it.each(compared)(
    "$id equals pytorch-grad-cam's on every layer",
    async ({ id, explainer, isSigned, tolerance = 1e-4 }) => {
      const feeds = { [model.inputs[0]!.name]: golden.input };
      const index = golden.classes.map((target) => [target]);
      const objective: Objective = { kind: 'score', output: model.outputs[0]!.name, index };
      for (const layer of golden.layers) {
        const maps = await explainer.explain({ model, feeds, objective, layer: layer.tensor });
        const expected = golden.tensor(layer.maps[id]!);
        const size = expected.dims[1]! * expected.dims[2]!;
        maps.forEach(({ height, width, data }, sample) => {
          expect([height, width]).toEqual(expected.dims.slice(1));
          const wanted = toFloat32(expected).subarray(sample * size, (sample + 1) * size);
          const largest = Math.max(...wanted.map(Math.abs));
          const apart = (sign: number) =>
            Math.max(...data.map((value, at) => Math.abs(value - Math.max(sign * wanted[at]!, 0)) / largest));
          expect(isSigned === true ? Math.min(apart(1), apart(-1)) : apart(1)).toBeLessThan(tolerance);
          expect(Math.max(...data)).toBeGreaterThan(0);
        });
      }
    },
  );
});
