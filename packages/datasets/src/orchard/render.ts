import { rgbImage } from '@understory/imaging';
import type { RgbImage } from '@understory/imaging';
import { coverageOf, full } from './coverage.ts';
import type { Coverage } from './coverage.ts';
import { middleSquare } from './middle-square.ts';
import { mirror } from './mirror.ts';
import type { Outline } from './outline.ts';
import { posedShape } from './posed-shape.ts';
import type { PosedShape } from './posed-shape.ts';
import type { Background, Fruit, FruitColour, Rgb, Scene } from './scene.ts';

/** The middle colour of each name. */
const colours: Readonly<Record<FruitColour, Rgb>> = {
  red: [214, 40, 46],
  orange: [244, 132, 32],
  yellow: [248, 208, 52],
  green: [98, 176, 62],
  blue: [58, 104, 214],
  purple: [140, 62, 166],
};

const shadow: Rgb = [20, 18, 28];

/** Offsets of the layers of a soft shadow, in parts of the picture's size. */
const shadows = [1 / 128, 1 / 80, 1 / 52] as const;

/**
 * The picture of a scene with `size` pixels a side, or the scene's own; the same bytes on every machine.
 * The picture of a mirrored scene is the mirror image, pixel for pixel. Throws a RangeError for a size that is no whole number from 1.
 */
export function render(scene: Scene, size: number = scene.size): RgbImage {
  if (!Number.isInteger(size) || size < 1) throw new RangeError(`a picture of ${size} pixels a side cannot be drawn`);
  // Fruit are drawn with light from the left, so that both sides of a mirror come from the same arithmetic.
  if (scene.light === 'right') return flip(render(mirror(scene), size));
  const picture = backdrop(scene.background, size);
  const scale = size / scene.size;
  const fruits = backToFront(scene).map((fruit) => {
    const shape = posedShape(fruit.kind, fruit.tilt, fruit.flipped);
    return { fruit, shape, place: (outline: Outline, shift = 0) => placed(outline, shape, fruit, scale, shift * size) };
  });
  for (const { shape, place } of fruits) {
    for (const shift of shadows) {
      for (const { outline, onSkin } of shape.parts) {
        if (onSkin !== true) paint(picture, coverageOf(place(outline, shift), size), shadow, 26);
      }
    }
  }
  for (const { fruit, shape, place } of fruits) {
    const [skin] = shape.parts;
    const covered = coverageOf(place(skin!.outline), size);
    for (const { outline, colour, alpha = 255, onSkin } of shape.parts) {
      const own = outline === skin!.outline ? covered : coverageOf(place(outline), size);
      if (colour === undefined) paintSkin(picture, own, toned(colours[fruit.colour], fruit.tone));
      else paint(picture, onSkin === true ? within(own, covered) : own, colour, alpha);
    }
  }
  return picture;
}

/** The fruit in the order in which they are painted. */
export function backToFront({ objects }: Scene): readonly Fruit[] {
  return [...objects].sort(
    (one, other) =>
      one.box.y + one.box.height - other.box.y - other.box.height ||
      (`${one.kind} ${one.colour}` < `${other.kind} ${other.colour}` ? -1 : 1),
  );
}

/** The outline in pixels of the picture. */
export function placed(outline: Outline, shape: PosedShape, { box }: Fruit, scale: number, shift: number): Outline {
  const across = (box.width * scale) / shape.width;
  const down = (box.height * scale) / shape.height;
  return outline.map((value, at) =>
    at % 2 === 0
      ? (value - shape.left) * across + box.x * scale + shift
      : (value - shape.top) * down + box.y * scale + shift,
  );
}

function toned(colour: Rgb, tone: number): Rgb {
  const [red, green, blue] = colour.map((level) => Math.min(255, Math.round((level * (100 + tone)) / 100)));
  return [red!, green!, blue!];
}

function paint(picture: RgbImage, { left, top, width, height, data }: Coverage, colour: Rgb, alpha: number): void {
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const covered = data[row * width + column]!;
      if (covered > 0) blend(picture, ((top + row) * picture.width + left + column) * 3, colour, covered * alpha);
    }
  }
}

/** Mixes a colour into the pixel that starts at a byte; `weight` in 0..`full * 255`. */
function blend({ data }: RgbImage, at: number, [red, green, blue]: Rgb, weight: number): void {
  const whole = full * 255;
  const rest = whole - weight;
  data[at] = Math.floor((data[at]! * rest + red * weight + whole / 2) / whole);
  data[at + 1] = Math.floor((data[at + 1]! * rest + green * weight + whole / 2) / whole);
  data[at + 2] = Math.floor((data[at + 2]! * rest + blue * weight + whole / 2) / whole);
}

/** Paints skin as a ball that is lit from the upper left. */
function paintSkin(picture: RgbImage, { left, top, width, height, data }: Coverage, colour: Rgb): void {
  for (let row = 0; row < height; row += 1) {
    const v = (2 * row + 1) / height - 1;
    for (let column = 0; column < width; column += 1) {
      const covered = data[row * width + column]!;
      if (covered === 0) continue;
      const u = (2 * column + 1) / width - 1;
      const far = (u + 0.38) * (u + 0.38) + (v + 0.42) * (v + 0.42);
      const light = Math.max(0.62, 1.06 - 0.2 * far);
      const shine = Math.max(0, 1 - far / 0.14) * 0.55 + Math.max(0, 1 - far / 0.7) * 0.14;
      const [red, green, blue] = colour.map((level) => {
        const lit = Math.min(255, level * light);
        return Math.floor(lit + (255 - lit) * shine);
      });
      blend(picture, ((top + row) * picture.width + left + column) * 3, [red!, green!, blue!], covered * 255);
    }
  }
}

/** The part of a coverage that lies on the skin. */
function within(own: Coverage, skin: Coverage): Coverage {
  const data = own.data.map((covered, at) => {
    const x = own.left + (at % own.width) - skin.left;
    const y = own.top + Math.floor(at / own.width) - skin.top;
    if (x < 0 || y < 0 || x >= skin.width || y >= skin.height) return 0;
    return Math.floor((covered * skin.data[y * skin.width + x]!) / full);
  });
  return { ...own, data };
}

function backdrop(background: Background, size: number): RgbImage {
  if (background.kind === 'photograph') {
    const scaled = middleSquare(background.image, size);
    return background.flipped ? flip(scaled) : scaled;
  }
  const [top, bottom] =
    background.kind === 'plain' ? [background.colour, background.colour] : [background.top, background.bottom];
  const data = new Uint8Array(3 * size * size);
  for (let row = 0; row < size; row += 1) {
    const levels = top.map((level, channel) =>
      Math.floor((level * (2 * size - 2 * row - 1) + bottom[channel]! * (2 * row + 1)) / (2 * size) + 0.5),
    );
    for (let at = row * size * 3; at < (row + 1) * size * 3; at += 3) data.set(levels, at);
  }
  return rgbImage(data, size, size);
}

/** The mirror image: left and right exchanged. */
function flip({ width, height, data }: RgbImage): RgbImage {
  const flipped = new Uint8Array(data.length);
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const from = (row * width + column) * 3;
      flipped.set(data.subarray(from, from + 3), (row * width + width - 1 - column) * 3);
    }
  }
  return rgbImage(flipped, width, height);
}
