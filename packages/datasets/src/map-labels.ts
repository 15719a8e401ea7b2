import { closest } from '@understory/core';
import type { Dataset } from '@understory/core';
import { datasetErrors } from './errors.ts';
import { oxfordPetsToImagenet } from './oxford-pets-to-imagenet.ts';

/** From the labels of a data set to the classes of a model. */
export interface LabelMap {
  /**
   * The class index of an item's label; undefined where it has none, and where the model is known to have no such class.
   * Throws DATASET_CLASS_UNKNOWN or DATASET_CLASS_AMBIGUOUS.
   */
  indexOf(label: string | undefined): number | undefined;
  /** Classes of the data set that the model is known not to have, such as a breed that ImageNet lacks. */
  readonly unmapped: readonly string[];
}

/**
 * Finds each class of a data set among the labels of a model: by the same text, then without regard to case, spaces, underscores and
 * hyphens, then as one of a label's comma-separated synonyms, then as a pet's breed by ImageNet's name for it, then as a class index.
 * Of several labels that fit, the one at the class's own place counts. Class names are looked up at once, labels of a data set that
 * lists no classes when they are asked for. Throws DATASET_CLASS_UNKNOWN, which says what was looked for, or DATASET_CLASS_AMBIGUOUS.
 */
export function mapLabels(
  dataset: Pick<Dataset, 'name' | 'classes'>,
  modelLabels: readonly string[] | undefined,
): LabelMap {
  const { name, classes } = dataset;
  const vocabulary = new Vocabulary(modelLabels ?? []);
  const known = new Map<string, number | undefined>();

  const find = (label: string, place?: number): number | undefined => {
    const candidates = vocabulary.find(label);
    if (place !== undefined && candidates.includes(place)) return place;
    if (candidates.length > 1) {
      const names = candidates.map((index) => `${index}: ${modelLabels?.[index]}`);
      throw datasetErrors.classAmbiguous({ name, label, candidates: names });
    }
    return candidates[0] ?? classIndex(name, label, modelLabels?.length);
  };

  const unknown: string[] = [];
  for (const [place, label] of (classes ?? []).entries()) {
    const index = find(label, place);
    known.set(label, index);
    if (index === undefined) unknown.push(label);
  }
  // A breed without a class in ImageNet is no surprise, but only where the model has the others.
  const lacking = unknown.length < known.size ? unknown.filter((label) => breedOf(label)?.how === 'absent') : [];
  const missing = unknown.filter((label) => !lacking.includes(label));
  if (missing.length > 0) throw unknownError(name, missing, modelLabels);

  return {
    unmapped: lacking,
    indexOf(label) {
      if (label === undefined) return undefined;
      if (known.has(label)) return known.get(label);
      const index = find(label);
      if (index === undefined) throw unknownError(name, [label], modelLabels);
      known.set(label, index);
      return index;
    },
  };
}

class Vocabulary {
  readonly #exact = new Map<string, number[]>();
  readonly #whole = new Map<string, number[]>();
  readonly #parts = new Map<string, number[]>();

  constructor(labels: readonly string[]) {
    for (const [index, label] of labels.entries()) {
      add(this.#exact, label, index);
      add(this.#whole, normalise(label), index);
      for (const part of new Set(partsOf(label))) add(this.#parts, part, index);
    }
  }

  /** The classes that a name means, by the first way of looking that finds any. */
  find(name: string): readonly number[] {
    const whole = this.#exact.get(name) ?? this.#whole.get(normalise(name));
    if (whole !== undefined) return whole;
    for (const part of [normalise(name), ...partsOf(name)]) {
      const found = this.#whole.get(part) ?? this.#parts.get(part);
      if (found !== undefined) return found;
    }
    const breed = breedOf(name)?.imagenet;
    return breed === undefined ? [] : (this.#parts.get(normalise(breed.name)) ?? []);
  }
}

function classIndex(name: string, label: string, classCount: number | undefined): number | undefined {
  if (!/^\d+$/.test(label)) return undefined;
  const index = Number(label);
  if (classCount !== undefined && index >= classCount) {
    throw datasetErrors.classIndexOutOfRange({ name, label, classCount });
  }
  return index;
}

const breeds = new Map(oxfordPetsToImagenet.map((row) => [normalise(row.breed), row]));

function breedOf(label: string) {
  return breeds.get(normalise(label));
}

function unknownError(name: string, missing: readonly string[], modelLabels: readonly string[] | undefined) {
  return datasetErrors.classesUnknown({
    name,
    lookedFor: missing.map((label) => {
      const imagenet = breedOf(label)?.imagenet?.name;
      return imagenet === undefined ? `"${label}"` : `"${label}" (ImageNet: "${imagenet}")`;
    }),
    modelLabels,
    suggestions: missing.length === 1 ? closest(missing[0]!, modelLabels ?? [], 3) : [],
  });
}

function add(into: Map<string, number[]>, key: string, index: number): void {
  const indices = into.get(key);
  if (indices === undefined) into.set(key, [index]);
  else indices.push(index);
}

function partsOf(label: string): readonly string[] {
  return label.split(',').map(normalise);
}

function normalise(label: string): string {
  return label
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ');
}
