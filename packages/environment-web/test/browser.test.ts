import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { runtimeFiles } from '@understory/backend-onnx/web';
import { bundleForBrowser, findChromium, runInChromium } from '@understory/testing/node';
import type { StudyResults } from './browser/study-worker.ts';
import { explainedInNode } from './explained-in-node.ts';

const chromium = findChromium();
const { resolve } = createRequire(import.meta.url);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const model = here('../../zoo/models/efficientnet-lite0');
const picture = here('../../../fixtures/images/chelsea.png');

/** Starts the worker, and answers its first step. */
const page = `
const worker = new Worker('/files/worker.js', { type: 'module' });
worker.onmessage = () => worker.postMessage('stop');
worker.onerror = ({ message }) => fetch('/results', { method: 'POST', body: JSON.stringify({ error: message }) });
`;

// Where there is no Chromium, this is shown as skipped.
(chromium === undefined ? describe.skip : describe)('webEnvironment in a worker', () => {
  it('explains, stops and studies as Node does, and keeps models', async () => {
    const worker = await bundleForBrowser(here('browser/study-worker.ts'));
    expect(worker.ofNode).toEqual([]);
    const files = new Map<string, Uint8Array | string>([
      ['worker.js', worker.code],
      ['chelsea.png', readFileSync(picture)],
      ...['onnx/model.onnx', 'config.json', 'preprocessor_config.json'].map(
        (name) => [name, readFileSync(`${model}/${name}`)] as const,
      ),
      ...runtimeFiles.wasm.map((name) => [name, readFileSync(resolve(`onnxruntime-web/${name}`))] as const),
    ]);
    const found = await runInChromium<StudyResults>(chromium!, { script: page, files, isIsolated: true });
    const { record, maps } = await explainedInNode('efficientnet-lite0', picture);
    const { heat } = maps[0]!;
    expect(found).toEqual({
      ...{ isIsolated: true, runsOn: 'wasm' },
      ...{ layer: heat.layer, size: [heat.height, heat.width], heat: expect.any(Array) },
      top: record.top.map(({ label, probability }) => ({ label, probability: expect.closeTo(probability, 4) })),
      ...{ stopped: 'changed its mind', refused: 'MODEL_NOT_FOUND' },
      studies: { evaluate: [1, 0], probe: [1, 0], attack: [1, 0] },
      kept: {
        paths: ['config.json', 'onnx/model.onnx', 'preprocessor_config.json'],
        ...{ isSame: true, left: 0, run: true },
      },
    });
    const most = Math.max(...heat.data);
    const furthest = heat.data.reduce((far, value, at) => Math.max(far, Math.abs(value - found.heat[at]!)), 0);
    expect(found.heat).toHaveLength(heat.data.length);
    expect(furthest).toBeLessThanOrEqual(1e-3 * most);
  }, 300_000);
});
