import { describe, expect, it } from '@jest/globals';
import { colourMap, contactSheet, rgbImage, type RgbImage } from '../src/index.ts';

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
    expect(labelled.height).toBeGreaterThan(bare.height + 15 + 11 + 9);
    const ink = (top: number, bottom: number) => {
      let dark = 0;
      for (let y = top; y < bottom; y++) {
        for (let x = 0; x < labelled.width; x++) if (pixel(labelled, x, y)[1]! < 160) dark++;
      }
      return dark;
    };
    const imageTop = labelled.height - 24 - 13 - 6 - 20;
    expect(count(labelled, [200, 0, 0])).toBe(600);
    expect(pixel(labelled, 24 + 97, imageTop)).toEqual([200, 0, 0]);
    expect(ink(24, 24 + 15)).toBeGreaterThan(50);
    expect(ink(imageTop - 6 - 15, imageTop - 6)).toBeGreaterThan(30);
    expect(ink(imageTop + 20 + 6, labelled.height - 24)).toBeGreaterThan(50);
    expect(ink(labelled.height - 23, labelled.height)).toBe(0);
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
    for (let y = sheet.height - 24 - 13; y < sheet.height; y++) {
      for (let x = 24 + 80; x < sheet.width; x++) expect(pixel(sheet, x, y)).toEqual([255, 255, 255]);
    }
  });

  it('refuses a sheet without cells', async () => {
    await expect(contactSheet({ rows: [] })).rejects.toThrow(RangeError);
    await expect(contactSheet({ rows: [{ title: 'empty', cells: [] }] })).rejects.toThrow(RangeError);
  });
});

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
