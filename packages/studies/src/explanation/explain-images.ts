import {
  append,
  isDiagnosed,
  type Explainer,
  type Feeds,
  type HeatMap,
  type ImageClassifier,
  type Prediction,
  type Tensor,
} from '@understory/core';
import { prepare, type Preprocessing, type RgbImage } from '@understory/imaging';
import type { ReadableImage } from '../environment.ts';
import { joinSamples } from '../common/join-samples.ts';
import type { Slot } from './targets.ts';

/** An explainer with the model that it works on, which may be opened with a backend of its own. */
export interface NamedExplainer {
  readonly id: string;
  readonly explainer: Explainer;
  readonly classifier: ImageClassifier;
  /** A tensor name; the explainer's own choice where undefined. */
  readonly layer: string | undefined;
}

export interface ExplainImagesRequest {
  readonly images: readonly ReadableImage[];
  /** Makes the predictions. */
  readonly classifier: ImageClassifier;
  readonly preprocessing: Preprocessing;
  readonly explainers: readonly NamedExplainer[];
  readonly slots: readonly Slot[];
  readonly seed: number;
  /** How many images run together, where they have one size. */
  readonly batch: number;
  readonly signal: AbortSignal;
}

export interface ExplainedMap {
  readonly explainer: string;
  readonly slot: Slot;
  readonly classIndex: number;
  readonly heat: HeatMap;
}

/** What became of an image, or of an explainer that could not do its work. */
export type Outcome =
  /** A map as soon as it is made; the image's own outcome follows when all of its maps are. */
  | {
      readonly kind: 'map';
      readonly image: ReadableImage;
      readonly picture: RgbImage;
      readonly prediction: Prediction;
      readonly map: ExplainedMap;
    }
  | {
      readonly kind: 'image';
      readonly image: ReadableImage;
      /** What the model saw, before normalisation. */
      readonly picture: RgbImage;
      readonly prediction: Prediction;
      readonly maps: readonly ExplainedMap[];
    }
  | { readonly kind: 'imageFailed'; readonly image: ReadableImage; readonly error: unknown }
  /** `images` are those that have no map of it; absent where it was given up for the whole run. */
  | {
      readonly kind: 'explainerFailed';
      readonly explainer: string;
      readonly images?: readonly ReadableImage[];
      readonly error: unknown;
    };

/**
 * Predicts and explains images in batches; what fails is told and does not stop the rest.
 * An explainer that fails before it ever succeeded is given up, since what stops it then is the model.
 * Throws the signal's reason when it is aborted.
 */
export async function* explainImages(request: ExplainImagesRequest): AsyncGenerator<Outcome, void> {
  let working = request.explainers;
  const proven = new Set<string>();
  const { images, batch, signal } = request;
  for (let start = 0; start < images.length; start += batch) {
    const { prepared, failures } = await prepareAll(request, images.slice(start, start + batch));
    yield* failures;
    for (const samples of sameSize(prepared)) {
      signal.throwIfAborted();
      for (const { predicted, failures: unpredicted } of await predictAll(request, samples)) {
        yield* unpredicted;
        if (predicted.length === 0) continue;
        const maps: ExplainedMap[][] = predicted.map(() => []);
        for (const named of working) {
          try {
            for await (const made of explainAll(request, named, predicted)) {
              for (const [sample, own] of made.entries()) {
                const { image, picture, prediction } = predicted[sample]!;
                if ('error' in own) {
                  yield { kind: 'explainerFailed', explainer: named.id, error: own.error, images: [image] };
                  continue;
                }
                proven.add(named.id);
                maps[sample]!.push(own.map);
                yield { kind: 'map', image, picture, prediction, map: own.map };
              }
            }
          } catch (error) {
            signal.throwIfAborted();
            if (!proven.has(named.id)) working = working.filter((other) => other !== named);
            const lost = proven.has(named.id) ? { images: predicted.map(({ image }) => image) } : {};
            yield { kind: 'explainerFailed', explainer: named.id, error, ...lost };
          }
        }
        // With every explainer given up there is nothing left to do.
        if (working.length === 0) return;
        for (const [sample, { image, picture, prediction }] of predicted.entries()) {
          yield { kind: 'image', image, picture, prediction, maps: maps[sample]! };
        }
      }
    }
  }
}

