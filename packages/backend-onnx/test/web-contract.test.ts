import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { runtimeFiles } from '@understory/backend-onnx/web';
import { bundleForBrowser, findChromium, runInChromium } from '@understory/testing/node';
import type { ContractResults } from './browser/contract-page.ts';
import { contractCases, networks } from './contract-cases.ts';

const chromium = findChromium();
const { resolve } = createRequire(import.meta.url);
const page = fileURLToPath(new URL('browser/contract-page.ts', import.meta.url));
const fixture = (network: string) =>
  new URL(`../../../fixtures/golden/networks/${network}/model.onnx`, import.meta.url);

const files = new Map([
  ...networks.map((network) => [`${network}/model.onnx`, readFileSync(fixture(network))] as const),
  ...runtimeFiles.wasm.map((name) => [name, readFileSync(resolve(`onnxruntime-web/${name}`))] as const),
]);

const promises = contractCases(
  () => new OnnxBackend(),
  (network) => ({ kind: 'file', path: network }),
).flatMap(({ network, cases }) => cases.flatMap(({ name, skip }) => (skip ? [] : [`${network}: ${name}`])));

// Where there is no Chromium, these are shown as skipped.
(chromium === undefined ? describe.skip : describe)('in Chromium', () => {
  it.each([
    { what: 'on one thread', isIsolated: false },
    { what: 'on threads, in a page that is cross-origin isolated', isIsolated: true },
  ])(
    'keeps every promise of a backend $what',
    async ({ isIsolated }) => {
      const { code, ofNode } = await bundleForBrowser(page, { minify: true });
      expect(ofNode).toEqual([]);
      const found = await runInChromium<ContractResults>(chromium!, { script: code, files, isIsolated });
      expect(found.broken).toEqual({});
      expect(found.kept).toEqual(promises);
      expect(found.providers).toEqual(Object.fromEntries(networks.map((network) => [network, 'wasm'])));
      expect(found.isIsolated).toBe(isIsolated);
    },
    300_000,
  );
});
