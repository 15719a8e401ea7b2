import type { Box, CarriedError, Evidence, LayerSpec, OptionSchema, TensorSpec, TextPart } from '@understory/core';
import type { Preprocessing, RgbImage } from '@understory/imaging';
import type { AttackRow, StudySpec, StudySpecInput, VisualisationRow } from '@understory/studies';

/** What every call of an engine takes beside its request. */
export interface Call {
  readonly signal?: AbortSignal | undefined;
  /** Told how far a long call is. */
  readonly onProgress?: ((progress: EngineProgress) => void) | undefined;
}

/** How far a call is. */
export interface EngineProgress {
  /** What is being done, for a person: `rise`, `opening the model`. */
  readonly what: string;
  readonly done: number;
  /** Undefined where the end is not known. */
  readonly total?: number | undefined;
}

/**
 * What the page talks to: the engine in a worker of the page, or one that a server runs. Requests and answers are plain data with
 * typed arrays in them, which a message or a response carries. Every method rejects with what `carriedError` carries: a coded error
 * where a user can act on it, and the signal's reason where it is aborted.
 */
export interface StudioEngine {
  /** Where the engine runs, and what it offers. */
  about(call?: Call): Promise<EngineAbout>;
  /** Keeps files under their paths until the engine is closed, a later one in the place of an earlier one, and says what they are. */
  addFiles(request: { readonly files: readonly GivenFile[] }, call?: Call): Promise<AddedFiles>;
  /** A picture of those that were added, served or bundled, decoded as it stands; throws as commands do where it is none. */
  readPicture(request: { readonly path: string }, call?: Call): Promise<RgbImage>;
  /** Opens a model and says what it was recognised as, and why; what keeps it from being recognised is in the answer, so that it can be corrected. */
  openModel(request: ModelRequest, call?: Call): Promise<ModelFacts>;
  /** What has computed with a model so far, which may be another device than it was opened on. */
  runsOn(request: ModelRequest, call?: Call): Promise<RunsOn>;
  /** Which explainers work on a model, tried out with a blank picture. */
  applicability(request: ModelRequest, call?: Call): Promise<readonly ExplainerFacts[]>;
  /** What a model says of a picture, as it is or changed. */
  predict(request: PictureRequest, call?: Call): Promise<Said>;
  /** The maps of a specification to explain, of its one picture; what fails is told beside what does not. */
  explain(request: { readonly spec: ExplanationInput }, call?: Call & MapListener): Promise<Explained>;
  /** The maps of one explainer at several layers, in one pass where it reads nothing else. */
  sweep(request: SweepRequest, call?: Call & MapListener): Promise<readonly ExplainedPicture[]>;
  /** A deletion or insertion curve of one map, with what the network saw at each of its points. */
  deletion(request: { readonly spec: EvaluationInput }, call?: Call): Promise<DeletionCurve>;
  /** An attack on one picture through one mask. */
  attack(request: AttackRequest, call?: Call): Promise<Attacked>;
  /** Pictures made from noise that channels of a layer, or targets, respond to. */
  visualise(request: { readonly spec: VisualisationInput }, call?: Call): Promise<Visualised>;
  /** Two texts, a caption and its swap or a question and its swap, on the picture and its mirror image. */
  cross(request: CrossRequest, call?: Call): Promise<Crossed>;
  /** The nodes around a tensor of a model. */
  graph(request: GraphRequest, call?: Call): Promise<GraphPart>;
  /** A whole study in memory: its rows, its summary and the files that it keeps. */
  study(request: { readonly spec: StudySpecInput }, call?: Call & RowListener): Promise<StudyOutcome>;
  /** A specification as it is run, with every default. Throws SPEC_INVALID. */
  parse(request: { readonly spec: unknown }, call?: Call): Promise<StudySpec>;
  /** Run folders and studies in the background; absent where no server runs the engine. */
  readonly runs?: RunFolders | undefined;
  /** Models that outlive the page; absent where the engine runs elsewhere. */
  readonly kept?: KeptFiles | undefined;
  /** Lets go of models, files and the worker. */
  close(): Promise<void>;
}

