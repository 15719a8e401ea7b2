import type {
  Answer,
  Feeds,
  Model,
  ModelFacts,
  PictureInput,
  Subject,
  SubjectSettings,
  Target,
  Tensor,
  Tensors,
} from '@understory/core';
import { batchOf, errors as coreErrors, feedsOf, pictureInputOf, resolveTarget } from '@understory/core';
import { labelsOf } from '../evidence/folder.ts';
import { areSameMaps, sharesOf, smallestShare, type LabelMap } from './label-map.ts';
import { orders, type ScoreMap } from './maps.ts';
import { PixelPlaces } from './pixel-places.ts';
import { PixelScores } from './pixel-scores.ts';
import { pixelOf, readingOfPixel, readingOfRegion, regionOf, type NamedPixel, type Picture } from './pixel-targets.ts';

/** The classes of the pixels of a picture. */
export interface SegmentationAnswer extends Answer {
  readonly map: LabelMap;
  /** Of the pixels, by class. */
  readonly shares: Float64Array;
  readonly picture: Picture;
  /** The tensor's sizes without the batch. */
  readonly dims: readonly number[];
}

/**
 * A model that gives each pixel a class. What is explained of a region is the mean of its class's scores over the pixels that have that class in the
 * answer; Vinogradova et al. 2020 (SEG-Grad-CAM, equation 2) sum them, which is the same map with numbers that grow with the region. Where a
 * softmax or sigmoid closes the scores, or a maximum over the classes, those in front of it are explained. Of one score a pixel the class 0 is the
 * background, with the negative score.
 */
export class ImageSegmentation implements Subject<SegmentationAnswer> {
  readonly task = 'image-segmentation';
  readonly forms = ['region:LABEL', 'pixel:X,Y', 'pixel:X,Y:LABEL', 'regions'];
  readonly model: Model;
  readonly picture: PictureInput;
  readonly labels: readonly string[] | undefined;
  readonly reads: readonly string[];
  readonly #scores: ScoreMap;
  readonly #sides: SubjectSettings['sides'];
  #size: Picture | undefined;

  /** Throws LABEL_COUNT where the labels do not fit. */
  constructor(facts: ModelFacts, scores: ScoreMap, { sides }: SubjectSettings) {
    const { model, input } = facts;
    const { spec, order } = scores;
    this.model = model;
    this.picture = pictureInputOf(model, input);
    this.reads = [spec.name];
    this.#scores = scores;
    this.#sides = sides;
    const labels = labelsOf(facts);
    const count = order === orders.mask ? 2 : spec.dims?.[order === orders.classesFirst ? 1 : 3];
    const [only] = labels ?? [];
    this.labels =
      order !== orders.mask
        ? labels
        : labels === undefined
          ? ['background', 'foreground']
          : labels.length === 1
            ? ['background', only!]
            : labels;
    if (typeof count === 'number' && this.labels !== undefined && this.labels.length !== count) {
      throw coreErrors.labelCount({ labels: this.labels.length, classCount: count });
    }
  }

