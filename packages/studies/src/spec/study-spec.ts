import { parseLayout, type Layout } from '@understory/core';
import { filterNames } from '@understory/imaging';
import { z } from 'zod';
import { channelsPattern } from '../visualisation/read-channels.ts';
import { claim, material, omission, reportedNumber, role } from './claim-spec.ts';

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
  from: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1).readonly()])
    .describe('A data set such as `cifar10:DIR`, or paths of images, patterns and folders of images.'),
  split: z.string().optional().describe('The split of the data set; `test` where absent.'),
  limit: positive.optional().describe('The most images.'),
  offset: natural.optional().describe('How many images are passed over first.'),
  ids: z.array(z.string()).readonly().optional().describe('Only these images.'),
  onlyCorrect: z.boolean().optional().describe('Only images that the model classifies correctly.'),
});

const preprocessing = z.strictObject({
  mean: z
    .array(z.number())
    .min(1)
    .readonly()
    .optional()
    .describe('Taken from each channel of pixels in the input range.'),
  std: z.array(z.number().positive()).min(1).readonly().optional().describe('What each channel is divided by.'),
  size: size.optional().describe('The size of the input.'),
  resize: z
    .union([z.literal('none'), size])
    .optional()
    .describe('The size of the shorter side, or of both, before the crop.'),
  crop: z
    .union([z.literal('none'), size])
    .optional()
    .describe('The size of the middle that is cut out.'),
  filter: z.enum(filterNames).optional().describe('How pixels are interpolated.'),
  fit: z
    .enum(['crop', 'stretch', 'contain', 'letterbox'])
    .optional()
    .describe(
      'How the size is reached: the middle cut out, both sides stretched, the whole picture inside, the same with grey around it.',
    ),
  longest: positive.optional().describe('The most that the longer side may get where the shorter one is resized.'),
  multiple: z
    .strictObject({ of: positive, rounding: z.enum(['down', 'up', 'nearest']) })
    .optional()
    .describe('What both sides are made a multiple of.'),
  pad: z
    .union([z.literal('none'), size, z.strictObject({ multipleOf: positive })])
    .optional()
    .describe('What is added around the picture.'),
  padPosition: z.enum(['center', 'topLeft']).optional().describe('Where the picture stands in what is added.'),
  padFill: z
    .union([z.int().min(0).max(255), z.literal('zero')])
    .optional()
    .describe('A level before normalisation, or 0 after it.'),
  inputRange: z.enum(['0..1', '0..255']).optional().describe('The range of pixels before normalisation.'),
  channelOrder: z.enum(['RGB', 'BGR']).optional().describe('The order of channels.'),
});

/** What every study says: the model, how it is fed, what runs it, and the seed. */
const common = {
  version: z.literal(specVersion).describe('The version of the format.'),
  model: z.string().min(1).describe('A name, a folder or a file.'),
  task: z
    .string()
    .min(1)
    .optional()
    .describe('What the model does, such as `object-detection`, where it cannot be told from the model.'),
  input: z.string().optional().describe('The input that takes the picture, where it cannot be told.'),
  output: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1).readonly()])
    .optional()
    .describe('The outputs or layers that hold the answer, where they cannot be told.'),
  logits: z
    .string()
    .optional()
    .describe('The output or layer that holds the logits of a classifier: `output` and the task in one.'),
  feed: z
    .record(z.string(), z.string())
    .optional()
    .describe(
      'Values of inputs other than the picture: numbers with commas, `height` and `width` of the picture, or a .npy or .json file.',
    ),
  to: z.string().min(1).optional().describe('Another picture, for the similarity of two.'),
  captions: z
    .array(z.string())
    .min(1)
    .readonly()
    .optional()
    .describe(
      'What a picture is compared with, of a model of pictures and text; which of it is explained is the target.',
    ),
  against: z
    .array(z.string())
    .min(1)
    .readonly()
    .optional()
    .describe('What the captions are contrasted with: one for all of them, or one each.'),
  question: z
    .string()
    .optional()
    .describe('What a model of pictures and questions is asked, or the text whose phrases it is to box.'),
  vocabulary: z
    .array(z.string().min(1))
    .min(1)
    .readonly()
    .optional()
    .describe('Files of words and answers that the model numbers, in the place of those that lie beside it.'),
  labels: z.string().optional().describe("A file of labels in the place of the model's own."),
  preprocessing: preprocessing.optional().describe('What differs from the preprocessing of the model.'),
  plugins: z
    .array(z.string().min(1))
    .readonly()
    .optional()
    .describe('Plugins besides those of the configuration, as packages or paths.'),
  backend: z.string().optional().describe('The id of the backend for everything.'),
  backends: z.record(z.string(), z.string()).optional().describe('The id of the backend by plugin.'),
  devices: z
    .array(z.string().min(1))
    .min(1)
    .readonly()
    .optional()
    .describe('In order of preference, for every backend.'),
  devicesOf: z
    .record(z.string(), z.array(z.string().min(1)).min(1).readonly())
    .optional()
    .describe('In order of preference, by backend.'),
  threads: positive.optional().describe('Threads within one operator.'),
  images: images.describe('Which images.'),
  layer: z.string().min(1).default('auto').describe('A tensor name, a module path, or `auto`.'),
  layout: layout
    .optional()
    .describe(
      'What the axes of that layer are, where the graph does not tell: `nchw`, `nhwc`, `tokens:HxW`, with `+n` for n tokens in front.',
    ),
  seed: natural.default(0).describe('Of everything that is drawn.'),
  notes: z
    .array(z.string().min(1))
    .readonly()
    .optional()
    .describe(
      'What a reader of the results should know beforehand, such as what stands in for a network that is not at hand.',
    ),
};

