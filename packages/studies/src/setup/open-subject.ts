import {
  imageTextTask,
  questionTask,
  pictureInputOf,
  specText,
  SUBJECT,
  type Host,
  type ModelFacts,
  type PictureInput,
  type Subject,
  type SubjectKind,
  type SubjectPreset,
  type SubjectSettings,
  type Tensor,
  type VocabularyFile,
} from '@understory/core';
import { prepare } from '@understory/imaging';
import type { Environment } from '../environment.ts';
import { studyErrors } from '../errors.ts';
import type { CommonSpec } from '../spec/study-spec.ts';
import type { OpenedModel } from './open-model.ts';
import { choosePreprocessing, optionsOf, type ChosenPreprocessing } from './preprocessing.ts';
import { readingsOf, recognise, type Recognised } from './recognise.ts';
import { explainedInputOf, secondInputOf } from './picture-inputs.ts';
import { sideFeedsOf, type SideFeeds } from './side-feeds.ts';

/** What a spec says of what a model is and how it is fed. */
export type SubjectSpec = Pick<
  CommonSpec,
  | 'task'
  | 'input'
  | 'output'
  | 'logits'
  | 'labels'
  | 'feed'
  | 'to'
  | 'captions'
  | 'against'
  | 'question'
  | 'vocabulary'
  | 'preprocessing'
> & {
  /** Settings of the task that belong together. */
  readonly taskPreset?: string | undefined;
};

/** A model with what it says, and how pictures are prepared for it. */
export interface OpenedSubject {
  readonly subject: Subject;
  readonly recognised: Recognised;
  readonly preprocessing: ChosenPreprocessing;
  /** What was asked for by one name. */
  readonly preset?: SubjectPreset;
}

export interface SubjectRequest {
  readonly spec: SubjectSpec;
  readonly host: Host;
  readonly environment: Pick<Environment, 'readLabels' | 'readTable' | 'readVocabulary' | 'findImages'>;
  /** The targets as they were asked for. */
  readonly targets?: string | undefined;
}

/** What is known of an opened model before it is read as anything; throws what reading labels throws. */
export async function factsOf(
  { model, text, resolved }: OpenedModel,
  spec: SubjectSpec,
  environment: Pick<Environment, 'readLabels' | 'readVocabulary'>,
): Promise<ModelFacts> {
  const { labels: path, output, logits } = spec;
  const labels = path === undefined ? resolved.labels : await environment.readLabels(path);
  const asked = output ?? logits;
  const { config } = resolved;
  const read = text === undefined && !takesText(model) ? undefined : await resolved.text?.tokenizer();
  const vocabularies = await vocabulariesOf(model, resolved, spec, environment);
  const { metadata } = model;
  return {
    model,
    folder: { ...(config && { config }), ...(metadata && { metadata }) },
    labels,
    input: explainedInputOf(model, spec),
    outputs: asked === undefined ? undefined : typeof asked === 'string' ? [asked] : asked,
    text: {
      ...(text && { model: text }),
      ...(read && { tokenizer: read.tokenizer, tokenizerConfig: read.settings }),
      ...(vocabularies.length > 0 && { vocabularies }),
    },
  };
}

/** Those that were asked for, then those beside a model that is fed something else than a picture. */
async function vocabulariesOf(
  { inputs }: OpenedModel['model'],
  { text }: OpenedModel['resolved'],
  { vocabulary = [] }: SubjectSpec,
  environment: Pick<Environment, 'readVocabulary'>,
): Promise<readonly VocabularyFile[]> {
  const asked: VocabularyFile[] = [];
  for (const path of vocabulary) {
    asked.push({ name: path.split(/[\\/]/).at(-1)!, json: await environment.readVocabulary(path), isAsked: true });
  }
  const beside = inputs.length > 1 ? await text?.vocabularies?.() : undefined;
  return [...asked, ...(beside ?? []).map((each) => ({ ...each, isAsked: false }))];
}

