import type { ImageCodec, OverlayOptions, RgbImage } from '@understory/imaging';
import type { Environment, ImageRecord, MapRecord, ShownImage } from '@understory/studies';
import { figure, shownBoxes } from '@understory/studies/setup';

/** The pictures of a page as PNG; undefined for what is not there. */
export interface PictureReader {
  picture(image: ImageRecord): Promise<Uint8Array | undefined>;
  map(image: ImageRecord, map: MapRecord): Promise<Uint8Array | undefined>;
}

export interface ExplanationPicturesOptions extends OverlayOptions {
  readonly codec: ImageCodec;
  readonly annotate?: Environment['annotate'];
  /** The longest side of a picture in pixels; 320 by default. */
  readonly side?: number;
  /** What all pictures together may be, in bytes; 24 MiB by default. */
  readonly most?: number;
}

/** Keeps the pictures of images as they are explained, shrunk, until they are too many for a page that a browser opens easily. */
export class ExplanationPictures implements PictureReader {
  readonly #kept = new Map<string, Uint8Array>();
  readonly #options: ExplanationPicturesOptions;
  readonly #side: number;
  #left: number;
  #isFull = false;
  #shrunk = false;

  constructor(options: ExplanationPicturesOptions) {
    this.#options = options;
    this.#side = options.side ?? 320;
    this.#left = options.most ?? 24 * 2 ** 20;
  }

  /** What a reader should know of the pictures: that some are shrunk, or left out. */
  get notes(): readonly string[] {
    return [
      ...(this.#shrunk ? [`Pictures are shrunk to at most ${this.#side} pixels a side on this page.`] : []),
      ...(this.#isFull
        ? ['Pictures of later images are left out: with them the page would be too large for a browser.']
        : []),
    ];
  }

  /** Whether there is no picture of any image. */
  get isEmpty(): boolean {
    return this.#kept.size === 0;
  }

  /** Keeps all pictures of an image, or none where they do not fit. */
  async add({ picture, maps, record }: ShownImage): Promise<void> {
    if (this.#isFull) return;
    const { codec, annotate, ...drawing } = this.#options;
    const all = shownBoxes(record.answer);
    const ofTargets = [...new Map(maps.map(({ target }) => [target.words, target])).values()];
    const found = all.length > 0 ? all : ofTargets.flatMap((target) => shownBoxes(undefined, target));
    const isLabelled = found.length > 0;
    this.#shrunk ||= Math.max(picture.width, picture.height) > this.#side;
    const frame = { ...drawing, most: this.#side, ...(isLabelled && { least: this.#side }), annotate };
    const drawn: [string, RgbImage][] = [[keyOf(record), await figure(picture, { ...frame, boxes: found })]];
    for (const { explainer, name, heat, target } of maps) {
      const boxes = shownBoxes(record.answer, target);
      drawn.push([
        keyOf(record, { explainer, target: name }),
        await figure(picture, { ...frame, heat, boxes, ...(target.area && { region: target.area }) }),
      ]);
    }
    const encoded: [string, Uint8Array][] = [];
    for (const [key, image] of drawn) encoded.push([key, await codec.encodePng(image)]);
    const bytes = encoded.reduce((sum, [, { length }]) => sum + length, 0);
    if (bytes > this.#left) {
      this.#isFull = true;
      return;
    }
    this.#left -= bytes;
    for (const [key, png] of encoded) this.#kept.set(key, png);
  }

  async picture(image: ImageRecord): Promise<Uint8Array | undefined> {
    return this.#kept.get(keyOf(image));
  }

  async map(image: ImageRecord, map: MapRecord): Promise<Uint8Array | undefined> {
    return this.#kept.get(keyOf(image, map));
  }
}

function keyOf({ image }: Pick<ImageRecord, 'image'>, map?: Pick<MapRecord, 'explainer' | 'target'>): string {
  return JSON.stringify(map === undefined ? [image] : [image, map.explainer, map.target]);
}
