import type { ClassScores, Prediction } from '../class-scores.ts';
import type { ImageLayout } from '../image-input.ts';
import type { Tensor, Tensors } from '../tensor/tensor.ts';
import type { TensorSpec } from '../tensor/tensor-spec.ts';
import type { Box } from './metric.ts';
import type { Feeds, Model } from './model.ts';
import type { Index, ObjectiveForm } from './objective.ts';

/** A number that a model gives for one sample, as data: what a target means. */
export type Reading =
  /** One element of an output or layer; the batch is left out of `index`. */
  | { readonly kind: 'element'; readonly output: string; readonly index: Index }
  /** All elements of an output or layer, each by a weight; `weights` has its dimensions without the batch. */
  | { readonly kind: 'weights'; readonly output: string; readonly weights: Tensor<'float32'> }
  /** `scale` times the cosine of the angle between an output `[N, D]` and a vector `[D]`. */
  | { readonly kind: 'similarity'; readonly output: string; readonly to: Float32Array; readonly scale: number }
  | { readonly kind: 'sum'; readonly terms: readonly { readonly weight: number; readonly of: Reading }[] };

/** What is explained or attacked in one sample. */
export interface Target {
  /** As a user would name it, in one form: `281`, `box:3`, `region:cat`, `output0[4,2063]`, `-age`. */
  readonly words: string;
  /** For a person: `tabby, tabby cat`; null where the words say all there is to say. */
  readonly label: string | null;
  readonly reading: Reading;
  /** The class, where the subject's decision is one class of a list and the target is the score of that class. */
  readonly classIndex?: number;
  /** In pixels of the picture that the model is fed, where the target is of a part of it. */
  readonly box?: Box;
  /** Where the target is, if it is of an area of any form. */
  readonly area?: Area;
}

/** Cells of a grid over the picture that a model is fed. */
export interface Area {
  /** In cells, as is the width. */
  readonly height: number;
  readonly width: number;
  /** `[height, width]`, 1 where the area is. */
  readonly inside: Uint8Array;
}

/** One of the things that a model says of a picture, such as a class, a box, a region or a character. */
export interface AnswerOption {
  /** What names it as a target. */
  readonly target: string;
  readonly label: string | null;
  /** The number that is explained. */
  readonly score: number;
  /** In 0..1, where the model gives one. */
  readonly probability?: number;
  /** In pixels of the picture that the model is fed. */
  readonly box?: Box;
  /** Of the picture, in 0..1. */
  readonly share?: number;
}

/** What a model says of one sample. */
export interface Answer {
  /** From best to worst; those that the subject's threshold leaves out are not in it. */
  readonly options: readonly AnswerOption[];
  /** In one line for a person: a label, `2 dogs, 1 person`, `age 31.4`; empty where there is nothing to decide. */
  readonly decision: string;
  /** Of the decision, in 0..1; undefined where the model gives none. */
  readonly probability: number | undefined;
  /** Of a subject whose decision is one class of a list. */
  readonly classes?: Prediction;
}

/** Where a model takes its picture. */
export interface PictureInput {
  /** The name of the input. */
  readonly name: string;
  /** `uint8` where it takes 8-bit samples as they are. */
  readonly type: TensorSpec['type'];
  readonly layout: ImageLayout;
  /** Undefined where the model leaves it open, as with `size`. */
  readonly channels: number | undefined;
  /** In pixels. */
  readonly size: { readonly height: number; readonly width: number } | undefined;
}

/** A word of a text, and how much it counts for a number. */
export interface TextPart {
  readonly text: string;
  /** Where it lies in the text, in UTF-16 units, up to `end`. */
  readonly start: number;
  readonly end: number;
  /** The gradient of the number at the embeddings of its tokens, times those embeddings; null where gradients do not reach them. */
  readonly gradient: number | null;
  /** How much of the number is lost where the word is left out. */
  readonly occlusion: number;
}