interface Sample {
  readonly image: ReadableImage;
  readonly picture: RgbImage;
  readonly tensor: Tensor<'float32'>;
}

interface PredictedSample extends Sample {
  readonly prediction: Prediction;
}

type ImageFailure = Extract<Outcome, { kind: 'imageFailed' }>;

async function prepareAll({ preprocessing }: ExplainImagesRequest, images: readonly ReadableImage[]) {
  const prepared: Sample[] = [];
  const failures: ImageFailure[] = [];
  for (const image of images) {
    try {
      prepared.push({ image, ...prepare(await image.picture(), preprocessing) });
    } catch (error) {
      failures.push({ kind: 'imageFailed', image, error });
    }
  }
  return { prepared, failures };
}

/** Groups that can run as one batch: pictures that are not cropped may differ in size. */
function sameSize(samples: readonly Sample[]): readonly (readonly Sample[])[] {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const key = sample.tensor.dims.join(' ');
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  return [...groups.values()];
}

/** Predictions of a batch; where it fails as a whole each image is tried alone. */
async function predictAll(
  request: ExplainImagesRequest,
  samples: readonly Sample[],
): Promise<readonly { predicted: readonly PredictedSample[]; failures: readonly ImageFailure[] }[]> {
  const { classifier, signal } = request;
  try {
    const predictions = await classifier.predict(feedsOf(classifier, samples));
    return [{ predicted: samples.map((sample, at) => ({ ...sample, prediction: predictions[at]! })), failures: [] }];
  } catch (error) {
    signal.throwIfAborted();
    const [first, ...others] = samples;
    if (first !== undefined && others.length === 0) {
      return [{ predicted: [], failures: [{ kind: 'imageFailed', image: first.image, error }] }];
    }
    const alone: Awaited<ReturnType<typeof predictAll>>[number][] = [];
    for (const sample of samples) append(alone, await predictAll(request, [sample]));
    return alone;
  }
}

/** Whether a failure says something of one map alone, not of the model or the explainer. */
function isOfOneMap(error: unknown): boolean {
  return isDiagnosed(error) && (error.code === 'HEAT_MAP_NOT_FINITE' || error.code === 'SCORES_NOT_FINITE');
}

/** What became of the map of a sample. */
type Heat = { readonly heat: HeatMap } | { readonly error: unknown };

/** The heat map of each sample for its class; where one of them is to blame for a failure, each sample is tried alone. */
async function heatsOf(
  request: ExplainImagesRequest,
  named: NamedExplainer,
  samples: readonly PredictedSample[],
  classes: readonly number[],
): Promise<readonly Heat[]> {
  const { seed, signal } = request;
  const { explainer, classifier, layer } = named;
  try {
    const objective = classifier.score(classes);
    signal.throwIfAborted();
    const asked = { model: classifier.model, feeds: feedsOf(classifier, samples), objective, seed, signal };
    const heats = await explainer.explain(layer === undefined ? asked : { ...asked, layer });
    return heats.map((heat) => ({ heat }));
  } catch (error) {
    signal.throwIfAborted();
    if (!isOfOneMap(error)) throw error;
    if (samples.length === 1) return [{ error }];
    const alone: Heat[] = [];
    for (const [at, sample] of samples.entries()) {
      append(alone, await heatsOf(request, named, [sample], [classes[at]!]));
    }
    return alone;
  }
}

/** The maps of one explainer, one a sample, for one slot after the other. */
async function* explainAll(
  request: ExplainImagesRequest,
  named: NamedExplainer,
  samples: readonly PredictedSample[],
): AsyncGenerator<readonly ({ readonly map: ExplainedMap } | { readonly error: unknown })[]> {
  const known = new Map<string, readonly Heat[]>();
  for (const slot of request.slots) {
    const classes = samples.map(({ prediction }) => slot.classOf(prediction.ranking));
    // A class that is both the best one and asked for by name is explained once.
    const key = classes.join(' ');
    const heats = known.get(key) ?? (await heatsOf(request, named, samples, classes));
    known.set(key, heats);
    yield heats.map((own, sample) =>
      'error' in own ? own : { map: { explainer: named.id, slot, classIndex: classes[sample]!, heat: own.heat } },
    );
  }
}

function feedsOf(classifier: ImageClassifier, samples: readonly Sample[]): Feeds {
  return classifier.feeds(joinSamples(samples.map(({ tensor }) => tensor)));
}