/** Told of each map as soon as it is made. */
export interface MapListener {
  readonly onMap?: ((map: ExplainedPicture) => void) | undefined;
}

/** Told of each row as soon as it is there. */
export interface RowListener {
  readonly onRow?: ((row: unknown) => void) | undefined;
}

/** Where an engine runs, and what it offers. */
export interface EngineAbout {
  readonly kind: 'page' | 'served';
  /** As records have it: `understory`, `runtime`. */
  readonly versions: Readonly<Record<string, string>>;
  /** Models that can be opened by name. */
  readonly models: readonly NamedModel[];
  /** Pictures that come with it, by the path that `readPicture` takes. */
  readonly samples: readonly string[];
  /** Paths of models and pictures that are served, in the folders that the server was started with. */
  readonly served: { readonly models: readonly string[]; readonly pictures: readonly string[] };
  readonly explainers: readonly Offered[];
  readonly metrics: readonly Offered[];
  readonly attacks: readonly Offered[];
  readonly masks: readonly Offered[];
  readonly probes: readonly Offered[];
  readonly visualisers: readonly Offered[];
  /** What models can be opened by, where a person wants something else than what is taken unasked. */
  readonly backends: readonly OfferedBackend[];
  /** Ids of subject kinds, such as `image-classification`. */
  readonly tasks: readonly string[];
}

export interface NamedModel {
  readonly name: string;
  /** One line for a person. */
  readonly title: string;
}

/** A backend, with the devices that can be named for it. */
export interface OfferedBackend {
  readonly id: string;
  readonly title: string;
  /** Empty where what is there is only known to the machine. */
  readonly devices: readonly string[];
}

/** A contribution of a plugin, with the settings that it takes. */
export interface Offered {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly options: OptionSchema;
  /** Named sets of settings. */
  readonly presets: readonly string[];
  /** Of an explainer: whether its maps do not depend on the network. */
  readonly isBaseline?: boolean;
  /** Of an explainer: whether it runs the model many times for a map. */
  readonly isSlow?: boolean;
}

/** A file that a user gave, with its path within the folder that was dropped. */
export interface GivenFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What of added files can be opened, by the path that names it. */
export interface AddedFiles {
  readonly pictures: readonly string[];
  /** Folders with a model in them, and model files that lie in none; what belongs to a model is not named. */
  readonly models: readonly string[];
  /** Files that are neither, with what was found. */
  readonly others: readonly { readonly path: string; readonly error: CarriedError }[];
  /** Why a model among them is not kept for the next time, where it should be. */
  readonly notKept?: CarriedError;
}

/** Models that were added once, and are kept by the digest of what is in them; `addFiles` keeps them. */
export interface KeptFiles {
  /** By name. */
  list(request: Record<string, never>, call?: Call): Promise<readonly KeptFacts[]>;
  /** Adds its files again, as `addFiles` does. */
  open(request: { readonly id: string }, call?: Call): Promise<AddedFiles>;
  forget(request: { readonly id: string }, call?: Call): Promise<void>;
}

/** A model that is kept. */
export interface KeptFacts {
  readonly id: string;
  /** The path that named it when it was added. */
  readonly name: string;
  /** Of all its files, in bytes. */
  readonly size: number;
}

/** What of a specification says which model is opened, and how it is read and fed. */
export type ModelRequest = Pick<
  Extract<StudySpecInput, { study: 'explain' }>,
  | 'model'
  | 'task'
  | 'input'
  | 'output'
  | 'logits'
  | 'feed'
  | 'to'
  | 'captions'
  | 'against'
  | 'question'
  | 'vocabulary'
  | 'labels'
  | 'preprocessing'
  | 'backend'
  | 'devices'
  | 'layout'
>;

/** A way in which a model can be read. */
export interface ReadingFacts {
  readonly task: string;
  readonly form: string | null;
  readonly evidence: Evidence;
  /** What was found, for a person. */
  readonly why: string;
  /** Which tensor plays which part. */
  readonly tensors: Readonly<Record<string, string>>;
}

