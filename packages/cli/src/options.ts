import { Option, type Command, type OptionValues } from '@commander-js/extra-typings';
import { colourMapNames, defaultColourMap, type ColourMapName } from '@understory/imaging';
import type { Shard } from '@understory/experiments';
import type { Workers } from '@understory/studies';
import { collect, devices, feed, fraction, shard, wholeNumber, workers, type DeviceChoice } from './option-values.ts';

/** The network that is used where nobody names one. */
export const defaultModel = 'efficientnet-lite0';

export const layoutHelp =
  'the axes of the layer, where the graph does not determine them: nchw, nhwc, or tokens:HxW, with +n for n leading tokens';

const queueHelp = 'hand images out to `understory worker` on any machine: redis://[user:password@]host[:port][/n]';

export type Arguments = unknown[];

/** Adds options that give values of the stated type: what the compiler infers for a long chain is too large for a declaration file. */
export function adding<Added, A extends Arguments, O extends OptionValues>(
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
    new Option('--colour-map <name>', 'colours of the heat map; Zheng uses jet; rdbu is for maps with signs')
      .choices(colourMapNames)
      .default(defaultColourMap),
    new Option('--opacity <0..1>', 'opacity of the colours over the image').argParser(fraction).default(0.5),
  ]);
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
  readonly workers?: Workers | undefined;
  readonly queue?: string | undefined;
  readonly queueWait?: number | undefined;
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
      new Option('--workers <n|auto>', 'worker threads; 1 for none (default: as many as pay)').argParser(workers),
      new Option('--queue <url>', queueHelp).conflicts('workers'),
      new Option('--queue-wait <s>', 'stop where no worker takes part for so many seconds (default: wait)').argParser(
        wholeNumber(1),
      ),
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
  readonly text?: readonly string[] | undefined;
  readonly against?: readonly string[] | undefined;
  readonly question?: string | undefined;
  readonly vocabulary?: readonly string[] | undefined;
};

/** The options that say what a model is and what its inputs and outputs mean. */
export function withTensors<A extends Arguments, O extends OptionValues>(
  command: Command<A, O>,
): Command<A, O & TensorOptions> {
  return adding<TensorOptions, A, O>(command, [
    new Option(
      '--task <name>',
      'what the model does, such as object-detection or object-detection:detr, where it cannot be told',
    ),
    new Option('--input <name>', 'the input that takes the picture, where it cannot be told'),
    new Option(
      '--output <name>',
      'the output or layer that holds the answer, where it cannot be told; may be repeated',
    ).argParser(collect),
    new Option('--logits <name>', 'the output or layer that holds the logits of a classifier'),
    new Option(
      '--feed <name=value>',
      'the value of another input: numbers with commas, height and width of the picture, a .npy or .json file, or another picture; may be repeated',
    ).argParser(feed),
    new Option('--to <image>', 'another picture, for networks that compare two pictures or embed them'),
    new Option(
      '--text <captions...>',
      'captions that the picture is compared with, for image-text models such as CLIP',
    ),
    new Option('--against <captions...>', 'what the captions are contrasted with: one for all, or one each'),
    new Option(
      '--question <text>',
      'what a model of images and questions is asked, or the text whose phrases it boxes',
    ),
    new Option('--vocabulary <files...>', 'words and answers that the model numbers, where none lie beside it'),
  ]);
}