/** A model together with what its inputs and outputs mean. */
export interface Subject<Said extends Answer = Answer> {
  /** The name of the task at Hugging Face, such as `image-classification`, or `regression` or `raw`. */
  readonly task: string;
  readonly model: Model;
  readonly picture: PictureInput;
  /** One a class, where the task has classes. */
  readonly labels?: readonly string[] | undefined;
  /** Targets that are known before any picture is seen, as a user writes them: a comma in one of them separates nothing. */
  readonly names?: readonly string[];
  /** What a user should know of how it reads what it was given, such as a text that was cut. */
  readonly notes?: readonly string[];
  /** The outputs and layers that `answersOf` is given. */
  readonly reads: readonly string[];
  /** The layer whose map is read where nobody names one; the explainer's own choice where absent. */
  readonly layer?: string | undefined;
  /** The form of the numbers of its own targets, where all have one: answers and maps can then come from one session. */
  readonly form?: ObjectiveForm | undefined;
  /** Where the scores of the classes lie, of a subject whose decision is one class of a list. */
  readonly classes?: ClassScores;
  /**
   * What the model is fed for prepared pictures, side inputs included: `[N, C, H, W]` or as the layout of `picture` is. `masks` has one a
   * picture, `[H, W]`: 1 where the picture is, 0 where it was padded; without it nothing was.
   */
  feeds(pixels: Tensor<'float32'>, masks?: readonly Uint8Array[]): Feeds;
  /** What the model says of each sample, given the tensors of `reads`. */
  answersOf(outputs: Tensors): readonly Said[];
  /**
   * What one piece of a user's text names in a sample; several for `top3` or `boxes`, and none for a text of another kind, which may be
   * an output of the model. Throws what says why, such as UNKNOWN_CLASS, where the kind is known and nothing has that name.
   */
  targets(words: string, answer: Said): readonly Target[] | undefined;
  /** What `targets` leaves out of what a text names, for a person: `the best 20 of 300 boxes`; undefined where it is nothing. */
  leavesOut?(words: string, answer: Said): string | undefined;
  /** Every form of text that `targets` takes, for a person: `top1`, `box:3`, `box:LABEL`. */
  readonly forms: readonly string[];
  /**
   * Probabilities of targets of one form, one a sample, in 0..1, given the tensors that they read; absent, or undefined, where the
   * model gives none.
   */
  probabilities?(targets: readonly Target[], outputs: Tensors): Float64Array | undefined;
  /** Which words of the text behind a target count, of a subject that reads text; undefined where no text is behind it. */
  words?(target: Target, answer: Said): Promise<readonly TextPart[] | undefined>;
  /** Whether two answers are the same decision. */
  agrees(one: Said, other: Said): boolean;
  /**
   * What `agrees` takes to be kept, in the plural, where answers decide nothing and can be compared all the same: `embeddings (a cosine
   * of at least 0.9)`.
   */
  readonly agreement?: string;
  /** How much a sample stays like this one, where its answer names no number that could be watched. */
  itself?(answer: Said): Target | undefined;
  /** Whether an answer says what a target names: the class, such a box, that region; undefined where the task decides nothing. */
  says(answer: Said, target: Target): boolean | undefined;
}

