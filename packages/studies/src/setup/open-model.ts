import { resolve } from 'node:path';
import { BACKEND, closest, errors, ImageClassifier, type Host, type Model } from '@understory/core';
import { readTextFile } from '@understory/imaging/files';
import { resolveModel, type ResolvedModel } from '@understory/zoo';
import { cliErrors, reasonOf } from '@understory/cli';
import type { RunningOptions } from '@understory/cli';

/** The network that is used where nobody names one. */
export const defaultModel = 'efficientnet-lite0';

export interface OpenedModel {
  readonly resolved: ResolvedModel;
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
  asked: ResolvedModel,
  { device, threads }: Pick<RunningOptions, 'device' | 'threads'>,
  backendId?: string,
  preferred: readonly ResolvedModel['source'][] = [],
): Promise<OpenedModel> {
  const ids = host.list('backend').map((each) => each.id);
  for (const named of Object.keys(device?.byBackend ?? {})) {
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
    throw errors.backendCannotRead({ model: asked.source.path, backend: id, others: readers });
  }
  const resolved = { ...asked, source };
  const devices = device?.byBackend[id] ?? device?.everywhere;
  const model = await backend.open(source, { ...(devices && { devices }), ...(threads !== undefined && { threads }) });
  return { resolved, backend: id, model };
}

/** Finds a model by its name, folder or file; throws MODEL_NOT_FOUND and what zoo throws. */
export async function findModel(asked: string, cwd: string): Promise<ResolvedModel> {
  return resolveModel(asked, { cwd });
}

export interface ClassifierOptions {
  /** A file of labels that takes the place of the model's own. */
  readonly labels?: string | undefined;
  readonly input?: string | undefined;
  readonly logits?: string | undefined;
}

/** The model as a classifier of images; throws NOT_AN_IMAGE_CLASSIFIER, OTHER_INPUTS, LABEL_COUNT, FILE_NOT_READABLE or LABELS_INVALID. */
export async function classifierOf(
  { model, resolved }: OpenedModel,
  { labels: path, input, logits }: ClassifierOptions,
  cwd: string,
): Promise<ImageClassifier> {
  const labels = path === undefined ? resolved.labels : await readLabels(path, cwd);
  const classifier = new ImageClassifier({
    model,
    ...(labels && { labels }),
    ...(input !== undefined && { input }),
    ...(logits !== undefined && { logits }),
  });
  const others = model.inputs.map(({ name }) => name).filter((name) => name !== classifier.input);
  if (others.length > 0) throw cliErrors.otherInputs({ picture: classifier.input, others });
  return classifier;
}

/** Labels from a file: one a line, a JSON list, or a JSON object from index to label as `id2label` of a Hugging Face `config.json`. */
export async function readLabels(path: string, cwd: string): Promise<readonly string[]> {
  let text: string;
  try {
    text = await readTextFile(resolve(cwd, path));
  } catch (cause) {
    throw cliErrors.fileNotReadable({ path, reason: reasonOf(cause), cause });
  }
  const labels = /^\s*[[{]/.test(text) ? fromJson(text, path) : fromLines(text);
  if (labels.length === 0) throw cliErrors.labelsInvalid({ path, reason: 'no label' });
  return labels;
}

function fromLines(text: string): readonly string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  // Only the end of the file may be empty: an empty line elsewhere is a class without a name.
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

function fromJson(text: string, path: string): readonly string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw cliErrors.labelsInvalid({ path, reason: reasonOf(cause) });
  }
  const nested =
    typeof value === 'object' && value !== null && Object.hasOwn(value, 'id2label')
      ? (value as { readonly id2label: unknown }).id2label
      : value;
  const labels: readonly unknown[] = Array.isArray(nested) ? nested : byIndex(Object(nested), path);
  if (labels.every((label): label is string => typeof label === 'string')) return labels;
  throw cliErrors.labelsInvalid({ path, reason: 'a label that is not a text' });
}

function byIndex(labels: Readonly<Record<string, unknown>>, path: string): readonly unknown[] {
  const classes = Object.keys(labels).length;
  return Array.from({ length: classes }, (_, index) => {
    if (labels[index] !== undefined) return labels[index];
    throw cliErrors.labelsInvalid({ path, reason: `${classes} labels, and none for class ${index}` });
  });
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
    throw cliErrors.backendsDisagree({
      backends: [first.backend, second.backend],
      ...{ what, found: `${ours} and ${theirs}` },
    });
  }
}
