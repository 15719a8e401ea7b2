import {
  fromFloat32,
  largestOf,
  toFloat32,
  type Box,
  type Feeds,
  type Model,
  type QuestionAnswerer,
  type Tensor,
  type Tensors,
} from '@understory/core';
import { pixelMask } from '../answerer/frames.ts';
import { pixelMaskOf } from '../answerer/readings.ts';
import { probeMdetrErrors } from '../errors.ts';
import { attentionMasks } from './attention-masks.ts';
import { pixelsOf, tokensIn, type PictureSize, type TokenGrid } from './token-grid.ts';

/** One picture as a model is fed it. */
export interface FedPicture {
  readonly feeds: Feeds;
  readonly size: PictureSize;
  /** `[H, W]`: 1 where the picture is, 0 where it was padded. */
  readonly mask?: Uint8Array | undefined;
}

/** What a box leaves of a picture. */
export interface KeptTokens {
  readonly grid: TokenGrid;
  /** Row by row, 1 where a token stays. */
  readonly tokens: Uint8Array;
  /** The pixels of those tokens, `[H, W]`. */
  readonly pixels: Uint8Array;
}

/** The tensors that are replaced, and the map that the tokens of a picture are made of. */
interface Route {
  readonly layer: string;
  readonly masks: readonly string[];
}

/** What of a model that answers questions is needed. */
type Answering = Pick<QuestionAnswerer, 'model' | 'picture' | 'layer' | 'reads'>;

const known = new WeakMap<Model, TokenMasks>();

/**
 * Hides tokens of a picture from a model: its attention reads no token outside a box, and all else stays as it is, positions too.
 *
 * The pixel mask of a picture cannot do that by itself, since positions are counted over the pixels that it leaves. So the masks that attention reads
 * are computed of a pixel mask of the box, and given to the model in the place of those of the whole picture.
 */
export class TokenMasks {
  readonly #model: Model;
  readonly #answerer: Answering;
  #route: Promise<Route> | undefined;
  readonly #grids = new Map<string, Promise<TokenGrid>>();
  #isTried = false;

  private constructor(answerer: Answering) {
    this.#model = answerer.model;
    this.#answerer = answerer;
  }

  /** Of one model there is one, whatever is asked. */
  static of(answerer: Answering): TokenMasks {
    const masks = known.get(answerer.model) ?? new TokenMasks(answerer);
    known.set(answerer.model, masks);
    return masks;
  }

