import {
  append,
  formOf,
  isDiagnosed,
  objectiveOf,
  objectiveValues,
  takeTensor,
  type Answer,
  type Explainer,
  type Feeds,
  type HeatMap,
  type Subject,
  type Target,
  type Tensor,
  type Tensors,
} from '@understory/core';
import { prepare, type Preprocessing, type RgbImage } from '@understory/imaging';
import type { ReadableImage } from '../environment.ts';
import { joinSamples } from '../common/join-samples.ts';
import { placed, type NamedTarget, type Targets } from '../common/targets.ts';

/** An explainer with the model that it works on, which may be opened with a backend of its own. */
export interface NamedExplainer {
  readonly id: string;
  readonly explainer: Explainer;
  readonly subject: Subject;
  /** A tensor name; the explainer's own choice where undefined. */
  readonly layer: string | undefined;
  /** Whether activations and gradients of that layer are all that it asks of the model. */
  readonly readsLayer?: boolean;
  /** Whether it was asked for only as one of all: that it does not apply to the model is then no failure. */
  readonly isOptional?: boolean;
}

export interface ExplainImagesRequest {
  readonly images: readonly ReadableImage[];
  /** Gives the answers. */
  readonly subject: Subject;
  readonly preprocessing: Preprocessing;
  readonly explainers: readonly NamedExplainer[];
  readonly targets: Targets;
  readonly seed: number;
  /** How many images run together, where they have one size. */
  readonly batch: number;
  readonly signal: AbortSignal;
}

export interface ExplainedMap {
  readonly explainer: string;
  /** As in the names of files. */
  readonly name: string;
  readonly target: Target;
  /** The number that is explained, and its probability where the model gives one. */
  readonly value: number;
  readonly probability: number | undefined;
  readonly heat: HeatMap;
}

/** What became of an image, or of an explainer that could not do its work. */
export type Outcome =
  /** A map as soon as it is made; the image's own outcome follows when all of its maps are. */
  | {
      readonly kind: 'map';
      readonly image: ReadableImage;
      readonly picture: RgbImage;
      readonly answer: Answer;
      readonly map: ExplainedMap;
    }
  | {
      readonly kind: 'image';
      readonly image: ReadableImage;
      /** What the model saw, before normalisation. */
      readonly picture: RgbImage;
      readonly answer: Answer;
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
 * Answers and explains images in batches; what fails is told and does not stop the rest.
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
      for (const { answered: predicted, failures: unanswered } of await answerAll(request, samples)) {
        yield* unanswered;
        if (predicted.length === 0) continue;
        const maps: ExplainedMap[][] = predicted.map(() => []);
        for (const named of working) {
          try {
            for await (const { sample, name, ...own } of explainAll(request, named, predicted)) {
              const { image, picture, answer } = predicted[sample]!;
              if ('error' in own) {
                yield { kind: 'explainerFailed', explainer: named.id, error: own.error, images: [image] };
                continue;
              }
              proven.add(named.id);
              const map: ExplainedMap = { explainer: named.id, name, ...own };
              maps[sample]!.push(map);
              yield { kind: 'map', image, picture, answer, map };
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
        for (const [sample, { image, picture, answer }] of predicted.entries()) {
          yield { kind: 'image', image, picture, answer, maps: maps[sample]! };
        }
      }
    }
  }
}

interface Sample {
  readonly image: ReadableImage;
  readonly picture: RgbImage;
  readonly tensor: Tensor<'float32'>;
  readonly pixelMask: Uint8Array;
}

interface AnsweredSample extends Sample {
  readonly answer: Answer;
  readonly targets: readonly (NamedTarget & { readonly value: number; readonly probability: number | undefined })[];
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

/** Answers to a batch with the targets in each; where it fails as a whole each image is tried alone. */
async function answerAll(
  request: ExplainImagesRequest,
  samples: readonly Sample[],
): Promise<readonly { answered: readonly AnsweredSample[]; failures: readonly ImageFailure[] }[]> {
  const { subject, targets, signal } = request;
  try {
    const outputs = await subject.model.run(feedsOf(subject, samples), [...subject.reads, ...targets.outputs]);
    const answers = subject.answersOf(outputs);
    const answered = samples.map((sample, at): AnsweredSample => {
      const answer = answers[at]!;
      return { ...sample, answer, targets: measured(targets.of(answer, outputs), subject, outputs, at) };
    });
    return [{ answered, failures: [] }];
  } catch (error) {
    signal.throwIfAborted();
    const [first, ...others] = samples;
    if (first !== undefined && others.length === 0) {
      return [{ answered: [], failures: [{ kind: 'imageFailed', image: first.image, error }] }];
    }
    const alone: Awaited<ReturnType<typeof answerAll>>[number][] = [];
    for (const sample of samples) append(alone, await answerAll(request, [sample]));
    return alone;
  }
}

/** Targets of one sample of a batch with their numbers. */
function measured(
  targets: readonly NamedTarget[],
  subject: Subject,
  outputs: Tensors,
  sample: number,
): AnsweredSample['targets'] {
  const own = Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, takeTensor(tensor, [sample])]));
  return targets.map((named) => ({
    ...named,
    value: objectiveValues(objectiveOf([named.target]), own)[0]!,
    probability: subject.probabilities?.([named.target], own)?.[0],
  }));
}

