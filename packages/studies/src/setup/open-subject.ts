import {
  pictureInputOf,
  SUBJECT,
  type Host,
  type ModelFacts,
  type PictureInput,
  type Subject,
  type SubjectSettings,
  type Tensor,
} from '@understory/core';
import { prepare } from '@understory/imaging';
import type { Environment } from '../environment.ts';
import { studyErrors } from '../errors.ts';
import type { CommonSpec } from '../spec/study-spec.ts';
import type { OpenedModel } from './open-model.ts';
import { choosePreprocessing, type ChosenPreprocessing, type PreprocessingOptions } from './preprocessing.ts';
import { recognise, type Recognised } from './recognise.ts';
import { explainedInputOf, secondInputOf } from './picture-inputs.ts';
import { sideFeedsOf, type SideFeeds } from './side-feeds.ts';

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
  spec: SubjectSpec,
  environment: Pick<Environment, 'readLabels'>,
): Promise<ModelFacts> {
  const { labels: path, output, logits } = spec;
  const labels = path === undefined ? resolved.labels : await environment.readLabels(path);
  const asked = output ?? logits;
  const { config } = resolved;
  const { metadata } = model;
  return {
    model,
    folder: { ...(config && { config }), ...(metadata && { metadata }) },
    labels,
    input: explainedInputOf(model, spec),
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
  const picture = pictureInputOf(model, facts.input);
  const preprocessing = choosePreprocessing(picture, resolved.preprocessing, preprocessingOptions(spec));
  const pictureFor = (input: string, path: string) =>
    otherPicture(path, input, { opened, picture, preprocessing, environment });
  // A model of two pictures takes the second one itself; any other is asked for the embedding of each.
  const second = spec.to === undefined ? undefined : secondInputOf(model, picture.name, spec);
  const given: SideFeeds = second === undefined ? (spec.feed ?? {}) : { ...spec.feed, [second]: spec.to! };
  const sides = await sideFeedsOf(model, given, { picture: picture.name, pictureFor, environment });
  const to = spec.to === undefined || second !== undefined ? undefined : await pictureFor(picture.name, spec.to);
  let isUsed = false;
  const others = to && {
    get to() {
      isUsed = true;
      return to;
    },
  };
  const settings: SubjectSettings = { ...(sides && { sides }), ...(others && { others }) };
  const subject = await host.get(SUBJECT, recognised.task).open(facts, recognised.reading, settings);
  if (to !== undefined && !isUsed) throw studyErrors.secondPictureUnused({ path: spec.to!, task: recognised.task });
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

interface Beside {
  readonly opened: OpenedModel;
  /** Where the explained picture goes, and how it is prepared. */
  readonly picture: PictureInput;
  readonly preprocessing: ChosenPreprocessing;
  readonly environment: SubjectRequest['environment'];
}

/** A picture beside the explained one, prepared as that one is where the input that it is for takes the same. */
async function otherPicture(
  path: string,
  input: string,
  { opened: { model, resolved }, picture, preprocessing: { preprocessing }, environment }: Beside,
): Promise<Tensor<'float32'>> {
  const { images, failures } = await environment.findImages([path]);
  const [image] = images;
  if (image === undefined) throw failures[0]?.error ?? studyErrors.otherPictureMissing({ path });
  const own = pictureInputOf(model, input);
  const isAlike = JSON.stringify({ ...own, name: '' }) === JSON.stringify({ ...picture, name: '' });
  const given = own.channels === picture.channels ? resolved.preprocessing : undefined;
  const chosen = isAlike ? preprocessing : choosePreprocessing(own, given, {}).preprocessing;
  return prepare(await image.picture(), chosen).tensor;
}
