import type { SelectionSpec, StudySpecInput } from '@understory/studies';
import type { ModelRequest } from '../engine/engine.ts';

/** A specification as the command that runs it, each argument apart; undefined where it says something that no flag can. */
export function commandArguments(spec: StudySpecInput): readonly string[] | undefined {
  switch (spec.study) {
    case 'explain': {
      const {
        explainers = ['gradcam'],
        target,
        answer,
        preset,
        overlay = true,
        npy = false,
        sheet = false,
        html = false,
      } = spec;
      return [
        ...['explain', ...pathsOf(spec.images.from), '--explainer', listOf(explainers)],
        ...flag('target', target),
        ...flag('answer', answer),
        ...flag('preset', preset),
        ...flag('colour-map', spec.colourMap),
        ...flag('opacity', spec.opacity),
        ...(overlay ? [] : ['--no-overlay']),
        ...[npy && '--npy', sheet && '--sheet', html && '--html'].filter((each) => each !== false),
        ...commonFlags(spec),
      ];
    }
    case 'evaluate': {
      const { explainers = ['gradcam'], metrics = ['deletion'], target, preset, randomOrder } = spec;
      return [
        ...['evaluate', ...pathsOf(spec.images.from), '--explainer', listOf(explainers), '--metric', listOf(metrics)],
        ...flag('target', target),
        ...flag('preset', preset),
        ...(randomOrder === true ? ['--random-order'] : []),
        ...commonFlags(spec),
      ];
    }
    case 'attack': {
      const { attack, masks = ['all'], targetClass, target, threshold, preset, explainer = 'gradcam', save } = spec;
      if (selectionsText(masks).some((mask) => mask.startsWith('painted'))) return undefined;
      return [
        ...['attack', selectionText(attack), ...pathsOf(spec.images.from), '--mask', listOf(masks)],
        ...(target === undefined
          ? targetClass === null
            ? ['--untargeted']
            : ['--target-class', targetClass]
          : [`--target=${target}`]),
        ...flag('threshold', threshold),
        ...flag('preset', preset),
        ...['--explainer', selectionText(explainer)],
        ...flag('save', save),
        ...commonFlags(spec),
      ];
    }
    case 'probe': {
      const { probe, preset, explainer = 'gradcam' } = spec;
      return [
        ...['probe', selectionText(probe), ...pathsOf(spec.images.from)],
        ...flag('preset', preset),
        ...['--explainer', explainer === null ? 'none' : selectionText(explainer)],
        ...commonFlags(spec),
      ];
    }
    case 'visualise': {
      const { visualiser = 'ascent', layers, channels, at, target } = spec;
      return [
        ...['visualise', ...pathsOf(spec.images.from), '--visualiser', selectionText(visualiser)],
        ...flag('layer', layers?.join()),
        ...flag('channel', channels),
        ...flag('at', at),
        ...flag('target', target),
        ...commonFlags(spec),
      ];
    }
    default:
      return undefined;
  }
}

/** The same as a person types it into a shell. */
export function commandLine(spec: StudySpecInput): string | undefined {
  const words = commandArguments(spec);
  return words && ['understory', ...words].map(quoted).join(' ');
}

/** The command that lists what the graph of a model holds. */
export function inspectLine(request: ModelRequest): string {
  const { model, ...spec } = request;
  const flags = commonFlags({ ...spec, version: 1, study: 'explain', images: { from: [] } });
  return ['understory', 'inspect', model, '--all', ...flags].map(quoted).join(' ');
}

