import { describe, expect, it } from '@jest/globals';
import { colourMap, rgbImage, type RgbImage } from '../src/index.ts';
import { contactSheet } from '../src/node/contact-sheet.ts';

const red = filled(30, 20, [200, 0, 0]);
const blue = filled(20, 40, [0, 0, 200]);

describe('contactSheet', () => {
  it('places each image in its cell, centred, pixel for pixel', async () => {
    const sheet = await contactSheet({ rows: [{ cells: [{ image: red }, { image: blue }] }], cellSize: 40 });
    expect([sheet.width, sheet.height]).toEqual([24 + 40 + 12 + 40 + 24, 24 + 40 + 24]);
    for (let y = 0; y < sheet.height; y++) {
      for (let x = 0; x < sheet.width; x++) {
        const inRed = x >= 29 && x < 59 && y >= 34 && y < 54;
        const inBlue = x >= 86 && x < 106 && y >= 24 && y < 64;
        expect([x, y, ...pixel(sheet, x, y)]).toEqual([
          x,
          y,
          ...(inRed ? [200, 0, 0] : inBlue ? [0, 0, 200] : [255, 255, 255]),
        ]);
      }
    }
  });

  it('shrinks an image that is larger than the cell and keeps its proportions', async () => {
    const sheet = await contactSheet({ rows: [{ cells: [{ image: filled(100, 50, [0, 150, 0]) }] }], cellSize: 40 });
    expect([sheet.width, sheet.height]).toEqual([88, 68]);
    expect(count(sheet, [0, 150, 0])).toBe(40 * 20);
  });

  it('writes titles and captions, which take room', async () => {
    const bare = await contactSheet({ rows: [{ cells: [{ image: red }] }] });
    const labelled = await contactSheet({
      title: 'Title',
      rows: [{ title: 'Row', cells: [{ image: red, caption: 'Caption <&> "é"' }] }],
    });
    // A line of 24 pixels and one of 18 above the image, one of 15 below it, and what lies between.
    expect(labelled.height - bare.height).toBe(24 + 12 + 18 + 6 + 6 + 15);
    const imageTop = 24 + 24 + 12 + 18 + 6;
    expect(count(labelled, [200, 0, 0])).toBe(600);
    expect(pixel(labelled, 24 + 97, imageTop)).toEqual([200, 0, 0]);
    expect(ink(labelled, 24, 48)).toBeGreaterThan(50);
    expect(ink(labelled, 48, 60)).toBe(0);
    expect(ink(labelled, 60, 78)).toBeGreaterThan(30);
    expect(ink(labelled, imageTop + 20 + 6, labelled.height - 24)).toBeGreaterThan(50);
    expect(ink(labelled, labelled.height - 24, labelled.height)).toBe(0);
  });

  it('draws accents above their letters', async () => {
    const [plain, accented, apart] = await Promise.all(['E', 'É', 'E\u0301'].map((text) => titled(text)));
    const [above, below] = [
      [24, 28],
      [28, 48],
    ] as const;
    expect(ink(plain!, ...above)).toBe(0);
    expect(ink(accented!, ...above)).toBeGreaterThan(3);
    expect(ink(apart!, ...above)).toBeGreaterThan(3);
    expect(ink(accented!, ...below)).toBe(ink(plain!, ...below));
  });

  it.each([
    ['Greek', 'Ω'],
    ['Cyrillic', 'Ж'],
    ['Hebrew', 'ש'],
    ['Arabic', 'ع'],
    ['Armenian', 'Ֆ'],
  ])('draws %s letters, which the font has', async (_, letter) => {
    const [drawn, box] = [await titled(letter), await titled('\u4e2d')];
    expect(ink(drawn, 24, 48)).toBeGreaterThan(10);
    expect(Buffer.from(drawn.data).equals(Buffer.from(box.data))).toBe(false);
  });

  it('draws the same box for every letter that the font lacks', async () => {
    const [one, other] = [await titled('\u4e2d'), await titled('\u6587')];
    expect(ink(one, 24, 48)).toBeGreaterThan(10);
    expect(Buffer.from(one.data).equals(Buffer.from(other.data))).toBe(true);
  });

  it('draws what XML cannot hold as replacement characters', async () => {
    expect(await titled('a\0\ud800</text>')).toEqual(await titled('a\ufffd\ufffd</text>'));
  });

  it('writes what the colours of the legend stand for around them', async () => {
    const legend = { colourMap: 'viridis', title: 'importance', low: 'lowest', high: 'highest' } as const;
    const sheet = await contactSheet({ rows: [{ cells: [{ image: red }] }], legend });
    const bar = Buffer.from(colourMap('viridis'));
    const y = sheet.height - 24 - 6;
    const row = Buffer.from(sheet.data.subarray(3 * y * sheet.width, 3 * (y + 1) * sheet.width));
    const left = row.indexOf(bar) / 3;
    const dark = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, at) => from + at).filter((x) =>
        Array.from({ length: 12 }, (_, at) => pixel(sheet, x, sheet.height - 36 + at)[1]!).some((level) => level < 160),
      ).length;
    // Title and low label, a gap of twelve pixels, the bar, another gap, the high label.
    expect(dark(24, left - 12)).toBeGreaterThan(60);
    expect(dark(left - 12, left)).toBe(0);
    expect(dark(left + 256, left + 268)).toBe(0);
    expect(dark(left + 268, sheet.width - 24)).toBeGreaterThan(20);
  });

  it('draws every colour of the legend from low to high', async () => {
    const sheet = await contactSheet({ rows: [{ cells: [{ image: red }] }], legend: { colourMap: 'viridis' } });
    const colours = colourMap('viridis');
    const y = sheet.height - 24 - 6;
    const row = sheet.data.subarray(3 * y * sheet.width, 3 * (y + 1) * sheet.width);
    expect(Buffer.from(row).includes(Buffer.from(colours))).toBe(true);
  });

  it('keeps long labels inside their cells', async () => {
    const sheet = await contactSheet({
      rows: [{ cells: [{ image: red, caption: 'W'.repeat(200) }, {}] }],
      cellSize: 80,
    });
    for (let y = sheet.height - 24 - 15; y < sheet.height; y++) {
      for (let x = 24 + 80; x < sheet.width; x++) expect(pixel(sheet, x, y)).toEqual([255, 255, 255]);
    }
  });

  it('refuses a sheet without cells', async () => {
    await expect(contactSheet({ rows: [] })).rejects.toThrow(RangeError);
    await expect(contactSheet({ rows: [{ title: 'empty', cells: [] }] })).rejects.toThrow(RangeError);
  });
});

function titled(title: string): Promise<RgbImage> {
  return contactSheet({ title, rows: [{ cells: [{ image: red }] }], cellSize: 40 });
}

/** Dark pixels of some rows. */
function ink(sheet: RgbImage, top: number, bottom: number): number {
  let dark = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = 0; x < sheet.width; x++) if (pixel(sheet, x, y)[1]! < 160) dark++;
  }
  return dark;
}

function filled(width: number, height: number, colour: readonly number[]): RgbImage {
  return rgbImage(
    Uint8Array.from({ length: 3 * width * height }, (_, at) => colour[at % 3]!),
    width,
    height,
  );
}

function pixel(image: RgbImage, x: number, y: number): number[] {
  const at = 3 * (y * image.width + x);
  return [...image.data.subarray(at, at + 3)];
}

function count(image: RgbImage, colour: readonly number[]): number {
  let found = 0;
  for (let at = 0; at < image.data.length; at += 3) {
    if (colour.every((level, channel) => image.data[at + channel] === level)) found++;
  }
  return found;
}
