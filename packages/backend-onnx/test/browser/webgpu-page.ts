import { OnnxWebBackend } from '@understory/backend-onnx/web';
import { elementCount, float32, seededRandom } from '@understory/core';

/** What the page found: the device of each opening, and gradients by network and device. */
export interface WebGpuResults {
  readonly providers: Readonly<Record<string, string>>;
  readonly gradients: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
}

/** A network from its first layer to its last, and what another has besides: a pooling by maxima. Every kernel that is compiled takes its time here. */
const scored = {
  'mobilenet-v1-torchscript': { output: 'logits', index: [[1]] },
  'resnet-torchscript': { output: '/maxpool/MaxPool_output_0', index: [[1, 1, 1]] },
} as const;

async function results(): Promise<WebGpuResults> {
  const random = seededRandom('webgpu');
  const dims = [1, 3, 32, 32];
  const images = float32(
    Float32Array.from({ length: elementCount(dims) }, () => random.normal()),
    dims,
  );
  const providers: Record<string, string> = {};
  const gradients: Record<string, Record<string, readonly number[]>> = {};
  for (const [network, at] of Object.entries(scored)) {
    const own: Record<string, readonly number[]> = (gradients[network] = {});
    for (const device of ['wasm', 'webgpu', 'any']) {
      const backend = new OnnxWebBackend({ wasm: '/files/', threads: 1 });
      const source = { kind: 'file', path: `/files/${network}.onnx` } as const;
      const model = await backend.open(source, device === 'any' ? {} : { devices: [device] });
      providers[device] = model.origin.executionProvider;
      const objective = { kind: 'score', ...at } as const;
      const derived = await model.differentiate({ feeds: { input: images }, objective, withRespectTo: ['input'] });
      own[device] = [...(derived.gradients['input']!.data as Float32Array)];
      await model.close();
    }
  }
  return { providers, gradients };
}

void results()
  .catch((error: unknown) => ({ error: `${error} ${JSON.stringify(error)}` }))
  .then((found) => fetch('/results', { method: 'POST', body: JSON.stringify(found) }));
