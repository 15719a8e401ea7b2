import { BACKEND, closest, errors, ImageClassifier, type Host, type Model } from '@understory/core';
import type { Environment, FoundModel } from '../environment.ts';
import { studyErrors } from '../errors.ts';
import type { CommonSpec } from '../spec/study-spec.ts';
import { withMetadata } from './with-metadata.ts';

/** Where a model runs. */
export type ModelOptions = Pick<CommonSpec, 'devices' | 'devicesOf' | 'threads'>;

/** Which tensors of a model are which, and what its classes are called. */
export type ClassifierOptions = Pick<CommonSpec, 'labels' | 'input' | 'logits'>;

export interface OpenedModel {
  readonly resolved: FoundModel;
  /** The id of the backend. */
  readonly backend: string;
  readonly model: Model;
}

/**
 * Opens a model with the backend of that id, or with the first that reads it; throws NO_BACKEND_FOR, BACKEND_CANNOT_READ and what the backend throws.
 * Of a model in several formats the backend is given the first of `preferred` that it reads, else one of its own.
 */
export async function openModel(
  host: Host,
  asked: FoundModel,
  { devices: everywhere, devicesOf = {}, threads }: ModelOptions,
  backendId?: string,
  preferred: readonly FoundModel['source'][] = [],
): Promise<OpenedModel> {
  const ids = host.list('backend').map((each) => each.id);
  for (const named of Object.keys(devicesOf)) {
    if (!ids.includes(named)) throw errors.unknownBackend({ id: named, suggestions: closest(named, ids) });
  }
  const { id, backend } =
    backendId === undefined
      ? host.backendReading(asked.source)
      : { id: backendId, backend: host.get(BACKEND, backendId) };
  const readable = [asked.source, ...(asked.otherSources ?? [])].filter((each) => backend.accepts(each));
  const source =
    preferred.find((each) => readable.includes(each)) ??
    readable.find((each) => backend.isNative?.(each) ?? true) ??
    readable[0];
  if (source === undefined) {
    const readers = ids.filter((each) => host.get(BACKEND, each).accepts(asked.source));
    throw studyErrors.backendCannotRead({ model: asked.source.path, backend: id, others: readers });
  }
  const devices = devicesOf[id] ?? everywhere;
  const model = await backend.open(source, { ...(devices && { devices }), ...(threads !== undefined && { threads }) });
  return { resolved: withMetadata({ ...asked, source }, model), backend: id, model };
}

/** The model as a classifier of images; throws NOT_AN_IMAGE_CLASSIFIER, OTHER_INPUTS, LABEL_COUNT, and what reading labels throws. */
export async function classifierOf(
  { model, resolved }: OpenedModel,
  { labels: path, input, logits }: ClassifierOptions,
  environment: Pick<Environment, 'readLabels'>,
): Promise<ImageClassifier> {
  const labels = path === undefined ? resolved.labels : await environment.readLabels(path);
  const classifier = new ImageClassifier({
    model,
    ...(labels && { labels }),
    ...(input !== undefined && { input }),
    ...(logits !== undefined && { logits }),
  });
  const others = model.inputs.map(({ name }) => name).filter((name) => name !== classifier.input);
  if (others.length > 0) throw studyErrors.otherInputs({ picture: classifier.input, others });
  return classifier;
}

/** Throws BACKENDS_DISAGREE where the classifiers that two backends make of one model take other pictures or tell other classes. */
export function checkAgreement(
  first: OpenedModel,
  one: ImageClassifier,
  second: OpenedModel,
  other: ImageClassifier,
): void {
  const facts = [
    ['layout', one.layout, other.layout],
    ['channels', one.channels, other.channels],
    ['height', one.imageSize?.height, other.imageSize?.height],
    ['width', one.imageSize?.width, other.imageSize?.width],
    ['classes', one.classCount, other.classCount],
  ] as const;
  for (const [what, ours, theirs] of facts) {
    if (ours === undefined || theirs === undefined || ours === theirs) continue;
    throw studyErrors.backendsDisagree({
      backends: [first.backend, second.backend],
      ...{ what, found: `${ours} and ${theirs}` },
    });
  }
}
