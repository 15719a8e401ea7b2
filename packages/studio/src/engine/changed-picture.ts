import { rgbImage, type RgbImage } from '@understory/imaging';
import type { PictureChange } from './engine.ts';
import { studioErrors } from '../errors.ts';

/** A picture as the network sees it, changed; throws CHANGE_INVALID where the change does not fit it. */
export function changedPicture(picture: RgbImage, change: PictureChange): RgbImage {
  const { width, height } = picture;
  switch (change.kind) {
    case 'mirrored':
      return gathered(picture, (x, y) => y * width + (width - 1 - x));
    case 'pieces':
      return inPieces(picture, change);
    case 'pixels':
      if (change.data.length === 3 * width * height) return rgbImage(change.data, width, height);
      throw studioErrors.changeInvalid({
        found: `${change.data.length} bytes`,
        expected: `${3 * width * height} bytes of ${width} x ${height} pixels`,
      });
  }
}

/** All pieces have one size and lie in the middle, as the probe of shuffled patches cuts them; what is left at the edges stays. */
function inPieces(picture: RgbImage, { rows, columns, from }: Extract<PictureChange, { kind: 'pieces' }>): RgbImage {
  const { width, height } = picture;
  const [pieceHeight, pieceWidth] = [Math.floor(height / rows), Math.floor(width / columns)];
  const isOrder =
    from.length === rows * columns &&
    from.every((piece) => Number.isInteger(piece) && piece >= 0 && piece < rows * columns);
  if (!(pieceHeight >= 1 && pieceWidth >= 1) || !isOrder) {
    throw studioErrors.changeInvalid({
      found: `${from.length} pieces in ${rows} x ${columns} of ${width} x ${height} pixels`,
      expected: 'the number of a piece for each place, and at least one pixel a piece',
    });
  }
  const top = Math.floor((height - rows * pieceHeight) / 2);
  const left = Math.floor((width - columns * pieceWidth) / 2);
  return gathered(picture, (x, y) => {
    const [row, column] = [Math.floor((y - top) / pieceHeight), Math.floor((x - left) / pieceWidth)];
    if (row < 0 || column < 0 || row >= rows || column >= columns) return y * width + x;
    const piece = from[row * columns + column]!;
    const [fromRow, fromColumn] = [Math.floor(piece / columns), piece % columns];
    return (y + (fromRow - row) * pieceHeight) * width + x + (fromColumn - column) * pieceWidth;
  });
}

function gathered({ width, height, data }: RgbImage, source: (x: number, y: number) => number): RgbImage {
  const moved = new Uint8Array(data.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [to, from] = [3 * (y * width + x), 3 * source(x, y)];
      moved[to] = data[from]!;
      moved[to + 1] = data[from + 1]!;
      moved[to + 2] = data[from + 2]!;
    }
  }
  return rgbImage(moved, width, height);
}
