import { InvalidArgumentError, Option, type Command, type OptionValues } from '@commander-js/extra-typings';
import { isDiagnosed, parseLayout, type Layout } from '@understory/core';
import { colourMapNames, defaultColourMap, type ColourMapName, type Filter } from '@understory/imaging';
import type { Shard } from '@understory/experiments';
import type { PreprocessingOptions, SizeOption } from '@understory/studies';

/** The network that is used where nobody names one. */
export const defaultModel = 'efficientnet-lite0';

/** Parts of a comma-separated list, each once. */
export function list(text: string): readonly string[] {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  if (parts.length === 0) throw new InvalidArgumentError('Expected at least one name.');
  return [...new Set(parts)];
}

/** For options that may be given several times. */
export function collect(text: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), text];
}

/** Any finite number. */
export function finiteNumber(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number.');
}

export function wholeNumber(low: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= low) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${low}.`);
  };
}

function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a number from 0 to 1.');
}

function numbers(text: string): readonly number[] {
  const values = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (values.every(Number.isFinite)) return values;
  throw new InvalidArgumentError('Expected comma-separated numbers, one per channel.');
}

function size(text: string): SizeOption {
  if (text === 'none') return 'none';
  const [, width, height] = /^([1-9]\d{0,4})(?:[x×]([1-9]\d{0,4}))?$/.exec(text) ?? [];
  if (width === undefined) throw new InvalidArgumentError('Expected a number of pixels such as 224, or 320x240.');
  return height === undefined ? Number(width) : { width: Number(width), height: Number(height) };
}

export const layoutHelp =
  'the axes of the layer, where the graph does not determine them: nchw, nhwc, or tokens:HxW, with +n for n leading tokens';

/** What the axes of a layer are said to be. */
export function layout(text: string): Layout {
  try {
    parseLayout(text);
  } catch (error) {
    if (!isDiagnosed(error)) throw error;
    throw new InvalidArgumentError(`Expected ${error.expected}.`);
  }
  return text as Layout;
}

/** A size that has to be one. */
function givenSize(text: string): Exclude<SizeOption, 'none'> {
  const value = size(text);
  if (value === 'none') throw new InvalidArgumentError('Expected a number of pixels such as 224, or 320x240.');
  return value;
}

type Arguments = unknown[];

/** Adds options that give values of the stated type: what the compiler infers for a long chain is too large for a declaration file. */
function adding<Added, A extends Arguments, O extends OptionValues>(
  command: Command<A, O>,
  options: readonly Option<string, undefined, unknown, undefined, false, unknown>[],
): Command<A, O & Added> {
  for (const option of options) command.addOption(option);
  return command as unknown as Command<A, O & Added>;
}

export type OutputOptions = {
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
};

/** The options that every command has. */
export function withOutput<A extends Arguments, O extends OptionValues>(
  command: Command<A, O>,
): Command<A, O & OutputOptions> {
  return adding<OutputOptions, A, O>(command, [
    new Option('--json', 'print one JSON document; errors go to stderr as one JSON object per line'),
    new Option('--quiet', 'no progress and no notes on stderr'),
  ]);
}

export type DrawingOptions = {
  readonly colourMap: ColourMapName;
  readonly opacity: number;
};

/** The options of commands that draw. */
export function withDrawing<A extends Arguments, O extends OptionValues>(
  command: Command<A, O>,
): Command<A, O & DrawingOptions> {
  return adding<DrawingOptions, A, O>(command, [
    new Option('--colour-map <name>', 'colours of the heat map; Zheng uses jet')
      .choices(colourMapNames)
      .default(defaultColourMap),
    new Option('--opacity <0..1>', 'opacity of the colours over the image').argParser(fraction).default(0.5),
  ]);
}

/** Devices in order of preference, for every backend and for some. */
interface DeviceChoice {
  readonly everywhere?: readonly string[];
  /** By the id of a backend. */
  readonly byBackend: Readonly<Record<string, readonly string[]>>;
}

/** `cuda,cpu` for every backend, `tfjs=wasm,cpu` for one. */
function devices(text: string, { byBackend, ...others }: DeviceChoice = { byBackend: {} }): DeviceChoice {
  const at = text.indexOf('=');
  const backend = text.slice(0, Math.max(0, at)).trim();
  const earlier = at === -1 ? others.everywhere : byBackend[backend];
  if (earlier !== undefined) {
    const of = at === -1 ? 'every backend' : backend;
    throw new InvalidArgumentError(`Devices for ${of} are given twice; the first are ${earlier.join(',')}.`);
  }
  if (at === -1) return { everywhere: list(text), byBackend };
  return { ...others, byBackend: { ...byBackend, [backend]: list(text.slice(at + 1)) } };
}

export type RunningOptions = {
  readonly plugin?: readonly string[] | undefined;
  readonly backend?: readonly string[] | undefined;
  readonly device?: DeviceChoice | undefined;
  readonly threads?: number | undefined;
};

/** The options of commands that run plugins. */
export function withRunning<A extends Arguments, O extends OptionValues>(
  command: Command<A, O>,
): Command<A, O & RunningOptions> {
  return adding<RunningOptions, A, O>(command, [
    new Option('--plugin <name|path>', 'an additional plugin; may be repeated').argParser(collect),
    new Option(
      '--backend <id|plugin=id>',
      'the backend that opens the model, for everything or for one plugin, such as explain-gradcam=tfjs; may be repeated (default: the first that reads the file)',
    ).argParser(collect),
    new Option(
      '--device <list|backend=list>',
      'devices in order of preference, such as cuda,cpu, or for one backend, such as tfjs=wasm,cpu; may be repeated',
    ).argParser(devices),
    new Option('--threads <n>', 'threads within one operator').argParser(wholeNumber(1)),
  ]);
}

/** `2/4`: the second of four. */
function shard(text: string): Shard {
  const [, place, count] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(text) ?? [];
  if (place === undefined || Number(place) > Number(count)) {
    throw new InvalidArgumentError('Expected the number of the shard and how many there are, such as 1/4 to 4/4.');
  }
  return { index: Number(place) - 1, count: Number(count) };
}

export type SelectionOptions = {
  readonly split?: string | undefined;
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly ids?: string | undefined;
  readonly onlyCorrect?: boolean | undefined;
};

export type StudyRunOptions = OutputOptions & {
  readonly out?: string | undefined;
  readonly printSpec?: boolean | undefined;
  readonly shard?: Shard | undefined;
  readonly strict?: boolean | undefined;
  readonly retryFailed?: boolean | undefined;
};

/** The options that say which images of a data set a run takes. */
export function withSelection<A extends Arguments, O extends OptionValues>(
  command: Command<A, O>,
): Command<A, O & SelectionOptions> {
  return adding<SelectionOptions, A, O>(command, [
    new Option('--split <name>', 'the split of the data set (default: test)'),
    new Option('--limit <n>', 'maximum number of images').argParser(wholeNumber(1)),
    new Option('--offset <n>', 'number of images to skip').argParser(wholeNumber(0)),
    new Option('--ids <list|@file>', 'only these images: comma-separated ids, or a file with one per line'),
    new Option('--only-correct', 'only images that the model classifies correctly'),
  ]);
}

/** The options of commands that run a study into a folder. */
export function withStudy<A extends Arguments, O extends OptionValues>(
  command: Command<A, O>,
): Command<A, O & StudyRunOptions> {
  return withOutput(
    adding<StudyRunOptions, A, O>(command, [
      new Option('--out <folder>', 'the run folder'),
      new Option('--print-spec', 'print the study as JSON, for `understory run`, and exit'),
      new Option('--shard <i/n>', 'the i-th of n parts, for several processes or machines').argParser(shard),
      new Option('--strict', 'stop at the first image that fails'),
      new Option('--retry-failed', 'process images again that this run recorded as failed'),
    ]),
  );
}

export type TensorOptions = {
  readonly task?: string | undefined;
  readonly input?: string | undefined;
  readonly output?: readonly string[] | undefined;
  readonly logits?: string | undefined;
  readonly feed?: Readonly<Record<string, string>> | undefined;
  readonly to?: string | undefined;
};

/** The options that say what a model is and what its inputs and outputs mean. */
export function withTensors<A extends Arguments, O extends OptionValues>(
  command: Command<A, O>,
): Command<A, O & TensorOptions> {
  return adding<TensorOptions, A, O>(command, [
    new Option('--task <name>', 'what the model does, such as object-detection, where it cannot be told'),
    new Option('--input <name>', 'the input that takes the picture, where it cannot be told'),
    new Option(
      '--output <name>',
      'the output or layer that holds the answer, where it cannot be told; may be repeated',
    ).argParser(collect),
    new Option('--logits <name>', 'the output or layer that holds the logits of a classifier'),
    new Option(
      '--feed <name=value>',
      'the value of another input: numbers with commas, height and width of the picture, or a .npy or .json file; may be repeated',
    ).argParser(feed),
    new Option('--to <image>', 'another picture, for networks that tell how alike two pictures are'),
  ]);
}

/** `name=value`, for options that may be given several times. */
function feed(text: string, earlier: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
  const at = text.lastIndexOf('=');
  const name = text.slice(0, Math.max(0, at)).trim();
  if (name === '' || text.slice(at + 1).trim() === '') {
    throw new InvalidArgumentError('Expected the name of an input and its value, such as scale=1.');
  }
  return Object.fromEntries([...Object.entries(earlier ?? {}), [name, text.slice(at + 1).trim()]]);
}

export type PreprocessingFlags = PreprocessingOptions & {
  readonly labels?: string | undefined;
};

const filters: readonly Filter[] = ['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos'];

/** The options that say what a model's folder would have said. */
export function withPreprocessing<A extends Arguments, O extends OptionValues>(
  command: Command<A, O>,
): Command<A, O & PreprocessingFlags> {
  return adding<PreprocessingFlags, A, O>(
    command.optionsGroup('Preprocessing and labels, which a model folder specifies and a bare file does not:'),
    [
      new Option('--labels <file>', 'labels: one per line, a JSON list, or the id2label of a config.json'),
      new Option(
        '--size <n|WxH>',
        "the model's input size: images are resized to n/0.875 (up to 64: to n) and centre-cropped to n",
      ).argParser(givenSize),
      new Option('--resize <n|WxH|none>', 'the size that images are resized to: the shorter side, or both').argParser(
        size,
      ),
      new Option('--crop <n|WxH|none>', 'the size of the centre crop after resizing').argParser(size),
      new Option('--filter <name>', 'the interpolation filter for resizing').choices(filters),
      new Option('--input-range <range>', 'the range that pixels are scaled to before --mean and --std').choices(
        inputRanges,
      ),
      new Option(
        '--mean <list>',
        'subtracted from each channel, in the order of the model (blue first with --channel-order BGR), such as 0.485,0.456,0.406',
      ).argParser(numbers),
      new Option('--std <list>', 'divides each channel, in the order of --mean, such as 0.229,0.224,0.225').argParser(
        numbers,
      ),
      new Option('--channel-order <order>', 'the channel order of the model, applied before --mean and --std').choices([
        'RGB',
        'BGR',
      ]),
    ],
  );
}

const inputRanges = ['0..1', '0..255'];