/** What lies beside a model and says what it is. */
export interface ModelFolder {
  /** `config.json` as it was read. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** What the model file says of itself by name, such as the `names` and `task` of Ultralytics. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What lies beside a model of pictures and text for its text. */
export interface TextFacts {
  /** The text tower, where it is a model of its own; the text goes into the model itself where absent. */
  readonly model?: Model;
  /** `tokenizer.json` as it was read. */
  readonly tokenizer?: Readonly<Record<string, unknown>>;
  /** `tokenizer_config.json`, or the `text_cfg` of an open_clip configuration, as it was read. */
  readonly tokenizerConfig?: Readonly<Record<string, unknown>>;
  /** Words and answers that a network numbers, as JSON: those that the user named, then those that lie beside the model. */
  readonly vocabularies?: readonly VocabularyFile[];
}

/** A file of words or answers. */
export interface VocabularyFile {
  /** Without its folder. */
  readonly name: string;
  readonly json: unknown;
  /** Whether the user named it; otherwise it only lies beside the model. */
  readonly isAsked: boolean;
}

/** What is known of a model before it is read as anything. */
export interface ModelFacts {
  readonly model: Model;
  readonly folder: ModelFolder;
  readonly labels?: readonly string[] | undefined;
  /** The input that takes the picture, where the user said it. */
  readonly input?: string | undefined;
  /** The outputs or layers that hold the answer, where the user said it. */
  readonly outputs?: readonly string[] | undefined;
  /** Of a model of pictures and text. */
  readonly text?: TextFacts | undefined;
}

/**
 * What speaks for a reading, from strong to weak; what the user says goes before all of them. `partner`: what only this task has a use for, such
 * as a second model or an input for text. `task`: nothing but that the user asked for the task, so that the reading counts only then.
 */
export const evidence = ['partner', 'folder', 'graph', 'shape', 'task'] as const;
export type Evidence = (typeof evidence)[number];

/** How pictures are prepared. */
export interface SubjectPictures {
  /** A side of a square in pixels; that of the model's input where absent. */
  readonly size?: number;
  /** The middle of the picture, all of it with other proportions, or all of it as it is: `size` is its shorter side then. */
  readonly fit: 'crop' | 'stretch' | 'whole';
  /** The most that the longer side may get where the whole picture is taken. */
  readonly longest?: number;
  readonly filter: 'bilinear' | 'bicubic';
  /** One value a channel, of pixels in 0..1. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** A way in which a model can be read as a task. */
export interface SubjectReading {
  readonly evidence: Evidence;
  /** What was found, for a person: `a softmax closes "probs"`. */
  readonly why: string;
  /** Which tensor plays which part, such as `boxes` and `scores`; all that `output` names where a user chooses this reading. */
  readonly tensors: Readonly<Record<string, string>>;
  /** What is left to say of how they are laid out, such as `yolov8`. */
  readonly form?: string;
  /** Inputs beside the picture that the subject gives values by itself, such as those of text. */
  readonly fills?: readonly string[];
  /** How pictures are prepared for such a model where nothing beside it says so. */
  readonly pictures?: SubjectPictures;
}

/** What a subject is opened with besides the model. */
export interface SubjectSettings {
  /** Values of inputs other than the picture, one sample each. */
  readonly sides?: (samples: number, picture: { readonly height: number; readonly width: number }) => Feeds;
  /** Embeds or reads pictures beside the one that is explained, such as the other one of a pair: `[1, C, H, W]` as the model is fed. */
  readonly others?: Readonly<Record<string, Tensor<'float32'>>>;
  /** What a picture is compared with, of a model of pictures and text. */
  readonly captions?: readonly string[];
  /** What each caption is contrasted with: one for all of them, or one each. */
  readonly against?: readonly string[];
  /** What a model of pictures and questions is asked, or the text whose phrases it is to box. */
  readonly question?: string;
}

/** Settings of a run that belong together. */
export interface SubjectPreset {
  /** The layers that it explains, best first: the first that the model has. */
  readonly layers: readonly string[];
  readonly pictures: SubjectPictures;
}

/** A kind of subject that a plugin provides: it says whether it can read a model, and reads it. */
export interface SubjectKind {
  /** Settings that belong together, by name, such as `paper`. */
  readonly presets?: Readonly<Record<string, SubjectPreset>>;
  /** Every way in which the model can be read as this task; none where it cannot. */
  readings(facts: ModelFacts): readonly SubjectReading[];
  /** Why a model that looks like one of this task cannot be read, where it has no reading; undefined where it does not look like one. */
  refuses?(facts: ModelFacts): string | undefined;
  /** The model read in that way; throws LABEL_COUNT and NOT_AN_IMAGE_CLASSIFIER, and what is wrong with the settings. */
  open(facts: ModelFacts, reading: SubjectReading, settings: SubjectSettings): Promise<Subject>;
}
