import { describe, expect, it } from '@jest/globals';
import { layOutAnnotations } from '../src/annotation-layout.ts';
import { rgbImage, type RgbImage } from '../src/index.ts';
import { annotate } from '../src/node/contact-sheet.ts';

const grey = rgbImage(new Uint8Array(3 * 160 * 120).fill(90), 160, 120);
const orange = [230, 159, 0];
const blue = [0, 114, 178];

function pixel({ data, width }: RgbImage, x: number, y: number): readonly number[] {
  return [...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)];
}

const box = { x: 40, y: 50, width: 60, height: 40 };

describe('annotate', () => {
  it('outlines each box in its colour between dark edges, writes its label above it, and leaves the rest as it is', async () => {
    const drawn = await annotate(grey, { boxes: [{ box, label: 'the left apple' }] });
    expect([drawn.width, drawn.height]).toEqual([160, 120]);
    // A line two pixels wide, half of it outside, between edges of one.
    expect([36, 38, 39, 40, 41, 43].map((x) => pixel(drawn, x, 80))).toEqual([
      ...[[90, 90, 90], [0, 0, 0], orange, orange, [0, 0, 0], [90, 90, 90]],
    ]);
    expect(pixel(drawn, 70, 70)).toEqual([90, 90, 90]);
    // The ground of the label ends where the box begins.
    expect([pixel(drawn, 41, 36), pixel(drawn, 41, 30)]).toEqual([orange, [90, 90, 90]]);
  });

  it('cuts a box at the edges of the picture', async () => {
    const drawn = await annotate(grey, { boxes: [{ box: { x: -30, y: -30, width: 60, height: 60 }, label: '' }] });
    expect([pixel(drawn, 30, 10), pixel(drawn, 0, 0), pixel(drawn, 10, 29)]).toEqual([orange, [90, 90, 90], orange]);
  });

  it('writes lines below the picture on white, and breaks those that are too long between words', async () => {
    const drawn = await annotate(grey, { boxes: [], lines: ['Question: what color is the left apple?', 'red'] });
    const { height } = layOutAnnotations(grey, { boxes: [], lines: ['a', 'b', 'c'] }, (text) => 7 * text.length);
    expect([drawn.width, drawn.height]).toEqual([160, height]);
    expect(drawn.data.subarray(0, grey.data.length)).toEqual(grey.data);
    expect(pixel(drawn, 158, 122)).toEqual([255, 255, 255]);
    expect(drawn.data.subarray(grey.data.length).filter((level) => level < 100).length).toBeGreaterThan(100);
  });
});

describe('labels', () => {
  const measure = (text: string) => 6 * text.length;
  const grounds = (svg: string) =>
    [...svg.matchAll(/<rect x="(-?\d+)" y="(-?\d+)" width="(\d+)" height="(\d+)" fill="#/g)].map((match) =>
      match.slice(1).map(Number),
    );

  it('do not lie on each other where two boxes are one, and stay within the picture', async () => {
    const boxes = [0, 1, 2].map((at) => ({ box, label: `apple ${at}` }));
    const { svg } = layOutAnnotations(grey, { boxes }, measure);
    const placed = grounds(svg);
    expect(placed).toHaveLength(3);
    for (const [at, [x = 0, y = 0, width = 0, height = 0]] of placed.entries()) {
      expect([x >= 0, y >= 0, x + width <= 160, y + height <= 120]).toEqual([true, true, true, true]);
      for (const [left = 0, top = 0, wide = 0, high = 0] of placed.slice(at + 1)) {
        expect(x + width <= left || left + wide <= x || y + height <= top || top + high <= y).toBe(true);
      }
    }
  });

  it('that are wider than the picture end in an ellipsis, and letters of XML are written out', () => {
    const { svg } = layOutAnnotations(grey, { boxes: [{ box, label: `<&> ${'long '.repeat(40)}` }] }, measure);
    expect(svg).toContain('&lt;&amp;&gt; long');
    expect(svg).toContain('…</text>');
    expect(grounds(svg)[0]![2]).toBeLessThanOrEqual(160);
  });

  it('of the second box have its colour', async () => {
    const drawn = await annotate(grey, {
      boxes: [
        { box, label: '' },
        { box: { x: 110, y: 60, width: 40, height: 30 }, label: '' },
      ],
    });
    expect(pixel(drawn, 110, 75)).toEqual(blue);
  });
});
