import { OnnxWebBackend } from '@understory/backend-onnx/web';
import { elementCount, float32, seededRandom } from '@understory/core';

declare const performance: { measureUserAgentSpecificMemory(): Promise<{ readonly bytes: number }> };

/** What the page found: bytes after some maps and after many. */
export interface MemoryResults {
  readonly few: number;
  readonly many: number;
  /** The sum of the absolute values of the gradient, first and last. */
  readonly sums: readonly [first: number, last: number];
}

const layer = '/relu/Relu_output_0';
const [few, many] = [20, 120];

async function results(): Promise<MemoryResults> {
  const model = await new OnnxWebBackend({ wasm: '/files/', threads: 1 }).open({
    kind: 'file',
    path: '/files/model.onnx',
  });
  const random = seededRandom('memory');
  const dims = [1, 3, 32, 32];
  const images = float32(
    Float32Array.from({ length: elementCount(dims) }, () => random.normal()),
    dims,
  );
  const bytes: number[] = [];
  const sums: number[] = [];
  for (let map = 1; map <= many; map += 1) {
    const { gradients } = await model.differentiate({
      feeds: { input: images },
      objective: { kind: 'score', output: 'logits', index: [[1]] },
      withRespectTo: [layer],
      fetch: [layer],
    });
    sums.push((gradients[layer]!.data as Float32Array).reduce((sum, value) => sum + Math.abs(value), 0));
    if (map === few || map === many) bytes.push((await performance.measureUserAgentSpecificMemory()).bytes);
  }
  return { few: bytes[0]!, many: bytes[1]!, sums: [sums[0]!, sums.at(-1)!] };
}

void results()
  .catch((error: unknown) => ({ error: `${error} ${JSON.stringify(error)}` }))
  .then((found) => fetch('/results', { method: 'POST', body: JSON.stringify(found) }));
