import type { ImageClassifier, Prediction } from '@understory/core';
import { encodeNpy, type ImageCodec, type OverlayOptions } from '@understory/imaging';
import { drawMap } from './draw-map.ts';
import type { ExplainedMap, Outcome } from './explain-images.ts';
import { fileNamePart } from '../common/file-name.ts';
import { classRecord, type ClassRecord } from '../common/record.ts';
import type { NamedImage } from '../environment.ts';
import type { ArtifactStore } from '../study.ts';

/** A class with what the model gave it. */
export interface ScoreRecord extends ClassRecord {
  readonly probability: number;
  readonly logit: number;
}

/** One heat map and the files it was written to. */
export interface MapRecord {
  readonly explainer: string;
  /** As in the names of files. */
  readonly target: string;
  readonly class: ScoreRecord;
  /** Null where the explainer reads none. */
  readonly layer: string | null;
  /** How the layer was read, such as `tokens 1..196 as 14 x 14`; null where as it stands. */
  readonly reading: string | null;
  /** `[height, width]`, at the resolution of the layer. */
  readonly size: readonly [height: number, width: number];
  /** The smallest and the largest value. */
  readonly range: readonly [low: number, high: number];
  readonly files: { readonly overlay?: string; readonly map?: string };
}

/** What was found out about one image. */
export interface ImageRecord {
  readonly image: string;
  /** The best five, or all where there are fewer. */
  readonly top: readonly ScoreRecord[];
  readonly maps: readonly MapRecord[];
}

type ImageOutcome = Extract<Outcome, { kind: 'image' }>;

export interface WriteOptions extends OverlayOptions {
  /** What stands before the names of files in records, as people name the store's folder; nothing where empty. */
  readonly out: string;
  readonly overlay: boolean;
  readonly npy: boolean;
  readonly store: ArtifactStore;
  readonly codec: ImageCodec;
}

/** Writes one map of an image; throws what the store throws. */
export async function writeMap(
  { image, picture, prediction, map }: Omit<Extract<Outcome, { kind: 'map' }>, 'kind'>,
  classifier: ImageClassifier,
  { out, overlay, npy, store, codec, ...drawing }: WriteOptions,
): Promise<MapRecord> {
  const files: { overlay?: string; map?: string } = {};
  const name = `${fileNamePart(image.name)}.${map.explainer}.${map.slot.name}`;
  const shown = (file: string) => (out === '' ? file : `${out.replace(/\/$/, '')}/${file}`);
  if (npy) {
    const { data, height, width } = map.heat;
    await store.write(`${name}.npy`, encodeNpy(data, [height, width]));
    files.map = shown(`${name}.npy`);
  }
  if (overlay) {
    await store.write(`${name}.png`, await codec.encodePng(drawMap(picture, map.heat, drawing)));
    files.overlay = shown(`${name}.png`);
  }
  return { ...mapRecord(map, classifier, prediction), files };
}

/** The records of images whose maps are written one at a time; a map that cannot be written is in none. */
export class ImageRecords {
  readonly #records = new Map<NamedImage, ImageRecord>();
  readonly #classifier: ImageClassifier;

  constructor(classifier: ImageClassifier) {
    this.#classifier = classifier;
  }

  /** Of an image, with one more map where that is given. */
  of({ image, prediction }: Pick<ImageOutcome, 'image' | 'prediction'>, map?: MapRecord): ImageRecord {
    const known = this.#records.get(image) ?? {
      image: image.path,
      top: topFive(this.#classifier, prediction),
      maps: [],
    };
    const record = map === undefined ? known : { ...known, maps: [...known.maps, map] };
    this.#records.set(image, record);
    return record;
  }

  /** Takes away the record of an image that is finished. */
  finish(outcome: Pick<ImageOutcome, 'image' | 'prediction'>): ImageRecord {
    const record = this.of(outcome);
    this.#records.delete(outcome.image);
    return record;
  }

  /** Of images that are not finished, those with maps. */
  unfinished(): readonly ImageRecord[] {
    return [...this.#records.values()].filter(({ maps }) => maps.length > 0);
  }
}

export function topFive(classifier: ImageClassifier, prediction: Prediction): readonly ScoreRecord[] {
  return prediction.ranking.slice(0, 5).map((index) => scoreRecord(classifier, prediction, index));
}

function scoreRecord(classifier: ImageClassifier, { probabilities, logits }: Prediction, index: number): ScoreRecord {
  return { ...classRecord(classifier, index), probability: probabilities[index]!, logit: logits[index]! };
}

function mapRecord(
  { explainer, slot, classIndex, heat }: ExplainedMap,
  classifier: ImageClassifier,
  prediction: Prediction,
): Omit<MapRecord, 'files'> {
  const { height, width, data, layer, reading } = heat;
  const low = data.reduce((least, value) => Math.min(least, value), Infinity);
  const high = data.reduce((most, value) => Math.max(most, value), -Infinity);
  return {
    explainer,
    target: slot.name,
    class: scoreRecord(classifier, prediction, classIndex),
    layer: layer ?? null,
    reading: reading ?? null,
    size: [height, width],
    range: [low, high],
  };
}
