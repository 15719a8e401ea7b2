import { renderAsync } from '@resvg/resvg-js';
import { layOutAnnotations, type Annotations } from '../annotation-layout.ts';
import { rgbImage, type RgbImage } from '../rgb-image.ts';
import { measureText } from './measure-text.ts';
import { svgFont as font } from './svg-font.ts';

/** The picture with outlined and labelled boxes on it, and lines of text on white below it, where there are any. */
export async function annotate(picture: RgbImage, annotations: Annotations): Promise<RgbImage> {
  const { width, height, svg } = layOutAnnotations(picture, annotations, measureText);
  const { pixels } = await renderAsync(svg, { font });
  const data = new Uint8Array(3 * width * height);
  data.set(picture.data);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    // Of a drawing colours are already multiplied by their opacity.
    const rest = 1 - pixels[4 * pixel + 3]! / 255;
    for (let channel = 0; channel < 3; channel += 1) {
      const at = 3 * pixel + channel;
      data[at] = Math.min(255, Math.round(pixels[4 * pixel + channel]! + rest * data[at]!));
    }
  }
  return rgbImage(data, width, height);
}
