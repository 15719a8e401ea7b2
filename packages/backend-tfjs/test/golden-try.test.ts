import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, it } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { float32, seededRandom } from '@understory/core';
import { firstEngine, loadOnEngine } from '../src/engines.ts';
import { openOnnxNetwork, readOnnxFile } from '../src/onnx/open-onnx.ts';
import { TfjsModel } from '../src/tfjs-model.ts';
const networks = fileURLToPath(new URL('../../../fixtures/golden/networks', import.meta.url));
const list = readdirSync(networks);
describe('golden', () => {
  for (const n of list)
    it(
      n,
      async () => {
        const path = join(networks, n, 'model.onnx');
        const source = { kind: 'file', path } as const;
        const ref = await new OnnxBackend().open(source);
        const { engine } = await firstEngine(['wasm']);
        try {
          const network = await loadOnEngine(engine, async () => openOnnxNetwork(await readOnnxFile(source)));
          const model = new TfjsModel({ network, engine, origin: ref.origin });
          const random = seededRandom(1);
          const x = float32(
            Float32Array.from({ length: 3 * 3 * 32 * 32 }, () => random.normal()),
            [3, 3, 32, 32],
          );
          const out = ref.outputs[0]!.name;
          const a = await ref.run({ input: x }, [out]);
          const b = await model.run({ input: x }, [out]);
          const diff = (p: any, q: any) => {
            let d = 0,
              m = 0;
            for (let i = 0; i < p.data.length; i++) {
              d = Math.max(d, Math.abs(p.data[i] - q.data[i]));
              m = Math.max(m, Math.abs(p.data[i]));
            }
            return `${p.dims} ${q.dims} ${(d / m).toExponential(2)}`;
          };
          let line = `${n}: ${diff(a[out], b[out])}`;
          const same = JSON.stringify(ref.layers) === JSON.stringify(model.layers) ? '' : 'LAYERS DIFFER';
          const cot = { ...a[out]!, data: Float32Array.from(a[out]!.data as Float32Array, () => random.normal()) };
          const l = ref.layers.filter((l) => l.dims?.length === 4)[2]!.name;
          const objective = { kind: 'cotangent', cotangents: { [out]: cot } } as any;
          try {
            const ga = await ref.differentiate({ feeds: { input: x }, objective, withRespectTo: ['input', l] });
            const gb = await model.differentiate({ feeds: { input: x }, objective, withRespectTo: ['input', l] });
            line += ` grad ${diff(ga.gradients['input'], gb.gradients['input'])} ${diff(ga.gradients[l], gb.gradients[l])}`;
          } catch (e: any) {
            line += ' GRAD ' + e.message + ' | ' + e.found;
          }
          process.stderr.write(line + same + '\n');
        } catch (e: any) {
          process.stderr.write(n + ' ERR ' + e.message + ' | ' + e.found + ' ' + (e.found ? '' : e.stack) + '\n');
        }
      },
      60000,
    );
});
