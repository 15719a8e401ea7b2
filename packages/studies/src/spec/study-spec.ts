import { parseLayout, type Layout } from '@understory/core';
import { filterNames } from '@understory/imaging';
import { z } from 'zod';

/** The version of the format; a spec of a later one is refused. */
export const specVersion = 1;

const option = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.number()).readonly(),
  z.array(z.string()).readonly(),
]);
const options = z.record(z.string(), option);
/** An id, `deletion:steps=50` in short, or an object. */
const selection = z.union([z.string().min(1), z.strictObject({ id: z.string().min(1), options: options.optional() })]);
const selections = z.array(selection).min(1).readonly();
const natural = z.int().min(0);
const positive = z.int().min(1);
const size = z.union([positive, z.strictObject({ width: positive, height: positive })]);

const layout = z
  .string()
  .refine(isLayout, 'expected nchw, nhwc or tokens:HxW, with +n for n tokens in front') as z.ZodType<Layout, Layout>;

const images = z.strictObject({
  /** A data set such as `cifar10:DIR`, or paths of images, patterns and folders of images. */
  from: z.union([z.string().min(1), z.array(z.string().min(1)).min(1).readonly()]),
  split: z.string().optional(),
  limit: positive.optional(),
  offset: natural.optional(),
  ids: z.array(z.string()).readonly().optional(),
  onlyCorrect: z.boolean().optional(),
});

const preprocessing = z.strictObject({
  mean: z.array(z.number()).min(1).readonly().optional(),
  std: z.array(z.number().positive()).min(1).readonly().optional(),
  size: size.optional(),
  resize: z.union([z.literal('none'), size]).optional(),
  crop: z.union([z.literal('none'), size]).optional(),
  filter: z.enum(filterNames).optional(),
  /** How the size is reached: the middle cut out, both sides stretched, the whole picture inside, the same with grey around it. */
  fit: z.enum(['crop', 'stretch', 'contain', 'letterbox']).optional(),
  /** The most that the longer side may get where the shorter one is resized. */
  longest: positive.optional(),
  /** What both sides are made a multiple of. */
  multiple: z.strictObject({ of: positive, rounding: z.enum(['down', 'up', 'nearest']) }).optional(),
  pad: z.union([z.literal('none'), size, z.strictObject({ multipleOf: positive })]).optional(),
  padPosition: z.enum(['center', 'topLeft']).optional(),
  /** A level before normalisation, or 0 after it. */
  padFill: z.union([z.int().min(0).max(255), z.literal('zero')]).optional(),
  inputRange: z.enum(['0..1', '0..255']).optional(),
  channelOrder: z.enum(['RGB', 'BGR']).optional(),
});

/** What every study says: the model, how it is fed, what runs it, and the seed. */
const common = {
  version: z.literal(specVersion),
  /** A name, a folder or a file. */
  model: z.string().min(1),
  /** What the model does, such as `object-detection`, where it cannot be told from the model. */
  task: z.string().min(1).optional(),
  /** The input that takes the picture, and the outputs that hold the answer, where they cannot be told. */
  input: z.string().optional(),
  output: z.union([z.string().min(1), z.array(z.string().min(1)).min(1).readonly()]).optional(),
  /** The output or layer that holds the logits of a classifier: `output` and the task in one. */
  logits: z.string().optional(),
  /** Values of inputs other than the picture: numbers with commas, `height` and `width` of the picture, or a .npy or .json file. */
  feed: z.record(z.string(), z.string()).optional(),
  /** Another picture, for the similarity of two. */
  to: z.string().min(1).optional(),
  /** What a picture is compared with, of a model of pictures and text; which of it is explained is the target. */
  captions: z.array(z.string()).min(1).readonly().optional(),
  /** What the captions are contrasted with: one for all of them, or one each. */
  against: z.array(z.string()).min(1).readonly().optional(),
  /** What a model of pictures and questions is asked, or the text whose phrases it is to box. */
  question: z.string().optional(),
  /** Files of words and answers that the model numbers, in the place of those that lie beside it. */
  vocabulary: z.array(z.string().min(1)).min(1).readonly().optional(),
  /** A file of labels in the place of the model's own. */
  labels: z.string().optional(),
  preprocessing: preprocessing.optional(),
  plugins: z.array(z.string().min(1)).readonly().optional(),
  /** The id of the backend for everything, and by plugin. */
  backend: z.string().optional(),
  backends: z.record(z.string(), z.string()).optional(),
  /** In order of preference, for every backend and by backend. */
  devices: z.array(z.string().min(1)).min(1).readonly().optional(),
  devicesOf: z.record(z.string(), z.array(z.string().min(1)).min(1).readonly()).optional(),
  threads: positive.optional(),
  images,
  layer: z.string().min(1).default('auto'),
  /** What the axes of that layer are, where the graph does not tell: `nchw`, `nhwc`, `tokens:HxW`, with `+n` for n tokens in front. */
  layout: layout.optional(),
  seed: natural.default(0),
};

