import type { DatasetItem, Host, ModelSource, VocabularyFile, WorkElsewhere } from '@understory/core';
import type { Annotations, ContactSheet, ImageCodec, Preprocessing, RgbImage } from '@understory/imaging';
import type { ImagesSpec, StudySpec } from './spec/study-spec.ts';

/** What a study needs of the machine it runs on: one is made for Node, one for the web, and tests make their own. */
export interface Environment {
  /** The program and what runs it, for records: `understory`, `runtime`. */
  readonly versions: Readonly<Record<string, string>>;
  /** A started host with the plugins that are installed or configured, and with those asked for. */
  loadPlugins(request: PluginRequest): Promise<LoadedPlugins>;
  /** The model that a name, a folder or a file means. */
  findModel(name: string): Promise<FoundModel>;
  /** Labels out of a file, one a class. */
  readLabels(path: string): Promise<readonly string[]>;
  /** Words or answers that a network numbers, out of a `.json` file or a list with one a line. */
  readVocabulary(path: string): Promise<VocabularyFile['json']>;
  /** A table of numbers out of a `.npy` or `.json` file; throws FEED_INVALID. */
  readTable(path: string): Promise<{ readonly dims: readonly number[]; readonly data: Float32Array }>;
  /** The images that a spec means; nothing is decoded yet. */
  chooseImages(images: ImagesSpec): Promise<ChosenImages>;
  /** The images that paths, patterns and folders mean. */
  findImages(paths: readonly string[]): Promise<FoundImages>;
  /** An image of a class, out of a path or of the samples that the machine has; throws TARGET_IMAGE_MISSING. */
  findTargetReference(request: TargetReferenceRequest): Promise<TargetReference>;
  /**
   * Calls back when nothing is left to happen, so that what still waits never ends, and goes on where that says that it changed
   * something; gives back what stops it.
   */
  whenIdle(canHelp: () => boolean): () => void;
  /** How others on this machine open a study, each with an environment like this one; absent where they cannot. Throws what `findModel` throws. */
  elsewhere?(spec: StudySpec): Promise<Omit<WorkElsewhere, 'together' | 'machines'>>;
  /** The folder that relative paths of specs start from, for other machines to find the same files; absent where nobody else has them. */
  readonly base?: string;
  /**
   * This machine as work sees it that another one sends: paths of `base` there lead into what is offered here, or nowhere, and plugins are
   * those of here. Absent where nothing is offered.
   */
  hosting?(base: string): Environment;
  readonly codec: ImageCodec;
  /** Draws pictures and captions on one sheet; absent where that cannot be done. */
  drawSheet?(sheet: ContactSheet): Promise<RgbImage>;
  /** Draws labelled boxes on a picture and writes lines below it; boxes are outlined alone where it is absent. */
  annotate?(picture: RgbImage, annotations: Annotations): Promise<RgbImage>;
}

export interface PluginRequest {
  /** Package names or paths beside those that are configured. */
  readonly plugins: readonly string[];
  /** The id of the backend for everything, in place of what is configured. */
  readonly backend?: string | undefined;
  /** Ids of backends by the name of the plugin, which may leave out `@understory/`. */
  readonly backends: Readonly<Record<string, string>>;
}

export interface LoadedPlugins {
  readonly host: Host;
  /** What names the configuration that was found, such as its path. */
  readonly configurationPath?: string | undefined;
  /** The id of the backend that opens the model for a plugin, or for everything; undefined where any that reads the file may. */
  backendOf(plugin?: string): string | undefined;
}

/** A model and what lies beside it; what is absent has to be given by hand or assumed. */
export interface FoundModel {
  readonly name: string;
  readonly source: Extract<ModelSource, { kind: 'file' }>;
  /** The same model in other formats, where the folder holds it in several. */
  readonly otherSources?: readonly Extract<ModelSource, { kind: 'file' }>[];
  /** Of a model of pictures and text. */
  readonly text?: FoundText;
  /** One a class. */
  readonly labels?: readonly string[];
  readonly preprocessing?: Preprocessing;
  /** `config.json` as it was read. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** What a user should know of it, such as what of its preprocessing is not known. */
  readonly notes?: readonly string[];
}

/** What reads the text of a model of pictures and text. */
interface FoundText {
  /** The text tower; absent where the text goes into the model itself. */
  readonly source?: FoundModel['source'];
  /** The same tower in other formats. */
  readonly otherSources?: readonly FoundModel['source'][];
  /** `tokenizer.json` as it was read, and what else is known of it; undefined where there is none. */
  tokenizer(): Promise<
    | {
        readonly tokenizer: Readonly<Record<string, unknown>>;
        readonly settings: Readonly<Record<string, unknown>>;
      }
    | undefined
  >;
  /** Files of words and answers that the network numbers. */
  vocabularies?(): Promise<readonly Pick<VocabularyFile, 'name' | 'json'>[]>;
}

/** An image to work on, decoded when it is asked for. */
export interface ChosenImage {
  readonly id: string;
  readonly item: Omit<DatasetItem, 'read' | 'id'>;
  picture(): Promise<RgbImage>;
}

/** Where the classes of a model stand that a data set's labels name. */
export interface LabelIndex {
  /** Undefined where there is no label, and where the model has no such class. */
  indexOf(label: string | undefined): number | undefined;
  /** Labels that no class of the model has. */
  readonly unmapped: readonly string[];
}

/** An image that was named by its path. */
export interface NamedImage {
  /** As the user would write it. */
  readonly path: string;
  /** What files made of it are called; no two images of a run share one, whatever the case. */
  readonly name: string;
}

/** An image that was named by its path, decoded when it is asked for. */
export interface ReadableImage extends NamedImage {
  picture(): Promise<RgbImage>;
}

/** The images that paths and patterns mean, each once, and what is wrong with those that mean none. */
export interface FoundImages {
  readonly images: readonly ReadableImage[];
  readonly failures: readonly { readonly path: string; readonly error: unknown }[];
}

/** Images to work on, out of a data set or as they were named. */
export interface ChosenImages {
  /** Images that were named one by one, or lie in a folder without labels; absent for a data set. */
  readonly files?: readonly NamedImage[];
  /** What a record says of them, besides the selection. */
  readonly record: { readonly name: string } & Readonly<Record<string, unknown>>;
  /** Those asked for. */
  readonly ids: readonly string[] | undefined;
  readonly size: number;
  items(): AsyncIterable<ChosenImage>;
  labelsFor(modelLabels: readonly string[] | undefined): LabelIndex;
}

export interface TargetReferenceRequest {
  readonly path: string | undefined;
  readonly target: { readonly index: number; readonly label: string | null };
  readonly labels: readonly string[] | undefined;
  /** The masks that need it, for the error. */
  readonly masks: readonly string[];
}

/** An image of the target class, whose heat map target masks are drawn from. */
export interface TargetReference {
  readonly image: RgbImage;
  /** What a record says of it. */
  readonly record: { readonly name: string; readonly sha256: string };
}
