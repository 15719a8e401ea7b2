import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { TfjsBackend } from '@understory/backend-tfjs';
import { engineFiles } from '@understory/backend-tfjs/web';
import { bundleForBrowser, findChromium, runInChromium } from '@understory/testing/node';
import type { ContractResults } from './browser/contract-page.ts';
import { contractCases, kinds } from './contract-cases.ts';
import { classifiers, type BytesSource } from './models.ts';

const chromium = findChromium();
const { resolve } = createRequire(import.meta.url);
const page = fileURLToPath(new URL('browser/contract-page.ts', import.meta.url));

/** A model as a server has it, its weights under other names where there are some. */
function served(name: string, { bytes, externalData = {} }: BytesSource, shard?: string) {
  const [first = '', ...others] = Object.keys(externalData);
  const json = new TextDecoder().decode(bytes);
  const files = new Map<string, Uint8Array | string>([
    [`${name}/model.json`, shard === undefined ? json : json.replaceAll(first, shard)],
    [`${name}/${first}`, externalData[first]!],
  ]);
  for (const other of others) files.set(`${name}/${other}`, externalData[other]!);
  return files;
}

const promisesOf = (engine: 'wasm' | 'cpu') =>
  contractCases(
    () => new TfjsBackend(),
    (of) => classifiers[of](),
    { devices: [engine] },
  ).flatMap(({ kind, cases }) => cases.flatMap(({ name, skip }) => (skip ? [] : [`${engine}: ${kind}: ${name}`])));

/** The page and what is served to it. */
async function bundled() {
  const { code, ofNode } = await bundleForBrowser(page);
  // Packages of TensorFlow.js ask for modules of Node where they find themselves in Node, and only there.
  expect(ofNode.filter((each) => each.includes(' in ') && !each.includes('node_modules'))).toEqual([]);
  const graph = await classifiers.graph();
  const files = new Map([
    ...engineFiles.map((name) => [name, readFileSync(resolve(`@tensorflow/tfjs-backend-wasm/dist/${name}`))] as const),
    ...served('graph', graph),
    ...served('layers', await classifiers.layers()),
    ...served('outside', graph, '%2e%2e/graph/group1-shard1of2.bin'),
    ...served('elsewhere', graph, 'https://example.org/weights.bin'),
    ...served('without-shard', graph, 'other.bin'),
  ]);
  return { script: code, files };
}

// Where there is no Chromium, these are shown as skipped.
(chromium === undefined ? describe.skip : describe)('in Chromium', () => {
  let given: ReturnType<typeof bundled> | undefined;
  // Isolated pages have the memory that the engine's own threads need, which are never started.
  it.each([false, true])(
    'keeps every promise of a backend, in a page that is isolated: %s',
    async (isIsolated) => {
      const { script, files } = await (given ??= bundled());
      const found = await runInChromium<ContractResults>(chromium!, { script, files, isIsolated });
      expect(found.broken).toEqual({});
      expect(found.kept).toEqual([...promisesOf('wasm'), ...(isIsolated ? [] : promisesOf('cpu'))]);
      expect(found.kept.length).toBeGreaterThan(20);
      expect(found.providers).toEqual(Object.fromEntries(kinds.map((kind) => [kind, 'wasm'])));
      expect(found.refused).toEqual({
        ...{ absent: 'MODEL_NOT_READABLE', outside: 'MODEL_NOT_READABLE', elsewhere: 'MODEL_NOT_READABLE' },
        ...{ 'without-shard': 'TFJS_SHARD_MISSING', device: 'DEVICE_UNKNOWN' },
      });
    },
    600_000,
  );
});