const explanationSpec = z.strictObject({
  study: z.literal('explain'),
  ...common,
  explainers: selections.default(['gradcam']),
  /** `top1`, `top3`, class indices and labels, with commas between them; where there are captions, all of them and their contrasts by default. */
  target: z.string().min(1).default('top1'),
  /** The answer to the question that is explained, in the place of the model's own: `attr:red`, or `red` where one head knows it. */
  answer: z.string().min(1).optional(),
  /** Settings of the model's task that belong together, such as `paper` of image-text models. */
  preset: z.string().optional(),
  /** Pictures of maps over what the network saw, and the raw maps. */
  overlay: z.boolean().default(true),
  npy: z.boolean().default(false),
  /** All maps side by side on `sheet.png`, and on the page `explanation.html`. */
  sheet: z.boolean().default(false),
  html: z.boolean().default(false),
  colourMap: z.string().optional(),
  opacity: z.number().min(0).max(1).default(0.5),
  batch: positive.default(8),
});

const evaluationSpec = z.strictObject({
  study: z.literal('evaluate'),
  ...common,
  explainers: selections.default(['gradcam']),
  metrics: selections.default(['deletion']),
  /** Settings of metrics that belong together, such as `paper`. */
  preset: z.string().optional(),
  /** Whether the baseline of metrics, pixels in a random order, is measured too; without a word, with the presets that it belongs to. */
  randomOrder: z.boolean().optional(),
  /** The class explained: `predicted`, `label`, or a class by its index or name. */
  target: z.string().min(1).default('predicted'),
  /** How many maps are kept for the report, of each of right and wrong. */
  examples: natural.default(4),
  batch: positive.default(32),
});

const attackSpec = z.strictObject({
  study: z.literal('attack'),
  ...common,
  attack: selection,
  masks: selections.default(['all']),
  preset: z.string().optional(),
  sweepFractions: z.array(z.string()).min(1).readonly().optional(),
  sweepEpsilons: z.array(z.string()).min(1).readonly().optional(),
  /** The mask of equal area that others are compared with; null for none, absent for the usual one of data sets. */
  control: z.string().nullable().optional(),
  /** Whose heat maps masks are drawn from. */
  explainer: selection.default('gradcam'),
  /** The target class by its index or name; null where the attack leaves what the network says, or has a target in words. */
  targetClass: z.string().min(1).nullable(),
  /** What is raised, in the words of the model's task, such as `box:dog` or `region:cat`; what has a minus in front is lowered. */
  target: z.string().min(1).optional(),
  /** What the number of the target has to exceed, or to fall below, where the model decides nothing: a regression, a similarity. */
  threshold: z.number().optional(),
  /** An image of the target class, or a folder of class samples that has one. */
  targetImage: z.string().optional(),
  /** Another network that adversarial images are shown to. */
  transfer: z.string().optional(),
  /** Adversarial images to keep. */
  save: z.enum(['none', 'examples', 'all']).optional(),
  examples: natural.default(4),
  batch: positive.default(8),
});

const probeSpec = z.strictObject({
  study: z.literal('probe'),
  ...common,
  probe: selection,
  preset: z.string().optional(),
  /** The number to watch; that of what the network says of the unchanged image where absent. */
  target: z.string().min(1).optional(),
  /** Whose heat maps are compared before and after; null leaves them out. */
  explainer: selection.nullable().default('gradcam'),
  batch: positive.default(32),
});

export const studySpec = z.discriminatedUnion('study', [explanationSpec, evaluationSpec, attackSpec, probeSpec]);

/** What lies beside the folders of studies in the folder of a list. */
export const listFiles = { studies: 'studies.json', failures: 'failures.json', report: 'report.html' } as const;
/** No study has one of these names, nor that of the folder's own record. */
export const listFileNames: readonly string[] = [...Object.values(listFiles), 'run.json'];

/** A list of studies with one report. */
export const studyFile = z.strictObject({
  version: z.literal(specVersion),
  title: z.string().optional(),
  studies: z
    .array(z.strictObject({ name: z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u), spec: studySpec }))
    .min(1),
});

export type ExplanationSpec = z.output<typeof explanationSpec>;
export type EvaluationSpec = z.output<typeof evaluationSpec>;
export type AttackSpec = z.output<typeof attackSpec>;
export type ProbeSpec = z.output<typeof probeSpec>;
export type StudySpec = z.output<typeof studySpec>;
/** As it may be written: what has a default may be left out. */
export type StudySpecInput = z.input<typeof studySpec>;
export type StudyFile = z.output<typeof studyFile>;
export type ImagesSpec = z.output<typeof images>;
export type SelectionSpec = z.output<typeof selection>;
/** What every study says, whatever its kind. */
export type CommonSpec = Pick<StudySpec, keyof typeof common>;

function isLayout(text: string): boolean {
  try {
    parseLayout(text);
    return true;
  } catch {
    return false;
  }
}
