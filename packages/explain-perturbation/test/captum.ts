import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OnnxBackend } from '@understory/backend-onnx';
import { toFloat32 } from '@understory/core';
import type { Explainer } from '@understory/core';
import { readGolden } from '@understory/testing/node';

const goldens = fileURLToPath(new URL('../../../fixtures/golden', import.meta.url));

/** What ours and Captum's have for each cell of a square grid over the first image of a small network. */
export async function captumOf(
  id: 'shapley' | 'kernelshap' | 'lime',
  explainer: Explainer,
  seed = 0,
): Promise<{ readonly map: readonly number[]; readonly expected: readonly number[] }> {
  const golden = await readGolden(join(goldens, 'surrogates'));
  const path = join(goldens, 'networks', 'resnet-torchscript', 'model.onnx');
  const model = await new OnnxBackend().open({ kind: 'file', path }, { threads: 1 });
  try {
    const [map] = await explainer.explain({
      model,
      feeds: { input: golden.input },
      objective: { kind: 'score', output: 'logits', index: [[golden.classes[0]!]] },
      seed,
    });
    const expected = [...toFloat32(golden.tensor(id))];
    const side = Math.sqrt(expected.length);
    const centre = (cell: number) => Math.floor(((cell + 0.5) * 32) / side);
    return {
      map: expected.map((_, cell) => map!.data[centre(Math.floor(cell / side)) * 32 + centre(cell % side)]!),
      expected,
    };
  } finally {
    await model.close();
  }
}
