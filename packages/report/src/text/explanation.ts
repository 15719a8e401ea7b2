import type { Padding, Preprocessing, Resize } from '@understory/imaging';
import type { ImageRecord, MapRecord, ModelRecord, ScoreRecord } from '@understory/studies';
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

/** The best classes of an image, then a line for each map. */
export function imageText({ image, top, maps }: ImageRecord, style: Style): string {
  const scores = top.map((score) => scoreRow(score));
  return [
    `\n${style.bold(image)}\n`,
    columns(scores, { indent: 2, right: [0] }),
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

function mapRow({ explainer, target, class: explained, layer, reading, size, range, files }: MapRecord, style: Style) {
  const flat = range[0] === range[1] ? ' (constant map)' : '';
  return [
    style.cyan(explainer),
    target,
    className(explained),
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