/** A layer that can be explained. */
export interface LayerFacts extends LayerSpec {
  /** How its axes are read; null where that is not known. */
  readonly reading: string | null;
  /** `[height, width]` of a map of it, where that is known. */
  readonly size: readonly [height: number, width: number] | null;
  /** Whether gradients of what is explained reach it. */
  readonly hasGradient: boolean;
  /** Whether it is worth a stop of the slider: spatial, with gradients, and the last of those that look alike. */
  readonly isStop: boolean;
}

/** What a model runs on. */
export interface RunsOn {
  readonly executionProvider: string;
  /** What a user should know of how it runs. */
  readonly remarks: readonly string[];
}

/** What an opened model is. */
export interface ModelFacts {
  readonly name: string;
  /** The file that was opened. */
  readonly file: string;
  readonly backend: string;
  readonly executionProvider: string;
  readonly sha256: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** What it was recognised as; null where `problem` says why it was not. */
  readonly recognised: RecognisedFacts | null;
  readonly problem: CarriedError | null;
  /** Every way in which it can be read, the one that was taken among them. */
  readonly readings: readonly ReadingFacts[];
  /** In execution order; empty where it was not recognised. */
  readonly layers: readonly LayerFacts[];
  /** What a user should know of it. */
  readonly notes: readonly string[];
}

/** A model that was recognised. */
export interface RecognisedFacts extends ReadingFacts {
  /** The input that takes the picture. */
  readonly input: string;
  readonly layout: string;
  readonly channels: number | null;
  readonly size: { readonly height: number; readonly width: number } | null;
  readonly preprocessing: Preprocessing;
  /** Whether nothing said how pixels are scaled. */
  readonly assumed: boolean;
  readonly labels: readonly string[] | null;
  readonly classes: number | null;
  /** Every form of text that names a target. */
  readonly forms: readonly string[];
  /** The layer that `auto` means; null where the explainer chooses. */
  readonly layer: string | null;
  /** What it is asked besides the picture. */
  readonly asks: 'nothing' | 'captions' | 'question';
}

/** Whether an explainer works on a model. */
export type ExplainerFacts = { readonly id: string } & (
  | { readonly applies: true; readonly layer: string | null }
  | { readonly applies: false; readonly code: string; readonly reason: string }
);

/** How a picture that the network sees is changed. */
export type PictureChange =
  | { readonly kind: 'mirrored' }
  /** Cut into equal pieces: for each place, row by row, the piece that comes there. */
  | { readonly kind: 'pieces'; readonly rows: number; readonly columns: number; readonly from: readonly number[] }
  /** Replaced by pixels of the same size, `[height, width, 3]` in 8-bit RGB. */
  | { readonly kind: 'pixels'; readonly data: Uint8Array };

/** A model and a picture. */
export interface PictureRequest extends ModelRequest {
  readonly picture: string;
  readonly change?: PictureChange | undefined;
}

/** One of the things that a model says. */
export interface SaidOption {
  readonly target: string;
  readonly label: string | null;
  readonly score: number;
  readonly probability: number | null;
  /** In pixels of what the network sees. */
  readonly box: Box | null;
  /** Of the picture, in 0..1. */
  readonly share: number | null;
}

/** What a model says of a picture. */
export interface Said {
  readonly task: string;
  /** What the network sees, before normalisation. */
  readonly picture: RgbImage;
  readonly decision: string;
  readonly probability: number | null;
  /** The best first, at most `mostOptions`. */
  readonly options: readonly SaidOption[];
  /** What was asked, and the type of answer that was taken. */
  readonly question: string | null;
  readonly type: { readonly name: string; readonly probability: number } | null;
  /** Where each option lies, of a model that gives each pixel a class. */
  readonly regions: Regions | null;
}

/** The option that each cell of a picture belongs to. */
export interface Regions {
  readonly height: number;
  readonly width: number;
  /** Row by row, the place of the option among the options; `noRegion` where it is none of them. */
  readonly of: Uint8Array;
}

