import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { sharpCodec } from '@understory/imaging/sharp';
import { bundleForBrowser, findChromium, runInChromium } from '@understory/testing/node';
import { explainOne, type Explanation } from './browser/one-explanation.ts';

const chromium = findChromium();
const picture = new Uint8Array(readFileSync(new URL('../../../fixtures/images/coffee.png', import.meta.url)));

const entry = fileURLToPath(new URL('browser/entry.js', import.meta.url));

/** What has to run without Node, by its entry points. */
const neutral = [
  ...['core', 'onnx-autodiff', 'onnx-autodiff/gradient-check', 'statistics', 'experiments', 'experiments/opfs'],
  ...['imaging', 'imaging/canvas', 'studies', 'report', 'testing', 'attack-pgd', 'metric-faithfulness'],
  ...['probe-shuffle', 'explain-baseline', 'explain-cam', 'explain-gradcam', 'explain-gradients'],
  ...[
    'explain-perturbation',
    'subjects',
    'text',
    'probe-clip',
    'probe-mdetr',
    'backend-onnx/web',
    'zoo/places',
    'environment-web',
  ],
].map((name) => `@understory/${name}`);

describe('in a browser', () => {
  it('what is neutral imports nothing of Node', async () => {
    const code = neutral.map((name, at) => `export * as package${at} from '${name}';`).join('\n');
    expect((await bundleForBrowser(entry, { code })).ofNode).toEqual([]);
  }, 180_000);

  it('tells what is of Node', async () => {
    const { ofNode } = await bundleForBrowser(entry, { code: "export * as files from 'node:fs';" });
    expect(ofNode).toEqual([expect.stringContaining('node:fs in '), expect.stringContaining('of-node:node:fs')]);
  }, 180_000);

  // Where there is no Chromium, this is shown as skipped.
  (chromium === undefined ? it.skip : it)(
    'a study explains a picture as in Node',
    async () => {
      const { code, ofNode } = await bundleForBrowser(fileURLToPath(new URL('browser/page.ts', import.meta.url)));
      expect(ofNode).toEqual([]);
      const files = new Map([['picture.png', picture]]);
      const found = await runInChromium<Explanation>(chromium!, { script: code, files });
      const expected = await explainOne(sharpCodec, picture);
      expect(expected).toMatchObject({ layer: 'bright', size: [24, 24] });
      expect(found).toEqual({
        ...{ ...expected, heat: expect.any(Array) },
        top: expected.top.map(({ label, probability }) => ({ label, probability: expect.closeTo(probability, 6) })),
      });
      const most = Math.max(...expected.heat);
      expect(most).toBeGreaterThan(Math.min(...expected.heat));
      expect(found.heat).toHaveLength(24 * 24);
      expect(largestDifference(found.heat, expected.heat)).toBeLessThanOrEqual(1e-6 * most);
    },
    180_000,
  );
});

function largestDifference(found: readonly number[], expected: readonly number[]): number {
  return expected.reduce((most, value, at) => Math.max(most, Math.abs(value - (found[at] ?? NaN))), 0);
}
