import { InvalidArgumentError, Option, type Command, type OptionValues } from '@commander-js/extra-typings';
import { filterNames, type Multiple } from '@understory/imaging';
import type { PreprocessingOptions, SizeOption } from '@understory/studies';
import { wholeNumber } from './option-values.ts';
import { adding, type Arguments } from './options.ts';

export type PreprocessingFlags = PreprocessingOptions & {
  readonly labels?: string | undefined;
};

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
      new Option(
        '--fit <way>',
        'how images are brought to --size or the input size: crop (resize, then centre crop), stretch, contain (the whole image, proportions kept) or letterbox (contain, padded with grey, as YOLO does)',
      ).choices(['crop', 'stretch', 'contain', 'letterbox']),
      new Option('--longest <n>', 'the limit of the longer side for --resize n').argParser(wholeNumber(1)),
      new Option(
        '--multiple <n[:down|up|nearest]>',
        'rounds both sides to a multiple of n after resizing; down by default',
      ).argParser(multiple),
      new Option('--crop <n|WxH|none>', 'the size of the centre crop after resizing').argParser(size),
      new Option(
        '--pad <n|WxH|multiple:n|none>',
        'the size that images are padded to, or the number that both sides become a multiple of',
      ).argParser(padding),
      new Option('--pad-position <position>', 'where the image lies in the padded one').choices(['center', 'topLeft']),
      new Option(
        '--pad-fill <level|zero>',
        'what the padding holds: a level from 0 to 255 before --mean and --std (114 by default), or zero after them',
      ).argParser(padFill),
      new Option('--filter <name>', 'the interpolation filter for resizing; opencvLinear does not antialias').choices(
        filterNames,
      ),
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

function multiple(text: string): Multiple {
  const [, of, rounding = 'down'] = /^([1-9]\d{0,4})(?::(down|up|nearest))?$/.exec(text) ?? [];
  if (of === undefined) throw new InvalidArgumentError('Expected a number of pixels such as 32, or 32:up.');
  return { of: Number(of), rounding: rounding as Multiple['rounding'] };
}

function padding(text: string): SizeOption | { readonly multipleOf: number } {
  const [, multipleOf] = /^multiple:([1-9]\d{0,4})$/.exec(text) ?? [];
  return multipleOf === undefined ? size(text) : { multipleOf: Number(multipleOf) };
}

function padFill(text: string): number | 'zero' {
  if (text === 'zero') return 'zero';
  if (/^\d{1,3}$/.test(text) && Number(text) <= 255) return Number(text);
  throw new InvalidArgumentError('Expected a level from 0 to 255, or zero.');
}

/** A size that has to be one. */
function givenSize(text: string): Exclude<SizeOption, 'none'> {
  const value = size(text);
  if (value === 'none') throw new InvalidArgumentError('Expected a number of pixels such as 224, or 320x240.');
  return value;
}
