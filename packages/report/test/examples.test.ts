import { describe, expect, it } from '@jest/globals';
import { encodeNpy, rgbImage } from '@understory/imaging';
import type { ReadableStore } from '@understory/studies/results';
import { mapOverPicture, pictureOf, type ExampleDrawing } from '../src/examples.ts';
import { codec } from './drawing.ts';

const side = 128;
const grey = rgbImage(new Uint8Array(3 * side * side).fill(128), side, side);

async function drawing(): Promise<ExampleDrawing> {
  const files: Readonly<Record<string, Uint8Array>> = {
    'picture.png': await codec.encodePng(grey),
    'small.png': await codec.encodePng(rgbImage(new Uint8Array(3 * 64 * 64).fill(128), 64, 64)),
    'map.npy': encodeNpy(Float32Array.of(0, 0, 0, 0), [2, 2]),
  };
  const store: ReadableStore = {
    path: 'examples',
    list: async () => [],
    read: async (name) => files[name],
  };
  return { store, codec, colours: 'inferno', seed: 0, onProblem: (problem) => expect(problem).toBeUndefined() };
}

/** The columns of a row of a PNG that are white. */
async function whiteColumns(png: Uint8Array, row: number): Promise<readonly number[]> {
  const { data, width } = await codec.decode(png, 'page');
  return Array.from({ length: width }, (_, x) => x).filter((x) =>
    [0, 1, 2].every((channel) => data[3 * (row * width + x) + channel] === 255),
  );
}

describe('pictures of examples', () => {
  const boxes = [{ box: { x: 10, y: 20, width: 30, height: 40 }, label: 'pear' }];

  it('outline the boxes that the model finds, where a small picture is enlarged too', async () => {
    const { png } = await pictureOf('picture.png', await drawing(), { boxes });
    expect(await whiteColumns(png, 40)).toEqual([10, 39]);
    const { png: large } = await pictureOf('small.png', await drawing(), { boxes });
    expect(await whiteColumns(large, 80)).toEqual([20, 79]);
  });

  it('outline the explained box and region over the map', async () => {
    const region = { height: 1, width: 2, inside: Uint8Array.of(0, 1) };
    const paths = { picture: 'picture.png', map: 'map.npy' };
    const { png } = await mapOverPicture(paths, await drawing(), { boxes, region });
    // The left edge of the region, in the middle, beside both sides of the box.
    expect(await whiteColumns(png, 40)).toEqual([10, 39, 64]);
    const { png: plain } = await mapOverPicture(paths, await drawing());
    expect(await whiteColumns(plain, 40)).toEqual([]);
  });
});
