import { renderAsync } from '@resvg/resvg-js';
import { layOutContactSheet, type ContactSheet } from '../contact-sheet-layout.ts';
import { rgbImage, type RgbImage } from '../rgb-image.ts';
import { measureText } from './measure-text.ts';
import { svgFont as font } from './svg-font.ts';

export { annotate } from './annotate.ts';
export type { ContactSheet, ContactSheetCell, ContactSheetRow, Legend } from '../contact-sheet-layout.ts';

/**
 * Draws images in labelled rows on white, with a colour bar below them.
 *
 * Images larger than the cell are shrunk, smaller ones keep their size; captions take two lines where they need them, and what is still too long ends in an ellipsis.
 * Throws a RangeError where there is no cell.
 */
export async function contactSheet(sheet: ContactSheet): Promise<RgbImage> {
  const { width, height, svg, images } = layOutContactSheet(sheet, measureText);
  const { pixels } = await renderAsync(svg, { font });
  const data = new Uint8Array(3 * width * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++) data[3 * pixel + channel] = pixels[4 * pixel + channel]!;
  }
  for (const { image, left, top } of images) {
    const row = 3 * image.width;
    for (let y = 0; y < image.height; y++) {
      data.set(image.data.subarray(y * row, (y + 1) * row), 3 * ((top + y) * width + left));
    }
  }
  return rgbImage(data, width, height);
}