  /**
   * The outputs that `answersOf` reads. Throws CONSTRAINT_NOT_AVAILABLE where the graph has no such masks, where they are read by something
   * else too, and where the answer turns out to depend on what was hidden.
   */
  async outputs(picture: FedPicture, box: Box): Promise<Tensors> {
    const { layer, masks } = await this.#routeFor(picture);
    const kept = await this.kept(picture, box);
    const spec = pixelMaskOf({ model: this.#model })!;
    const ofBox = { ...picture.feeds, [spec.name]: pixelMask(spec, 1, picture.size, [kept.pixels]) };
    const given = await this.#model.run(ofBox, [layer, ...masks]);
    const outputs = await this.#from(picture, given);
    await this.#tryOnce({ picture, given, outputs, kept, layer });
    return outputs;
  }

  /** Throws as `outputs` does, but that nothing is tried. */
  async kept(picture: FedPicture, box: Box): Promise<KeptTokens> {
    const { size, mask } = picture;
    const { layer, masks } = await this.#routeFor(picture);
    const key = `${size.height} x ${size.width}`;
    const found = this.#grids.get(key) ?? this.#findGrid(picture, layer, masks);
    this.#grids.set(key, found);
    const grid = await found;
    const tokens = tokensIn(box, grid, size, mask);
    return { grid, tokens, pixels: pixelsOf(tokens, grid, size, mask) };
  }

  #routeFor(picture: FedPicture): Promise<Route> {
    this.#route ??= this.#findRoute(picture);
    return this.#route;
  }

  async #findRoute({ feeds }: FedPicture): Promise<Route> {
    const { graph, runFrom, layers, origin } = this.#model;
    const { picture, layer } = this.#answerer;
    const spec = pixelMaskOf({ model: this.#model });
    if (spec === undefined)
      throw unavailable('it takes no mask of pixels, from which the masks of its tokens are made');
    if (graph === undefined || runFrom === undefined) {
      throw unavailable(
        `the backend ${origin.backend} shows no graph, or does not take a tensor in the place of a computed one`,
      );
    }
    if (layer === undefined) throw unavailable('the last convolution, whose map becomes its tokens, was not found');
    const masks = attentionMasks(graph, picture.name, spec.name);
    if (masks.length === 0) throw unavailable(`"${spec.name}" gets to the scores of no attention`);
    const shared = masks.find(({ tensors }) => tensors.length === 0);
    if (shared !== undefined) throw unavailable(`the mask "${shared.read}" is read by more than attention`);
    const values = await this.#model.run(feeds, [...new Set(masks.flatMap(({ tensors }) => tensors))]);
    const floats = new Set(layers.map(({ name }) => name));
    const chosen = masks.map(({ read, tensors }) => {
      // One picture is fed, so what has more of them in front is laid out by heads.
      const fitting = tensors.filter((name) => values[name]!.dims.length > 1 && values[name]!.dims[0] === 1);
      const found = fitting.find((name) => floats.has(name)) ?? fitting[0];
      if (found === undefined) throw unavailable(`the mask "${read}" has no axis for pictures`);
      return found;
    });
    return { layer, masks: [...new Set(chosen)] };
  }

  /** There are as many tokens down and across as the map has places. */
  async #findGrid({ feeds }: FedPicture, layer: string, masks: readonly string[]): Promise<TokenGrid> {
    const { [layer]: map } = await this.#model.run(feeds, [layer, ...masks]);
    const [, , rows, columns] = map!.dims;
    if (map!.dims.length === 4) return { rows: rows!, columns: columns! };
    throw unavailable(`its tokens are made of "${layer}", which is no map of a picture`);
  }

  #from({ feeds }: FedPicture, given: Tensors): Promise<Tensors> {
    return this.#model.runFrom!(feeds, given, this.#answerer.reads);
  }

  /** Whether the tokens are hidden: other values in their place must change nothing, and other values in the place of those that stay must. */
  async #tryOnce({ picture, given, outputs, kept: { tokens }, layer }: Trial): Promise<void> {
    if (this.#isTried || !tokens.includes(0) || !tokens.includes(1)) return;
    const map = given[layer]!;
    const changed = async (where: number) =>
      distance(outputs, await this.#from(picture, { ...given, [layer]: otherwise(map, tokens, where) }));
    const hidden = await changed(0);
    if (hidden > tolerance) throw unavailable('what it says depends on tokens that are hidden from its attention');
    if ((await changed(1)) <= tolerance)
      throw unavailable('what it says does not depend on the tokens that are left to it');
    this.#isTried = true;
  }
}

interface Trial {
  readonly picture: FedPicture;
  readonly given: Tensors;
  readonly outputs: Tensors;
  readonly kept: KeptTokens;
  readonly layer: string;
}

/** Of the largest number of each output: what rounding may change. */
const tolerance = 1e-4;

function unavailable(why: string) {
  return probeMdetrErrors.constraintNotAvailable({ constraint: 'tokens', why });
}

/** A map `[1, C, h, w]` with other values, of the same range, where tokens are `where`. */
function otherwise(map: Tensor, tokens: Uint8Array, where: number): Tensor {
  const values = toFloat32(map).slice();
  const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  values.forEach((value, at) => {
    if (tokens[at % tokens.length] === where) values[at] = most - value;
  });
  return fromFloat32(values, map.type, map.dims);
}

/** By how much outputs differ, in parts of the largest number of each. */
function distance(one: Tensors, other: Tensors): number {
  const distances = Object.entries(one).map(([name, tensor]) => {
    const [values, others] = [toFloat32(tensor), toFloat32(other[name]!)];
    const size = values.reduce(
      (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
      1e-12,
    );
    // Places behind the text are minus infinity in both.
    return (
      values.reduce(
        (most, value, at) => (value === others[at] ? most : Math.max(most, Math.abs(value - others[at]!))),
        0,
      ) / size
    );
  });
  return largestOf(distances);
}
