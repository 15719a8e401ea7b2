import {
  pictureInputOf,
  SUBJECT,
  type Host,
  type ModelFacts,
  type Subject,
  type SubjectSettings,
} from '@understory/core';
import { prepare } from '@understory/imaging';
import type { Environment } from '../environment.ts';
import { studyErrors } from '../errors.ts';
import type { CommonSpec } from '../spec/study-spec.ts';
import type { OpenedModel } from './open-model.ts';
import { choosePreprocessing, type ChosenPreprocessing, type PreprocessingOptions } from './preprocessing.ts';
import { recognise, type Recognised } from './recognise.ts';
import { sideFeedsOf } from './side-feeds.ts';

/** What a spec says of what a model is and how it is fed. */
export type SubjectSpec = Pick<
  CommonSpec,
  'task' | 'input' | 'output' | 'logits' | 'labels' | 'feed' | 'to' | 'preprocessing'
>;

/** A model with what it says, and how pictures are prepared for it. */
export interface OpenedSubject {
  readonly subject: Subject;
  readonly recognised: Recognised;
  readonly preprocessing: ChosenPreprocessing;
}

export interface SubjectRequest {
  readonly spec: SubjectSpec;
  readonly host: Host;
  readonly environment: Pick<Environment, 'readLabels' | 'readTable' | 'findImages'>;
  /** The targets as they were asked for. */
  readonly targets?: string | undefined;
}

/** What is known of an opened model before it is read as anything; throws what reading labels throws. */
export async function factsOf(
  { model, resolved }: OpenedModel,
  { labels: path, input, output, logits }: SubjectSpec,
  environment: Pick<Environment, 'readLabels'>,
): Promise<ModelFacts> {
  const labels = path === undefined ? resolved.labels : await environment.readLabels(path);
  const asked = output ?? logits;
  const { config } = resolved;
  const { metadata } = model;
  return {
    model,
    folder: { ...(config && { config }), ...(metadata && { metadata }) },
    labels,
    input,
    outputs: asked === undefined ? undefined : typeof asked === 'string' ? [asked] : asked,
  };
}

/**
 * The model as a subject; throws SUBJECT_AMBIGUOUS, SUBJECT_UNKNOWN, NOT_AN_IMAGE_CLASSIFIER, OTHER_INPUTS, FEED_INVALID, LABEL_COUNT, and
 * what reading labels, tables and the other picture throws.
 */
export async function openSubject(
  opened: OpenedModel,
  { spec, host, environment, targets }: SubjectRequest,
): Promise<OpenedSubject> {
  const { model, resolved } = opened;
  const facts = await factsOf(opened, spec, environment);
  checkOutputs(facts);
  const recognised = recognise(host, facts, {
    task: spec.task,
    areLogits: spec.logits !== undefined && spec.output === undefined,
    targets,
  });
  const picture = pictureInputOf(model, spec.input);
  const preprocessing = choosePreprocessing(picture, resolved.preprocessing, preprocessingOptions(spec));
  const sides = await sideFeedsOf(model, picture.name, spec.feed ?? {}, environment);
  const others = await otherPicture(spec, preprocessing, environment);
  const settings: SubjectSettings = { ...(sides && { sides }), ...(others && { others }) };
  const subject = await host.get(SUBJECT, recognised.task).open(facts, recognised.reading, settings);
  return { subject, recognised, preprocessing };
}

function preprocessingOptions({ preprocessing = {} }: SubjectSpec): PreprocessingOptions {
  return preprocessing;
}

/** Throws OUTPUT_UNKNOWN where an output was named that the model does not have, as output or layer. */
function checkOutputs({ model, outputs = [] }: ModelFacts): void {
  const known = [...model.outputs, ...model.layers].map(({ name }) => name);
  const unknown = outputs.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw studyErrors.outputUnknown({ output: unknown, outputs: model.outputs.map(({ name }) => name), known });
}

async function otherPicture(
  { to }: SubjectSpec,
  { preprocessing }: ChosenPreprocessing,
  environment: SubjectRequest['environment'],
): Promise<SubjectSettings['others']> {
  if (to === undefined) return undefined;
  const { images, failures } = await environment.findImages([to]);
  const [image] = images;
  if (image === undefined) throw failures[0]?.error ?? studyErrors.otherPictureMissing({ path: to });
  return { to: prepare(await image.picture(), preprocessing).tensor };
}
