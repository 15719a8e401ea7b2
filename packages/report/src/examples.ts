import {
  colourMap,
  type ColourMapName,
  type FloatMap,
  type ImageCodec,
  overlay,
  resize,
  rgbImage,
  type RgbImage,
  scaleForColours,
  upsample,
} from '@understory/imaging';
import type { ExampleRecord } from '@understory/studies';
import {
  asProblem,
  byExampleRank,
  fileOfExample,
  percent,
  readExampleRecords,
  readOfExample,
  type OnProblem,
  type ReadableStore,
  type StoredExample,
} from '@understory/studies/results';
import { drawnOutlines, outline, type Outlined } from '@understory/studies/setup';
import type { Picture } from './figures/picture-grid.ts';
import { readNpy } from './read-npy.ts';

/** An example with its pictures as PNG, each enlarged by a whole factor where it is small. */
export interface Example {
  readonly record: ExampleRecord;
  readonly width: number;
  readonly height: number;
  readonly picture: Uint8Array;
  readonly maps: readonly { readonly explainer: string; readonly map: Uint8Array; readonly overlay: Uint8Array }[];
}

/** How many examples of each kind a figure shows. */
const shownOfEachKind = 4;

/** Pictures smaller than this are enlarged without smoothing. */
const leastSide = 128;

/** The run's files, and how pictures are read and written. */
export interface Drawing {
  readonly store: ReadableStore;
  readonly codec: ImageCodec;
  readonly onProblem: OnProblem;
}

export interface ExampleDrawing extends Drawing {
  readonly colours: ColourMapName;
  /** Of the run. */
  readonly seed: number | string;
}

/**
 * Draws right, then wrong, then unlabelled examples of a run, those that its seed prefers; maps are upsampled bicubically, as the
 * metric does. An example that cannot be drawn is a problem and left out.
 */
export async function readExamples(drawing: ExampleDrawing): Promise<readonly Example[]> {
  const { store, seed, onProblem } = drawing;
  const stored = byExampleRank(await readExampleRecords(store, onProblem), ({ record }) => record.item, seed);
  const shown = [true, false, null].flatMap((kind) =>
    stored.filter(({ record }) => record.correct === kind).slice(0, shownOfEachKind),
  );
  const drawn: Example[] = [];
  for (const each of shown) {
    try {
      drawn.push(await drawExample(each, drawing));
    } catch (error) {
      onProblem(asProblem(error, each.folder));
    }
  }
  return drawn;
}

async function drawExample(
  { folder, record }: StoredExample<ExampleRecord>,
  { store, codec, colours }: ExampleDrawing,
): Promise<Example> {
  const bytes = (name: string) => readOfExample(store, fileOfExample(folder, name));
  const picture = await codec.decode(await bytes(record.picture), fileOfExample(folder, record.picture));
  const { width, height } = picture;
  const outlined = drawnOutlines(record.outlines);
  const png = (image: RgbImage) => codec.encodePng(enlarged(image));
  const maps = await Promise.all(
    record.maps.map(async ({ explainer, file }) => {
      const large = upsample(readNpy(await bytes(file), fileOfExample(folder, file)), height, width, 'bicubic');
      const map = scaleForColours(large, colours);
      const laid = overlay(picture, map, { colourMap: colours });
      return {
        explainer,
        map: await png(painted(map, colours)),
        overlay: await codec.encodePng(await outlinedOver(laid, outlined.maps)),
      };
    }),
  );
  return {
    record,
    width: width * factorOf(width),
    height: height * factorOf(width),
    picture: await codec.encodePng(await outlinedOver(picture, outlined.picture)),
    maps,
  };
}

/** A picture of an example as PNG with what is outlined on it, enlarged by a whole factor where it is small. */
export async function pictureOf(
  path: string,
  { store, codec }: ExampleDrawing,
  outlined: Outlined = { boxes: [] },
): Promise<NonNullable<Picture['image']>> {
  const picture = await codec.decode(await readOfExample(store, path), path);
  const png = await codec.encodePng(await outlinedOver(picture, outlined));
  return { png, enlarged: factorOf(picture.width) > 1 };
}

/** A map of an example over its picture, upsampled bicubically, with what is outlined on it; both are named as the store does. */
export async function mapOverPicture(
  paths: { readonly picture: string; readonly map: string },
  { store, codec, colours }: ExampleDrawing,
  outlined: Outlined = { boxes: [] },
): Promise<NonNullable<Picture['image']>> {
  const picture = await codec.decode(await readOfExample(store, paths.picture), paths.picture);
  const { width, height } = picture;
  const large = upsample(readNpy(await readOfExample(store, paths.map), paths.map), height, width, 'bicubic');
  const map = scaleForColours(large, colours);
  const laid = overlay(picture, map, { colourMap: colours });
  return { png: await codec.encodePng(await outlinedOver(laid, outlined)), enlarged: factorOf(width) > 1 };
}

/** Enlarged first, so that lines are thin. */
function outlinedOver(picture: RgbImage, outlined: Outlined): Promise<RgbImage> {
  return outline(enlarged(picture), outlined, { scale: factorOf(picture.width) });
}

function enlarged(image: RgbImage): RgbImage {
  const factor = factorOf(image.width);
  return factor === 1
    ? image
    : resize(image, { width: factor * image.width, height: factor * image.height }, 'nearest');
}

function factorOf(width: number): number {
  return Math.max(1, Math.ceil(leastSide / width));
}

function painted({ width, height, data }: FloatMap, name: ColourMapName): RgbImage {
  const colours = colourMap(name);
  const pixels = new Uint8Array(3 * data.length);
  data.forEach((value, at) => {
    const level = Math.round(255 * Math.min(1, Math.max(0, value)));
    pixels.set(colours.subarray(3 * level, 3 * level + 3), 3 * at);
  });
  return rgbImage(pixels, width, height);
}

/** Such as `a dog, taken for a cat (61.3 %)`. */
export function exampleText({ label, predicted, predictedLabel, probability, correct }: ExampleRecord): string {
  const name = predictedLabel ?? `class ${predicted}`;
  const sure = probability === null ? '' : `, ${percent(probability)}`;
  if (correct === null) return `${name}${sure}`;
  return correct ? `${name}${sure}` : `${label}, taken for ${name}${sure}`;
}
