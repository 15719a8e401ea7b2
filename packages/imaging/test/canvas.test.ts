import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { decodeImage } from '../src/node/sharp.ts';
import { findChromium } from '@understory/testing/node';
import { decodeInChromium, type Decoded } from './browser/in-chromium.ts';
import { bytes, fixture, largestDifference, rejection } from './golden.ts';

const chromium = findChromium();
/** Where there is no Chromium, the tests are shown as skipped. */
const inBrowser = chromium === undefined ? describe.skip : describe;

const decodable = readdirSync(new URL('../../../fixtures/golden/imaging/decode/', import.meta.url));
const jpeg = fixture('images/rocket.jpg');
const damaged = fixture('images/coffee.png');
damaged.fill(0, 5000, 5004);

const broken = new Map([
  ['half.jpg', jpeg.subarray(0, jpeg.length / 2)],
  ['end.jpg', jpeg.subarray(0, -2)],
  ['damaged.png', damaged],
  ['words.png', new TextEncoder().encode('no picture here')],
]);

inBrowser('canvasCodec', () => {
  const files = new Map<string, Uint8Array>(broken);
  let results: Readonly<Record<string, Decoded>> = {};

  beforeAll(async () => {
    for (const name of decodable) files.set(name, fixture(`golden/imaging/decode/${name}`));
    files.set('rocket.jpg', jpeg);
    files.set('wide.png', await wide());
    files.set('limited.webp', fixture('golden/imaging/decode/lossy.webp'));
    results = await decodeInChromium(chromium!, files);
  }, 120_000);

  it.each([...decodable, 'rocket.jpg', 'wide.png'])('reads %s as sharp does', async (name) => {
    const found = results[name]!;
    if ('error' in found) throw new Error(`${found.error.code}: ${found.error.found}`);
    const expected = await decodeImage(files.get(name)!, name);
    expect([found.width, found.height]).toEqual([expected.width, expected.height]);
    // Lossy formats may differ by a level between builds of their decoders.
    const tolerance = /\.png$|^lossless/.test(name) ? 0 : 1;
    expect(largestDifference(bytes(found.data), expected.data)).toBeLessThanOrEqual(tolerance);
    expect(found.alpha).toBe(expected.alpha && Buffer.from(expected.alpha).toString('base64'));
  });

  it.each([...decodable, 'wide.png'])('writes the colours of %s as they are', async (name) => {
    const found = results[name]! as Extract<Decoded, { png: string }>;
    const again = await decodeImage(bytes(found.png));
    expect(again.alpha).toBeUndefined();
    expect(Buffer.from(again.data).toString('base64')).toBe(found.data);
  });

  it.each([...broken.keys()])('refuses %s with the error that sharp has', async (name) => {
    const { code } = (await rejection(decodeImage(broken.get(name)!))) as { code: string };
    expect(results[name]).toEqual({ error: { code, found: expect.any(String) } });
  });

  it('refuses more pixels than it decodes', () => {
    expect(results['limited.webp']).toMatchObject({ error: { code: 'IMAGE_TOO_LARGE' } });
  });
});

/** Noise with every alpha, wider than the squares that a canvas is read in. */
function wide(): Promise<Uint8Array> {
  const [width, height] = [4100, 3];
  let state = 1;
  const noise = Uint8Array.from({ length: 4 * width * height }, () => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223;
    return state >>> 24;
  });
  return sharp(noise, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
}