/** Whether a failure says something of one map alone, not of the model or the explainer. */
function isOfOneMap(error: unknown): boolean {
  return isDiagnosed(error) && (error.code === 'HEAT_MAP_NOT_FINITE' || error.code === 'SCORES_NOT_FINITE');
}

/** What became of the map of a sample. */
type Heat = { readonly heat: HeatMap } | { readonly error: unknown };

/** The heat map of each sample for its target, all of one form; where one of them is to blame for a failure, each sample is tried alone. */
async function heatsOf(
  request: ExplainImagesRequest,
  named: NamedExplainer,
  samples: readonly Sample[],
  targets: readonly Target[],
): Promise<readonly Heat[]> {
  const { seed, signal } = request;
  const { explainer, subject, layer } = named;
  try {
    const objective = objectiveOf(targets);
    signal.throwIfAborted();
    const asked = {
      ...{ model: subject.model, feeds: feedsOf(subject, samples), image: subject.picture.name },
      ...{ objective, seed, signal },
    };
    const heats = await explainer.explain(layer === undefined ? asked : { ...asked, layer });
    return heats.map((heat) => ({ heat }));
  } catch (error) {
    signal.throwIfAborted();
    if (!isOfOneMap(error)) throw error;
    if (samples.length === 1) return [{ error }];
    const alone: Heat[] = [];
    for (const [at, sample] of samples.entries()) {
      append(alone, await heatsOf(request, named, [sample], [targets[at]!]));
    }
    return alone;
  }
}

/** What became of one target of one sample. */
type Explained = { readonly sample: number; readonly name: string } & (
  Omit<ExplainedMap, 'explainer' | 'name'> | { readonly error: unknown }
);

/** The maps of one explainer, one target after the other. */
async function* explainAll(
  request: ExplainImagesRequest,
  named: NamedExplainer,
  samples: readonly AnsweredSample[],
): AsyncGenerator<Explained> {
  const known = new Map<string, readonly Heat[]>();
  const names = new Set(samples.flatMap(({ targets }) => targets.map(({ name }) => name)));
  for (const name of names) {
    const asked = samples.flatMap(({ targets }, sample) =>
      targets.filter((each) => each.name === name).map((each) => ({ sample, ...each })),
    );
    const forms = new Map<string, typeof asked>();
    for (const each of asked) {
      const form = formOf(each.target);
      forms.set(form, [...(forms.get(form) ?? []), each]);
    }
    for (const group of forms.values()) {
      // A target that is both the best one and asked for by name is explained once.
      const key = JSON.stringify(group.map(({ sample, target: { words } }) => [sample, words]));
      const own = group.map(({ sample }) => samples[sample]!);
      const targets = group.map(({ target }) => placed(target, named.subject, request.subject));
      const heats = known.get(key) ?? (await heatsOf(request, named, own, targets));
      known.set(key, heats);
      for (const [at, heat] of heats.entries()) {
        const { sample, target, value, probability } = group[at]!;
        yield { sample, name, ...('error' in heat ? heat : { target, value, probability, heat: heat.heat }) };
      }
    }
  }
}

function feedsOf(subject: Subject, samples: readonly Sample[]): Feeds {
  return subject.feeds(
    joinSamples(samples.map(({ tensor }) => tensor)),
    samples.map(({ pixelMask }) => pixelMask),
  );
}