const explanationSpec = z.strictObject({
  study: z.literal('explain'),
  ...common,
  explainers: selections.default(['gradcam']).describe('Explainers with their settings.'),
  target: z
    .string()
    .min(1)
    .default('top1')
    .describe(
      '`top1`, `top3`, class indices and labels, with commas between them; where there are captions, all of them and their contrasts by default.',
    ),
  answer: z
    .string()
    .min(1)
    .optional()
    .describe(
      "The answer to the question that is explained, in the place of the model's own: `attr:red`, or `red` where one head knows it.",
    ),
  preset: z
    .string()
    .optional()
    .describe("Settings of the model's task that belong together, such as `paper` of image-text models."),
  overlay: z.boolean().default(true).describe('Pictures of maps over what the network saw.'),
  npy: z.boolean().default(false).describe('The raw maps as .npy.'),
  sheet: z.boolean().default(false).describe('All maps side by side on `sheet.png`.'),
  html: z.boolean().default(false).describe('The page `explanation.html`.'),
  colourMap: z.string().optional().describe('Colours of heat maps.'),
  opacity: z.number().min(0).max(1).default(0.5).describe('Opacity of the colours over the image.'),
  batch: positive.default(8).describe('How many run at a time, which changes no result.'),
});

const evaluationSpec = z.strictObject({
  study: z.literal('evaluate'),
  ...common,
  explainers: selections.default(['gradcam']).describe('Explainers with their settings.'),
  metrics: selections.default(['deletion']).describe('What is measured of each map.'),
  preset: z.string().optional().describe('Settings of metrics that belong together, such as `paper`.'),
  randomOrder: z
    .boolean()
    .optional()
    .describe(
      'Whether the baseline of metrics, pixels in a random order, is measured too; without a word, with the presets that it belongs to.',
    ),
  target: z
    .string()
    .min(1)
    .default('predicted')
    .describe('The class explained: `predicted`, `label`, or a class by its index or name.'),
  examples: natural.default(4).describe('How many maps are kept for the report, of each of right and wrong.'),
  batch: positive.default(32).describe('How many run at a time, which changes no result.'),
});

const attackSpec = z.strictObject({
  study: z.literal('attack'),
  ...common,
  attack: selection.describe('The attack, with its settings.'),
  masks: selections.default(['all']).describe('The masks that the attack is restricted to, one after the other.'),
  preset: z.string().optional().describe('A named set of settings, such as `paper`.'),
  sweepFractions: z
    .array(z.string())
    .min(1)
    .readonly()
    .optional()
    .describe('Each mask with each of these fractions of the pixels.'),
  sweepEpsilons: z.array(z.string()).min(1).readonly().optional().describe('The attack with each of these epsilons.'),
  control: z
    .string()
    .nullable()
    .optional()
    .describe(
      'The mask of equal area that others are compared with; null for none, absent for the usual one of data sets.',
    ),
  explainer: selection.default('gradcam').describe('Whose heat maps masks are drawn from.'),
  targetClass: z
    .string()
    .min(1)
    .nullable()
    .describe(
      'The target class by its index or name; null where the attack leaves what the network says, or has a target in words.',
    ),
  target: z
    .string()
    .min(1)
    .optional()
    .describe(
      "What is raised, in the words of the model's task, such as `box:dog` or `region:cat`; what has a minus in front is lowered.",
    ),
  threshold: z
    .number()
    .optional()
    .describe(
      'What the number of the target has to exceed, or to fall below, where the model decides nothing: a regression, a similarity.',
    ),
  targetImage: z
    .string()
    .optional()
    .describe('An image of the target class, or a folder of class samples that has one.'),
  transfer: z.string().optional().describe('Another network that adversarial images are shown to.'),
  save: z.enum(['none', 'examples', 'all']).optional().describe('Adversarial images to keep.'),
  examples: natural.default(4).describe('How many images are kept with all pictures and maps.'),
  batch: positive.default(8).describe('How many run at a time, which changes no result.'),
});

