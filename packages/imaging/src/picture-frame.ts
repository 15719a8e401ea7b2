/** Where the numbers of a picture lie: the element of a channel at a place `y * width + x`. */
export interface PictureLayout {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly channelStride: number;
  readonly pixelStride: number;
}

/** The places of a picture in an order that its content decides, so that it turns and flips with the picture. */
export interface PictureFrame {
  /** Names the content, whichever way up it is. */
  readonly key: string;
  /** Each place `y * width + x` once; the i-th of a picture and the i-th of its mirror image show the same pixel. */
  readonly places: Uint32Array;
}

/**
 * The frame of a picture: row by row in that one of its orientations (four flips, and their transpositions where they have the same
 * size) whose content comes first.
 *
 * What is drawn by a seed for the i-th place of the frame is drawn for the same pixel of the thing shown, however the picture is turned.
 * A picture that is its own mirror image has several such orders, of which one is taken.
 */
export function pictureFrame(
  data: Float32Array,
  { height, width, channels, channelStride, pixelStride }: PictureLayout,
): PictureFrame {
  // A copy, whose bytes are aligned and its own.
  const words = new Uint32Array(data.slice().buffer);
  const pixels = new Uint32Array(height * width);
  for (let place = 0; place < pixels.length; place += 1) {
    let hash = offset;
    for (let channel = 0; channel < channels; channel += 1) {
      hash = mix(hash, words[channel * channelStride + place * pixelStride]!);
    }
    pixels[place] = hash;
  }
  let [first, lowest] = [orientations[0]!, Infinity];
  for (const orientation of orientations) {
    // The shorter side stands for the height; a square may lie on either side.
    if (orientation.isTransposed ? height < width : height > width) continue;
    let hash = offset;
    for (const place of placesIn(orientation, height, width)) hash = mix(hash, pixels[place]!);
    if (hash >>> 0 < lowest) [first, lowest] = [orientation, hash >>> 0];
  }
  return { key: lowest.toString(16), places: Uint32Array.from(placesIn(first, height, width)) };
}

interface Orientation {
  readonly isTransposed: boolean;
  readonly flipsRows: boolean;
  readonly flipsColumns: boolean;
}

const orientations: readonly Orientation[] = [false, true].flatMap((isTransposed) =>
  [false, true].flatMap((flipsRows) =>
    [false, true].map((flipsColumns) => ({ isTransposed, flipsRows, flipsColumns })),
  ),
);

/** The places of a picture as they are read, row by row, in an orientation. */
function* placesIn(
  { isTransposed, flipsRows, flipsColumns }: Orientation,
  height: number,
  width: number,
): Generator<number> {
  const [outer, inner] = isTransposed ? [width, height] : [height, width];
  for (let slow = 0; slow < outer; slow += 1) {
    for (let fast = 0; fast < inner; fast += 1) {
      const [row, column] = isTransposed ? [fast, slow] : [slow, fast];
      const y = flipsRows ? height - 1 - row : row;
      const x = flipsColumns ? width - 1 - column : column;
      yield y * width + x;
    }
  }
}

const offset = 0x811c9dc5;

/** One step of the hash of Fowler, Noll and Vo over words, with the high bits stirred in. */
function mix(hash: number, word: number): number {
  return Math.imul(hash ^ word, 0x01000193) ^ (word >>> 15);
}