/** Stands for cells that no option has. */
export const noRegion = 255;

/** The most options that an answer carries. */
export const mostOptions = 100;

/** A specification to explain one picture, as the page makes it. */
export type ExplanationInput = Extract<StudySpecInput, { study: 'explain' }>;

/** One heat map. */
export interface ExplainedPicture {
  readonly explainer: string;
  /** What was explained, as a user names it. */
  readonly target: string;
  readonly label: string | null;
  readonly value: number;
  readonly probability: number | null;
  readonly box: Box | null;
  readonly layer: string | null;
  readonly reading: string | null;
  readonly height: number;
  readonly width: number;
  /** `[height, width]` at the resolution of the layer, as commands write it to `.npy`. */
  readonly data: Float32Array;
  readonly details: Readonly<Record<string, number>>;
  /** How long it took, in milliseconds. */
  readonly time: number;
}

export interface SweepRequest {
  /** Of its explainers the first, and of its targets the first, are explained; its layer is not read. */
  readonly spec: ExplanationInput;
  /** Tensor names. */
  readonly layers: readonly string[];
}

/** What explaining a picture came to. */
export interface Explained {
  readonly said: Said;
  readonly maps: readonly ExplainedPicture[];
  readonly failures: readonly { readonly explainer: string; readonly error: CarriedError }[];
  /** Which words of a text count, by target. */
  readonly words: readonly { readonly target: string; readonly text: string; readonly words: readonly TextPart[] }[];
  readonly notes: readonly string[];
}

/** A specification to measure one map of one picture by one metric, deletion or insertion. */
export type EvaluationInput = Extract<StudySpecInput, { study: 'evaluate' }>;

export interface DeletionCurve {
  readonly metric: string;
  readonly better: 'higher' | 'lower' | 'neither';
  /** The area under the curve; null where `reason` says why there is none. */
  readonly value: number | null;
  readonly reason: string | null;
  /** Fractions of the pixels that are changed, and the score there. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** What the score is, for a person. */
  readonly score: string;
  /** What the network was shown at each of `x`. */
  readonly pictures: readonly RgbImage[];
}

/** A specification to attack one picture through one mask; `painted` is the id of the mask that a request brings. */
export type AttackInput = Extract<StudySpecInput, { study: 'attack' }>;

export interface AttackRequest {
  readonly spec: AttackInput;
  /** What the mask `painted` is: weights in 0..1 of each pixel of what the network sees, row by row. */
  readonly painted?: { readonly height: number; readonly width: number; readonly weights: Float32Array } | undefined;
}

export interface Attacked {
  /** As a run folder keeps it. */
  readonly row: AttackRow;
  readonly before: Said;
  /** Of the adversarial picture in 8 bits, as it is saved; null where none was made, and `row.reason` says why. */
  readonly after: Said | null;
  /** The adversarial picture as a PNG file. */
  readonly png: Uint8Array | null;
  /** The mask as it was used, row by row; null where none was drawn. */
  readonly mask: Float32Array | null;
}

/** A specification to make pictures, whose one picture is the photograph that they are measured against. */
export type VisualisationInput = Extract<StudySpecInput, { study: 'visualise' }>;

export interface VisualisedPicture {
  /** As a run folder keeps it. */
  readonly row: VisualisationRow;
  readonly picture: RgbImage;
  /** The same as a PNG file. */
  readonly png: Uint8Array;
}

export interface Visualised {
  /** In the order in which they were asked for. */
  readonly pictures: readonly VisualisedPicture[];
  readonly notes: readonly string[];
}

export interface CrossRequest extends ModelRequest {
  readonly picture: string;
  /** A caption or question, and the same with two words swapped or one changed. */
  readonly texts: readonly [string, string];
}

/** A two-by-two table: `cells[text][picture]`, the picture as it is first and mirrored second. */
export interface Crossed {
  readonly of: 'score' | 'answer';
  readonly cells: readonly (readonly {
    /** The score of the caption, or of the answer. */
    readonly score: number;
    readonly probability: number | null;
    /** The answer to the question; null of a caption. */
    readonly decision: string | null;
  }[])[];
  readonly pictures: readonly [RgbImage, RgbImage];
}

