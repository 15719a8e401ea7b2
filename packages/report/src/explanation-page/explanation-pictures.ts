import { drawBoxes, resize, type ImageCodec, type OverlayOptions, type RgbImage } from '@understory/imaging';
import type { ImageRecord, MapRecord, ShownImage } from '@understory/studies';
import { drawMap } from '@understory/studies/setup';

/** The pictures of a page as PNG; undefined for what is not there. */
export interface PictureReader {
  picture(image: ImageRecord): Promise<Uint8Array | undefined>;
  map(image: ImageRecord, map: MapRecord): Promise<Uint8Array | undefined>;
}

export interface ExplanationPicturesOptions extends OverlayOptions {
  readonly codec: ImageCodec;
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
    const { codec, ...drawing } = this.#options;
    const boxes = new Map(
      maps.flatMap(({ target: { words, label, box } }) =>
        box === undefined ? [] : [[words, { box, label: label ?? words }] as const],
      ),
    );
    const drawn: [string, RgbImage][] = [[keyOf(record), drawBoxes(picture, [...boxes.values()])]];
    for (const { explainer, name, heat, target } of maps) {
      const own = boxes.get(target.words);
      const image = drawMap(picture, heat, { ...drawing, ...(own && { boxes: [own] }) });
      drawn.push([keyOf(record, { explainer, target: name }), image]);
    }
    const encoded: [string, Uint8Array][] = [];
    for (const [key, image] of drawn) encoded.push([key, await codec.encodePng(this.#shrink(image))]);
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

  #shrink(image: RgbImage): RgbImage {
    const scale = this.#side / Math.max(image.width, image.height);
    if (scale >= 1) return image;
    this.#shrunk = true;
    const side = (length: number) => Math.max(1, Math.round(scale * length));
    return resize(image, { width: side(image.width), height: side(image.height) }, 'bicubic');
  }
}

function keyOf({ image }: Pick<ImageRecord, 'image'>, map?: Pick<MapRecord, 'explainer' | 'target'>): string {
  return JSON.stringify(map === undefined ? [image] : [image, map.explainer, map.target]);
}