  /** Remembers the size of the pictures, which a model of pictures of any size does not tell otherwise. */
  feeds(pixels: Tensor<'float32'>): Feeds {
    const [, second = 0, third = 0, fourth = 0] = pixels.dims;
    const [height, width] = this.picture.layout === 'NCHW' ? [third, fourth] : [second, third];
    this.#size = { height, width };
    return feedsOf(this.picture, pixels, this.#sides);
  }

  /** Throws SCORES_NOT_FINITE. */
  answersOf(outputs: Tensors): readonly SegmentationAnswer[] {
    const { name } = this.#scores.spec;
    const batch = batchOf({ [name]: outputs[name]! });
    return Array.from({ length: batch }, (_, sample) => this.#answer(new PixelScores(outputs, sample, this.#scores)));
  }

  /**
   * `region:cat` or `region:2`, `regions` for all of the answer, `pixel:120,80` in pixels of the picture that the model is fed, for the class that it
   * has there, `pixel:120,80:cat` for another, and a class alone for its region. Throws TARGET_INVALID, UNKNOWN_CLASS, AMBIGUOUS_CLASS and CLASS_OUT_OF_RANGE.
   */
  targets(words: string, answer: SegmentationAnswer): readonly Target[] | undefined {
    const text = words.trim();
    const pixel = pixelOf(text, answer);
    if (pixel !== undefined) return [this.#pixelTarget(pixel, answer)];
    if (text.toLowerCase() === 'regions')
      return answer.options.map(({ target }) => this.#region(Number(target.slice(7)), answer));
    const named = /^region:(.+)$/iu.exec(text)?.[1]?.trim();
    if (named !== undefined) return [this.#region(this.#classNamed(named, answer), answer)];
    const isClass =
      /^\d+$/.test(text) || this.labels?.some((label) => label.toLowerCase() === text.toLowerCase()) === true;
    return isClass ? [this.#region(this.#classNamed(text, answer), answer)] : undefined;
  }

  /** Of a region the mean over its pixels. */
  probabilities(targets: readonly Target[], outputs: Tensors): Float64Array | undefined {
    const { spec } = this.#scores;
    const all = targets.map(({ reading }, sample) => {
      const scores = new PixelScores(outputs, sample, this.#scores);
      const { width } = scores.places;
      const region = regionOf(reading, spec.name, scores.places);
      if (region === undefined) return undefined;
      const { of, pixels } = region;
      const each = pixels.map((at) => scores.probability(of, Math.floor(at / width), at % width));
      return each.reduce((sum, probability) => sum + probability, 0) / pixels.length;
    });
    const known = all.filter((each) => each !== undefined);
    return known.length === all.length ? Float64Array.from(known) : undefined;
  }

  /** Whether the classes lie in the same places: `areSameMaps`. */
  agrees({ map: one, shares }: SegmentationAnswer, { map: other }: SegmentationAnswer): boolean {
    return areSameMaps(one, other, shares.length);
  }

  /** Whether more than half of the target's pixels have its class; undefined of answers of another size. */
  says({ map, dims }: SegmentationAnswer, { reading }: Target): boolean | undefined {
    const region = regionOf(reading, this.#scores.spec.name, this.#placesOf(dims));
    if (region === undefined) return undefined;
    const kept = region.pixels.filter((at) => map.classes[at] === region.of).length;
    return kept > region.pixels.length / 2;
  }

  #answer(scores: PixelScores): SegmentationAnswer {
    const { height, width, classes: count, dims } = scores.places;
    if (scores.hasNaN()) {
      throw coreErrors.scoresNotFinite({ what: 'scores of pixels', found: 'a score that is not a number' });
    }
    const classes = new Uint16Array(height * width);
    const sums = Array.from({ length: count }, () => ({ score: 0, probability: 0, pixels: 0 }));
    let certainty = 0;
    for (let row = 0; row < height; row += 1) {
      for (let column = 0; column < width; column += 1) {
        const best = scores.best(row, column);
        const probability = scores.probability(best, row, column);
        classes[row * width + column] = best;
        certainty += probability;
        const sum = sums[best]!;
        sum.score += scores.score(best, row, column);
        sum.probability += probability;
        sum.pixels += 1;
      }
    }
    const map = { height, width, classes };
    const shares = sharesOf(map, count);
    const ranked = [...shares.keys()]
      .filter((each) => sums[each]!.pixels > 0)
      .sort((one, other) => sums[other]!.pixels - sums[one]!.pixels);
    const options = ranked.map((each) => {
      const { score, probability, pixels } = sums[each]!;
      return {
        ...{ target: `region:${each}`, label: this.#labelOf(each), score: score / pixels },
        ...{ probability: probability / pixels, share: pixels / classes.length },
      };
    });
    const decided = options.filter(({ share }) => share >= smallestShare);
    const decision = decided.map(({ label, share }) => `${label} ${Math.round(100 * share)} %`).join(', ');
    const picture = this.picture.size ?? this.#size ?? { height, width };
    return { options, decision, probability: certainty / classes.length, map, shares, picture, dims };
  }

  #region(of: number, { map, dims, decision }: SegmentationAnswer): Target {
    const pixels = [...map.classes.keys()].filter((at) => map.classes[at] === of);
    const label = this.#labelOf(of);
    if (pixels.length === 0) {
      throw coreErrors.targetInvalid({
        found: `"region:${label}" where the model sees ${decision}`,
        expected: 'a class that some pixel has',
        next: `Name one of those, or a pixel that is to have the class: pixel:0,0:${label}.`,
      });
    }
    const reading = readingOfRegion({ of, pixels }, this.#scores.spec.name, this.#placesOf(dims));
    const { height, width, classes } = map;
    const inside = Uint8Array.from(classes, (each) => (each === of ? 1 : 0));
    return { words: `region:${of}`, label, reading, area: { height, width, inside } };
  }

  #pixelTarget(pixel: NamedPixel, answer: SegmentationAnswer): Target {
    const { map, dims } = answer;
    const { row, column, box, words, label: named } = pixel;
    const own = map.classes[row * map.width + column]!;
    const of = named === undefined ? own : this.#classNamed(named, answer);
    const reading = readingOfPixel(of, pixel, this.#scores.spec.name, this.#placesOf(dims));
    return { words: of === own ? words : `${words}:${of}`, label: this.#labelOf(of), reading, box };
  }

  #classNamed(text: string, { shares }: SegmentationAnswer): number {
    const number = this.labels === undefined ? /^class (\d+)$/i.exec(text)?.[1] : undefined;
    const asked = resolveTarget(number ?? text, { labels: this.labels, classCount: shares.length });
    if (asked.kind === 'class') return asked.index;
    throw coreErrors.unknownClass({ label: text, suggestions: [] });
  }

  #labelOf(of: number): string {
    return this.labels?.[of] ?? `class ${of}`;
  }

  #placesOf(dims: readonly number[]): PixelPlaces {
    return new PixelPlaces(dims, this.#scores.order);
  }
}