/** Whether an input can hold the tokens of texts: whole numbers, a row for each text. */
function takesText({ inputs }: OpenedModel['model']): boolean {
  return inputs.some(({ type, dims }) => (type === 'int32' || type === 'int64') && dims?.length === 2);
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
  const facts = forSpec(await factsOf(opened, spec, environment), spec);
  checkOutputs(facts);
  const task = spec.task ?? taskOfCaptions(host, facts, spec) ?? taskOfQuestion(host, facts, spec);
  const recognised = recognise(host, facts, {
    ...{ task, targets },
    areLogits: spec.logits !== undefined && spec.output === undefined,
  });
  const { reading } = recognised;
  const kind = host.get(SUBJECT, recognised.task);
  const preset = presetOf(kind, spec.taskPreset, recognised.task);
  const picture = pictureInputOf(model, facts.input);
  const options = { ...(preset && optionsOf(preset.pictures)), ...spec.preprocessing };
  const preprocessing = choosePreprocessing(picture, resolved.preprocessing, options, reading.pictures);
  const pictureFor = (input: string, path: string) =>
    otherPicture(path, input, { opened, picture, preprocessing, environment });
  // A model of two pictures takes the second one itself; any other is asked for the embedding of each.
  const second = spec.to === undefined ? undefined : secondInputOf(model, picture.name, spec);
  const given: SideFeeds = second === undefined ? (spec.feed ?? {}) : { ...spec.feed, [second]: spec.to! };
  const sides = await sideFeedsOf(model, given, {
    ...{ picture: picture.name, pictureFor, environment },
    filled: reading.fills,
  });
  const to = spec.to === undefined || second !== undefined ? undefined : await pictureFor(picture.name, spec.to);
  let isUsed = false;
  const others = to && {
    get to() {
      isUsed = true;
      return to;
    },
  };
  const { captions, against, question } = spec;
  const settings: SubjectSettings = {
    ...(sides && { sides }),
    ...(others && { others }),
    ...(captions && { captions }),
    ...(against && { against }),
    ...(question !== undefined && { question }),
  };
  const subject = await kind.open(facts, reading, settings);
  if (to !== undefined && !isUsed) throw studyErrors.secondPictureUnused({ path: spec.to!, task: recognised.task });
  return { subject, recognised, preprocessing, ...(preset && { preset }) };
}

/** Two pictures are compared by the image tower alone, where no caption is given. */
function forSpec(facts: ModelFacts, { to, captions }: SubjectSpec): ModelFacts {
  return to !== undefined && captions === undefined ? { ...facts, text: {} } : facts;
}

/** Captions are for a model that reads them, whatever else could be made of it; throws CAPTIONS_NOT_READ where it does not. */
function taskOfCaptions(host: Host, facts: ModelFacts, { captions, against }: SubjectSpec): string | undefined {
  if (captions === undefined && against === undefined) return undefined;
  const isKnown = host.list('subject').some(({ id }) => id === imageTextTask);
  if (isKnown && readingsOf(host, facts, imageTextTask).length > 0) return imageTextTask;
  throw studyErrors.captionsNotRead({
    inputs: facts.model.inputs.map(specText),
    isTower: facts.text?.model !== undefined,
  });
}

/** A question is for a model that reads it, whatever else could be made of it; throws QUESTION_NOT_READ where it does not. */
function taskOfQuestion(host: Host, facts: ModelFacts, { question, feed }: SubjectSpec): string | undefined {
  if (question === undefined) return undefined;
  const isKnown = host.list('subject').some(({ id }) => id === questionTask);
  if (isKnown && readingsOf(host, facts, questionTask).length > 0) return questionTask;
  const fed = new Set([pictureInputOf(facts.model, facts.input).name, ...Object.keys(feed ?? {})]);
  throw studyErrors.questionNotRead({
    inputs: facts.model.inputs.map(specText),
    free: facts.model.inputs.filter(({ name }) => !fed.has(name)).map(({ name }) => name),
  });
}

/** Throws UNKNOWN_PRESET. */
function presetOf({ presets = {} }: SubjectKind, name: string | undefined, task: string): SubjectPreset | undefined {
  if (name === undefined) return undefined;
  const found = Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (found === undefined) throw studyErrors.noSuchTaskPreset({ preset: name, task, known: Object.keys(presets) });
  return found;
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
