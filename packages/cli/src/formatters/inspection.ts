import { columns, describePreprocessing } from '@understory/report/text';
import { count } from '@understory/studies/results';
import type { ApplicabilityRecord, Inspection as InspectionWith } from '@understory/studies/setup';
import type { Style } from '../style.ts';
import type { errorRecord } from './json.ts';
import { shape } from './text.ts';

type Inspection = InspectionWith<ReturnType<typeof errorRecord>>;

/** How many layers are shown of a long list: the first, and the last, where explanations look. */
const shownFirst = 6;
const shownLast = 18;

/** What is to be known of a model, as tables. */
export function inspectionText(inspection: Inspection, { all, style }: { all: boolean; style: Style }): string {
  const { model, opset, inputs, outputs, operators, reach, layers, subject } = inspection;
  const section = (title: string, body: string) => `\n${style.bold(title)}\n${body}`;
  const tensors = (list: typeof inputs) =>
    columns(
      list.map(({ name, type, dims }) => [name, `${type} ${shape(dims ?? undefined)}`]),
      { indent: 2 },
    );

  const origin = [
    ...(model.path === undefined ? [] : [['file', model.path]]),
    ['sha256', model.sha256],
    ...(opset === null ? [] : [['opset', String(opset)]]),
    ['runs on', `${model.backend}, ${model.executionProvider}`],
    ...model.remarks.map((remark) => ['remark', remark]),
  ];
  return [
    `${style.bold(model.name)}\n${columns(origin, { indent: 2 })}`,
    section('Inputs', tensors(inputs)),
    section('Outputs', tensors(outputs)),
    section('What it says', subjectText(subject)),
    ...('explainers' in subject
      ? [section('Explainers', explainersText(subject.explainers, model.backend, style))]
      : []),
    section('Gradients', reachText(reach)),
    ...(operators === null || operators.length === 0
      ? []
      : [
          section(
            `Operators (${count(operators.length, 'kind')}, ${operators.reduce((sum, each) => sum + each.count, 0)} in all)`,
            columns(
              operators.map(({ operator, count: times, gradient }) => [operator, String(times), mark(gradient, style)]),
              { indent: 2, right: [1], head: ['operator', 'count', 'gradient'] },
            ),
          ),
        ]),
    section(`Layers (${layers.length})`, layersText(layers, all, style)),
  ].join('');
}

function subjectText(subject: Inspection['subject']): string {
  const considered = subject.readings.map(({ task, outputs, why }) => [
    'reading',
    `${task} of ${outputs.join(', ')}: ${why}`,
  ]);
  if ('error' in subject) {
    const { message, found, expected, next } = subject.error;
    return columns(
      [
        ['unknown', message],
        ...(considered.length === 0 ? [['found', found]] : considered),
        ['expected', expected],
        ['next', next],
      ],
      { indent: 2 },
    );
  }
  const { task, why, input, layout, reads, targets, classes, labelled, preprocessing, preprocessingAssumed } = subject;
  const { mean, std } = preprocessing;
  return columns(
    [
      ['task', `${task}: ${why}`],
      ['image', `${input} (${layout})`],
      ['pictures', describePreprocessing(preprocessing)],
      ['scaling', `mean ${mean.join(', ')}; deviation ${std.join(', ')}${preprocessingAssumed ? ' (assumed)' : ''}`],
      ...(classes === null
        ? [['answer', reads.join(', ')]]
        : [
            ['scores', `${classes.output}, ${classes.kind === 'logit' ? 'logits' : 'probabilities'}`],
            ['classes', `${classes.count ?? 'unknown'}${labelled ? ', with labels' : ', without labels'}`],
          ]),
      ['targets', [...targets, 'OUTPUT[INDEX]'].join(', ')],
    ],
    { indent: 2 },
  );
}

function explainersText(explainers: readonly ApplicabilityRecord[], main: string, style: Style): string {
  const rows = explainers.map((explainer) => [
    style.cyan(explainer.id),
    explainer.applies ? style.green('applies') : style.yellow('does not apply'),
    explainer.applies ? layerText(explainer) : explainer.reason,
    explainer.backend === main ? '' : `on ${explainer.backend}`,
  ]);
  return columns(rows, { indent: 2 });
}

function layerText({ layer, reading }: Extract<ApplicabilityRecord, { applies: true }>): string {
  if (layer === null) return '';
  return `auto layer ${layer}${reading === null ? '' : `, ${reading}`}`;
}

function reachText(reach: Inspection['reach']): string {
  if (reach.length === 0) return '  none: the backend computes no gradients\n';
  return reach
    .map(({ output, inputs, layers, of, obstacles }) => {
      const ends = Object.entries(inputs).map(([name, reached]) => `${reached ? 'reach' : 'do not reach'} ${name}`);
      const text = `  of ${output}: ${ends.join(', ')}; ${layers} of the ${of} layers it depends on\n`;
      return text + obstacles.map((obstacle) => `    ${obstacle}\n`).join('');
    })
    .join('');
}

function layersText(layers: Inspection['layers'], all: boolean, style: Style): string {
  const rows = layers.map(({ name, operator, dims, modules, gradient }) => [
    name,
    operator,
    shape(dims ?? undefined),
    modules.at(-1) ?? '',
    mark(gradient, style),
  ]);
  const head = ['tensor', 'operator', 'shape', 'module', 'gradient'];
  const hidden = rows.length - shownFirst - shownLast;
  if (all || hidden <= 1) return columns(rows, { indent: 2, head });
  const folded = [...rows.slice(0, shownFirst), [`... ${hidden} more; --all lists them`], ...rows.slice(-shownLast)];
  return columns(folded, { indent: 2, head });
}

function mark(gradient: string, style: Style): string {
  if (gradient === 'yes') return style.green(gradient);
  return gradient === 'missing' || gradient === 'blocked' ? style.yellow(gradient) : style.dim(gradient);
}
