import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { runtimeFiles } from '@understory/backend-onnx/web';
import { bundleForBrowser, findChromium, runInChromium } from '@understory/testing/node';
import type { WebGpuResults } from './browser/webgpu-page.ts';

const chromium = findChromium();
const { resolve } = createRequire(import.meta.url);
const page = fileURLToPath(new URL('browser/webgpu-page.ts', import.meta.url));
const fixture = (name: string) => new URL(`../../../fixtures/golden/networks/${name}/model.onnx`, import.meta.url);

// Where there is no Chromium, this is shown as skipped. The one of Debian brings what imitates a graphics processor.
(chromium === undefined ? it.skip : it)(
  'differentiates on WebGPU, in WebAssembly where a kernel refuses, and takes no imitation unasked',
  async () => {
    const files = new Map([
      ...['resnet-torchscript', 'mobilenet-v1-torchscript'].map(
        (name) => [`${name}.onnx`, readFileSync(fixture(name))] as const,
      ),
      ...[...runtimeFiles.wasm, ...runtimeFiles.webgpu].map(
        (name) => [name, readFileSync(resolve(`onnxruntime-web/${name}`))] as const,
      ),
    ]);
    const { code: script } = await bundleForBrowser(page);
    const flags = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];
    const found = await runInChromium<WebGpuResults>(chromium!, { script, files, flags });
    expect(found).toMatchObject({ providers: { wasm: 'wasm', webgpu: 'webgpu', any: 'wasm' } });
    for (const { wasm, webgpu, any } of Object.values(found.gradients)) {
      const most = wasm!.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
      const furthest = wasm!.reduce((far, value, at) => Math.max(far, Math.abs(value - webgpu![at]!)), 0);
      expect(any).toEqual(wasm);
      expect(most).toBeGreaterThan(0);
      expect(furthest).toBeLessThanOrEqual(1e-3 * most);
    }
  },
  300_000,
);
