import type { Padding, Preprocessing, Resize } from '@understory/imaging';
import type { AnswerRecord, ImageRecord, MapRecord, ModelRecord, ScoreRecord } from '@understory/studies';
import { className } from '@understory/studies/results';
import type { UsedBackend } from '@understory/studies/setup';
import { columns, percent, type Style } from './columns.ts';

/** One line on what runs where, and how pictures are fed to it. */
export function headline(model: ModelRecord, preprocessing: Preprocessing, seed: number | undefined, style: Style) {
  const parts = [
    `${model.backend} on ${model.executionProvider}`,
    describePreprocessing(preprocessing),
    `sha256 ${model.sha256.slice(0, 12)}`,
    ...(seed === undefined ? [] : [`seed ${seed}`]),
  ];
  return `${style.bold(model.name)}  ${style.dim(parts.join(', '))}\n`;
}

/** Which backend computes what, a line each; nothing where one computes everything. */
export function backendsText(backends: readonly UsedBackend[], style: Style): string {
  if (backends.length < 2) return '';
  const lines = backends.map(({ backend, executionProvider, computes }) => [
    style.cyan(backend),
    `on ${executionProvider}`,
    computes.join(', '),
  ]);
  return columns(lines, { indent: 2 });
}

/** What the model says of an image, the best classes of a classifier, then a line for each map. */
export function imageText({ image, top, answer, maps, files }: ImageRecord, style: Style): string {
  const asked = answer?.question === undefined ? '' : `  ${style.dim(answer.question)}\n`;
  const scores = answer === undefined ? top.map((score) => scoreRow(score)) : answerRows(answer);
  return [
    `\n${style.bold(image)}\n`,
    asked,
    columns(scores, { indent: 2, right: [0] }),
    ...(files === undefined ? [] : [`\n  ${files.boxes}\n`]),
    ...(maps.length === 0
      ? []
      : [
          '\n',
          columns(
            maps.map((map) => mapRow(map, style)),
            { indent: 2 },
          ),
        ]),
  ].join('');
}

function scoreRow(score: ScoreRecord): readonly string[] {
  return [percent(score.probability), className(score), ...(score.label === null ? [] : [`class ${score.index}`])];
}

/** What a model that is no classifier decides, then the best things that it says. */
function answerRows({ task, decision, probability, options }: AnswerRecord): readonly (readonly string[])[] {
  const head = [probability === null ? '' : percent(probability), decision === '' ? task : decision];
  if (options.length === 1 && options[0]!.label === null) return [head];
  return [
    head,
    ...options
      .slice(0, shownOptions)
      .map(({ target, label, score, probability: own, box }) => [
        own === undefined ? number(score) : percent(own),
        label ?? '',
        target,
        ...(box === undefined
          ? []
          : [`${Math.round(box.width)} x ${Math.round(box.height)} at ${Math.round(box.x)}, ${Math.round(box.y)}`]),
      ]),
  ];
}

const shownOptions = 10;

function number(value: number): string {
  return Number(value.toPrecision(4)).toString();
}

function explainedText({ class: explained, explained: other }: MapRecord): string {
  if (explained !== undefined) return className(explained);
  if (other === undefined) return '';
  return `${other.label === null ? '' : `${other.label} `}${number(other.value)}`;
}

function mapRow(record: MapRecord, style: Style) {
  const { explainer, target, layer, reading, size, range, files } = record;
  const flat = range[0] === range[1] ? ' (constant map)' : '';
  return [
    style.cyan(explainer),
    target,
    explainedText(record),
    `${size.join(' x ')}${layer === null ? '' : ` at ${layer}`}${reading === null ? '' : `, ${reading}`}${flat}`,
    Object.values(files).join('  '),
  ];
}

/** Such as `shorter side 256 bicubic, crop 224 x 224`. */
export function describePreprocessing({ resize, crop, pad, order, channels }: Preprocessing): string {
  const steps = [];
  if (resize !== undefined) steps.push(describeResize(resize));
  if (crop !== undefined) steps.push(`crop ${crop.width} x ${crop.height}`);
  if (pad !== undefined) steps.push(describePadding(pad));
  if (channels <= 2) steps.push('grey');
  if (channels % 2 === 0) steps.push('with alpha');
  if (order === 'BGR') steps.push('BGR');
  return steps.length === 0 ? 'images unchanged' : steps.join(', ');
}

function describeResize(resize: Resize): string {
  const multiple = resize.multiple === undefined ? '' : `, multiples of ${resize.multiple.of}`;
  return `${describeSize(resize)} ${resize.filter}${multiple}`;
}

function describeSize(resize: Resize): string {
  switch (resize.kind) {
    case 'shorterSide':
      return `shorter side ${resize.length}${resize.longest === undefined ? '' : `, longer at most ${resize.longest},`}`;
    case 'exact':
      return `resized to ${resize.width} x ${resize.height}`;
    case 'fit':
      return `fitted into ${resize.width} x ${resize.height}`;
    case 'leastChange':
      return `one side of ${resize.width} x ${resize.height}`;
    case 'own':
      return 'own size';
  }
}

function describePadding({ to, position, fill }: Padding): string {
  const size = 'width' in to ? `${to.width} x ${to.height}` : `multiples of ${to.multipleOf}`;
  const colour = 'level' in fill ? `level ${fill.level}` : `${fill.value} after normalisation`;
  return `padded to ${size}${position === 'center' ? '' : ' right and below'} with ${colour}`;
}