const probeSpec = z.strictObject({
  study: z.literal('probe'),
  ...common,
  probe: selection.describe('The probe, with its settings.'),
  preset: z.string().optional().describe('A named set of settings, such as `paper`.'),
  target: z
    .string()
    .min(1)
    .optional()
    .describe('The number to watch; that of what the network says of the unchanged image where absent.'),
  explainer: selection
    .nullable()
    .default('gradcam')
    .describe('Whose heat maps are compared before and after; null leaves them out.'),
  batch: positive.default(32).describe('How many run at a time, which changes no result.'),
});

/** What one network is examined with on one picture: maps and their faithfulness, a disturbance, attacks through masks. */
const examined = {
  explainers: selections
    .default(['gradcam'])
    .describe('Explainers; attacks draw their masks from the maps of the first.'),
  metrics: z
    .array(selection)
    .readonly()
    .default(['deletion'])
    .describe('Metrics of faithfulness; an empty list leaves faithfulness out.'),
  probe: selection
    .nullable()
    .optional()
    .describe(
      "The probe that disturbs pictures; null leaves it out. Absent: that of the model's task where images bring what it asks, captions or questions, else `shuffle`.",
    ),
  attack: selection
    .nullable()
    .default('pgd:stop=misclassification,steps=10,lastLook=true')
    .describe('The attack; null leaves it out.'),
  masks: selections.default(['origin-top', 'origin-bottom', 'random']).describe('Which pixels attacks may change.'),
  epsilons: z
    .array(z.union([z.string().min(1), z.number()]))
    .min(1)
    .readonly()
    .default(['0.5/255', '1/255', '2/255', '4/255', '8/255'])
    .describe('Budgets of the attack, tried from the smallest to the first that succeeds.'),
  target: z
    .string()
    .min(1)
    .default('predicted')
    .describe('What is explained: `predicted`, `label`, or a target as other studies have it.'),
  examples: natural.default(4).describe('How many images of each kind are kept with their pictures.'),
  batch: positive.default(32).describe('How many pictures run together; changes no result.'),
};

/** The second network of a comparison: what it has otherwise than the first. */
const otherModel = z.strictObject({
  model: common.model,
  task: common.task,
  input: common.input,
  output: common.output,
  logits: common.logits,
  labels: common.labels,
  preprocessing: common.preprocessing,
  backend: common.backend,
  layer: z.string().min(1).optional().describe('The layer that explainers read, where it is another.'),
  layout: common.layout,
});

const share = z.number().min(0).max(1);

const comparisonSpec = z.strictObject({
  study: z.literal('compare').describe('Two networks on the same images, number by number.'),
  ...common,
  other: z
    .union([common.model, otherModel])
    .describe('The network that `model` is compared with; an object where it is fed otherwise.'),
  ...examined,
  tolerances: z
    .strictObject({
      maxDrop: share
        .optional()
        .describe('Of accuracy; of the probability of what the first network says where no image has a label.'),
      maxBlindness: share
        .optional()
        .describe(
          'By which the fraction of decisions that survive the probe, or its score of spatial blindness, may rise.',
        ),
      maxFooling: share.optional().describe('By which the fraction of budgets at which attacks succeed may rise.'),
      minAgreement: share.optional().describe('The least fraction of images with the same decision.'),
      minCorrelation: z
        .number()
        .min(-1)
        .max(1)
        .optional()
        .describe('The least rank correlation of the heat maps of the two.'),
    })
    .default({})
    .describe('Declared limits; the command ends with exit code 1 where one is exceeded.'),
});