function commonFlags({
  model,
  ...spec
}: Omit<StudySpecInput, 'model'> & { readonly model?: string }): readonly string[] {
  const outputs = spec.output === undefined ? [] : typeof spec.output === 'string' ? [spec.output] : spec.output;
  return [
    ...flag('model', model),
    ...flag('task', spec.task),
    ...flag('input', spec.input),
    ...outputs.flatMap((output) => flag('output', output)),
    ...flag('logits', spec.logits),
    ...Object.entries(spec.feed ?? {}).flatMap(([name, value]) => flag('feed', `${name}=${value}`)),
    ...flag('to', spec.to),
    ...several('text', spec.captions),
    ...several('against', spec.against),
    ...flag('question', spec.question),
    ...several('vocabulary', spec.vocabulary),
    ...flag('labels', spec.labels),
    ...preprocessingFlags(spec.preprocessing),
    ...(spec.layer === 'auto' ? [] : flag('layer', spec.layer)),
    ...flag('layout', layoutText(spec.layout)),
    ...(spec.plugins ?? []).flatMap((plugin) => flag('plugin', plugin)),
    ...flag('backend', spec.backend),
    ...Object.entries(spec.backends ?? {}).flatMap(([plugin, id]) => flag('backend', `${plugin}=${id}`)),
    ...flag('device', spec.devices?.join()),
    ...Object.entries(spec.devicesOf ?? {}).flatMap(([backend, devices]) =>
      flag('device', `${backend}=${devices.join()}`),
    ),
    ...flag('threads', spec.threads),
    ...flag('split', spec.images.split),
    ...flag('limit', spec.images.limit),
    ...flag('offset', spec.images.offset),
    ...flag('ids', spec.images.ids?.join()),
    ...(spec.images.onlyCorrect === true ? ['--only-correct'] : []),
    ...(spec.seed === undefined || spec.seed === 0 ? [] : flag('seed', spec.seed)),
  ];
}

type PreprocessingSpec = NonNullable<StudySpecInput['preprocessing']>;

function preprocessingFlags(given: PreprocessingSpec = {}): readonly string[] {
  const {
    mean,
    std,
    size,
    resize,
    crop,
    filter,
    fit,
    longest,
    multiple,
    pad,
    padPosition,
    padFill,
    inputRange,
    channelOrder,
  } = given;
  return [
    ...flag('mean', mean?.join()),
    ...flag('std', std?.join()),
    ...flag('size', sizeText(size)),
    ...flag('resize', sizeText(resize)),
    ...flag('crop', sizeText(crop)),
    ...flag('filter', filter),
    ...flag('fit', fit),
    ...flag('longest', longest),
    ...flag('multiple', multiple && `${multiple.of}:${multiple.rounding}`),
    ...flag('pad', typeof pad === 'object' && 'multipleOf' in pad ? `multiple:${pad.multipleOf}` : sizeText(pad)),
    ...flag('pad-position', padPosition),
    ...flag('pad-fill', padFill),
    ...flag('input-range', inputRange),
    ...flag('channel-order', channelOrder),
  ];
}

function sizeText(
  size: 'none' | number | { readonly width: number; readonly height: number } | undefined,
): string | undefined {
  if (size === undefined) return undefined;
  return typeof size === 'object' ? `${size.width}x${size.height}` : `${size}`;
}

/** A layout is a text in specifications. */
function layoutText(layout: unknown): string | undefined {
  return typeof layout === 'string' ? layout : undefined;
}

function flag(name: string, value: string | number | undefined): readonly string[] {
  if (value === undefined) return [];
  // What begins with a minus would be taken for another flag.
  return `${value}`.startsWith('-') ? [`--${name}=${value}`] : [`--${name}`, `${value}`];
}

function several(name: string, values: readonly string[] | undefined): readonly string[] {
  return values === undefined || values.length === 0 ? [] : [`--${name}`, ...values];
}

function pathsOf(from: string | readonly string[]): readonly string[] {
  return typeof from === 'string' ? [from] : from;
}

function selectionsText(specs: readonly SelectionSpec[]): readonly string[] {
  return specs.map(selectionText);
}

function listOf(specs: readonly SelectionSpec[]): string {
  return selectionsText(specs).join();
}

/** A selection in short: `deletion:steps=50`. */
function selectionText(spec: SelectionSpec): string {
  if (typeof spec === 'string') return spec;
  const options = Object.entries(spec.options ?? {}).map(
    ([name, value]) => `${name}=${Array.isArray(value) ? value.join('+') : value}`,
  );
  return options.length === 0 ? spec.id : `${spec.id}:${options.join()}`;
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w./:,=+@%-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