export interface GraphRequest extends ModelRequest {
  /** A tensor name; the layer that `auto` means where absent. */
  readonly around?: string | undefined;
  /** How many steps up and down. */
  readonly steps: number;
}

export interface GraphNodeFacts {
  /** Stands for the node in edges. */
  readonly id: number;
  readonly operator: string;
  readonly name: string;
  /** The tensor that it computes, and what is known of its shape. */
  readonly output: string;
  readonly type: string | null;
  readonly dims: readonly (number | string | null)[] | null;
  readonly modules: readonly string[];
  readonly isLayer: boolean;
  /** `none`: no gradient passes by its nature; `missing`: there is no rule for it. */
  readonly gradient: 'yes' | 'none' | 'missing';
  /** How far it is from the middle: negative above it. */
  readonly depth: number;
}

/** A part of a network's graph. */
export interface GraphPart {
  /** The node in the middle. */
  readonly middle: number | null;
  readonly nodes: readonly GraphNodeFacts[];
  readonly edges: readonly { readonly from: number; readonly to: number; readonly tensor: string }[];
  /** How many nodes the whole graph has. */
  readonly size: number;
}

export interface StudyOutcome {
  readonly spec: StudySpec;
  readonly rows: readonly unknown[];
  readonly summary: unknown;
  readonly failed: readonly { readonly item: string; readonly error: CarriedError }[];
  /** What the study keeps, by name; `explanation.html` where a page was asked for. */
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  readonly notes: readonly string[];
}

/** Run folders of a server. */
export interface RunFolders {
  list(request: Record<string, never>, call?: Call): Promise<readonly RunEntry[]>;
  /** Tables, summary and pictures of a run, as far as it is; of each table the rows that are asked for, `mostRows` from the first by default. */
  read(
    request: { readonly run: string; readonly rows?: { readonly from: number; readonly count: number } },
    call?: Call,
  ): Promise<RunContents>;
  /** A file of a run. */
  file(request: { readonly run: string; readonly name: string }, call?: Call): Promise<Uint8Array>;
  /** Starts a study into a new run folder, and gives its name. */
  start(request: { readonly spec: StudySpecInput; readonly name?: string }, call?: Call): Promise<RunEntry>;
  /** Tells of a run as it goes on, and is done when that ends. */
  watch(request: { readonly run: string }, call?: Call): Promise<RunEntry>;
  cancel(request: { readonly run: string }, call?: Call): Promise<RunEntry>;
  /** Goes on with a run that was cancelled or interrupted. */
  resume(request: { readonly run: string }, call?: Call): Promise<RunEntry>;
}

/** The most rows of a table that are read at a time. */
export const mostRows = 5000;

export interface RunEntry {
  /** Its folder, relative to the folder that the server was started with. */
  readonly run: string;
  readonly study: StudySpec['study'] | null;
  readonly model: string | null;
  readonly dataset: string | null;
  readonly state: 'running' | 'finished' | 'interrupted' | 'failed';
  readonly done: number;
  readonly total: number | null;
  /** When it began, as ISO 8601; null where the folder does not say. */
  readonly began: string | null;
  readonly error: CarriedError | null;
}

export interface RunContents extends RunEntry {
  readonly spec: StudySpec | null;
  readonly summary: unknown;
  /** Numbers and texts by column; `item` is the picture where a row is of one. */
  readonly tables: readonly {
    readonly name: string;
    readonly columns: readonly string[];
    readonly rows: readonly (readonly (string | number | boolean | null)[])[];
    /** How many rows it has altogether. */
    readonly size: number;
  }[];
  /** Names of picture files, with the item that each is of where that is known. */
  readonly pictures: readonly { readonly name: string; readonly item: string | null }[];
  /** Whether `report.html` is there. */
  readonly hasReport: boolean;
}