const diagnosisSpec = z.strictObject({
  study: z.literal('diagnose').describe('All that can be asked of a network about one picture, or about many.'),
  ...common,
  ...examined,
  explainers: selections
    .default(['gradcam', 'layercam', 'saliency', 'random', 'centre', 'sobel'])
    .describe('Explainers; attacks draw their masks from the maps of the first.'),
  metrics: z
    .array(selection)
    .readonly()
    .default(['deletion:score=probability,steps=32', 'insertion:steps=32', 'sanity:stages=3'])
    .describe('Metrics of faithfulness; an empty list leaves faithfulness out.'),
  epsilons: examined.epsilons.default(['0.125/255', '0.25/255', '0.5/255', '1/255', '2/255', '4/255', '8/255']),
});

const visualisationSpec = z.strictObject({
  study: z.literal('visualise').describe('Pictures that channels or classes of a network respond to.'),
  ...common,
  images: images.describe('Photographs that the pictures are measured against.'),
  visualiser: selection.default('ascent').describe('What makes the pictures, with its settings.'),
  layers: z.array(z.string().min(1)).min(1).readonly().optional().describe('Several layers, in the place of `layer`.'),
  channels: z
    .string()
    .regex(channelsPattern, 'expected channels such as 3, 0..15 or 0,4,8..11')
    .default('0..7')
    .describe('Channels of each layer: numbers from 0 and ranges, with commas between them.'),
  at: z
    .enum(['mean', 'centre'])
    .default('mean')
    .describe('What of a channel is raised: its mean over all positions, or the position in the middle.'),
  target: z.string().min(1).optional().describe('Classes or other targets; without layers beside it, they alone.'),
});

export const studySpec = z.discriminatedUnion('study', [
  explanationSpec,
  evaluationSpec,
  attackSpec,
  probeSpec,
  comparisonSpec,
  diagnosisSpec,
  visualisationSpec,
]);

/** What lies beside the folders of studies in the folder of a list. */
export const listFiles = { studies: 'studies.json', failures: 'failures.json', report: 'report.html' } as const;
/** No study has one of these names, nor that of a run's own record or of the figures of the page. */
export const listFileNames: readonly string[] = [...Object.values(listFiles), 'run.json', 'figures'];

const patch = z
  .record(z.string(), z.unknown())
  .describe('Changes of the spec: an object changes those of its fields that it names, null removes a field.');

const listedStudy = z.strictObject({
  name: z
    .string()
    .regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u)
    .describe('The name of its folder.'),
  title: z.string().min(1).optional().describe('What the report calls it.'),
  place: z.string().min(1).optional().describe('Where a publication has the same: `section 5.2, Figure 3`.'),
  original: z.string().min(1).optional().describe("What the publication shows there, in words of one's own."),
  spec: studySpec,
  quick: patch.optional().describe('What changes where the list is run with fewer images.'),
  standIns: z.record(z.string(), patch).optional().describe('What changes where a role has its stand-in, by role.'),
  onlyWithStandInOf: z
    .string()
    .min(1)
    .optional()
    .describe('The role whose stand-in it belongs to: the study is left out where something else is given for it.'),
});

/** A list of studies with one report. */
export const studyFile = z.strictObject({
  version: z.literal(specVersion),
  title: z.string().optional().describe('The title of the report.'),
  publication: z.string().min(1).optional().describe('The publication whose claims and numbers these are.'),
  roles: z
    .record(z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}_-]*$/u), role)
    .optional()
    .describe('Models and data that are given when the list is run: `$resnet50` in a spec is the role `resnet50`.'),
  materials: z.array(material).optional().describe('What the roles were when the list was run.'),
  studies: z.array(listedStudy).min(1),
  claims: z.array(claim).optional().describe('What the publication concludes.'),
  numbers: z.array(reportedNumber).optional().describe('What the publication measured.'),
  notRepeated: z.array(omission).optional().describe('What the publication shows and no study here repeats.'),
});

export type ExplanationSpec = z.output<typeof explanationSpec>;
export type EvaluationSpec = z.output<typeof evaluationSpec>;
export type AttackSpec = z.output<typeof attackSpec>;
export type ProbeSpec = z.output<typeof probeSpec>;
export type ComparisonSpec = z.output<typeof comparisonSpec>;
export type DiagnosisSpec = z.output<typeof diagnosisSpec>;
export type VisualisationSpec = z.output<typeof visualisationSpec>;
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
