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

const runtime = runtimeFiles.wasm.map((name) => [name, readFileSync(resolve(`onnxruntime-web/${name}`))] as const);

const promises = contractCases(
  () => new OnnxBackend(),
  (network) => ({ kind: 'file', path: network }),
);

// Where there is no Chromium, these are shown as skipped.
(chromium === undefined ? describe.skip : describe)('in Chromium', () => {
  let bundled: ReturnType<typeof bundleForBrowser> | undefined;
  it.each([
    { what: 'on one thread', isIsolated: false, tried: networks },
    // Threads change how sums are computed, and nothing of how a network is read: one is enough.
    {
      what: 'on threads, in a page that is cross-origin isolated',
      isIsolated: true,
      tried: ['resnet-torchscript'],
    },
  ])(
    'keeps every promise of a backend $what',
    async ({ isIsolated, tried }) => {
      const { code, ofNode } = await (bundled ??= bundleForBrowser(page));
      expect(ofNode).toEqual([]);
      const files = new Map([
        ...tried.map((network) => [`${network}/model.onnx`, readFileSync(fixture(network))] as const),
        ...runtime,
      ]);
      const found = await runInChromium<ContractResults>(chromium!, { script: code, files, isIsolated });
      expect(found.broken).toEqual({});
      expect(found.kept).toEqual(
        promises
          .filter(({ network }) => tried.includes(network))
          .flatMap(({ network, cases }) => cases.flatMap(({ name, skip }) => (skip ? [] : [`${network}: ${name}`]))),
      );
      expect(found.kept.length).toBeGreaterThan(20);
      expect(found.providers).toEqual(Object.fromEntries(tried.map((network) => [network, 'wasm'])));
      expect(found.isIsolated).toBe(isIsolated);
    },
    300_000,
  );
});
