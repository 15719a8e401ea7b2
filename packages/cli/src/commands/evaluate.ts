import { resolve } from 'node:path';
import { Option, type Command } from '@commander-js/extra-typings';
import { parseSelections, type Selection, type UnderstoryError } from '@understory/core';
import { mapLabels } from '@understory/datasets';
import {
  randomOrder,
  type EvaluatedExplainer,
  type EvaluationParameters,
  type EvaluationSummary,
} from '@understory/report';
import { chooseMetrics, type NamedMetric } from '@understory/studies';
import { evaluationItems, openSelection } from '@understory/environment-node';
import { cliErrors } from '../errors.ts';
import { evaluationExperiment, type EvaluationPlan, type PlacedMetric } from '@understory/studies';
import { evaluationTables } from '@understory/studies';
import { evaluationText } from '../formatters/evaluation.ts';
import { datasetRecord, experimentRecord, explainerRecord } from '@understory/studies';
import type { ExitCode, Io } from '../io.ts';
import { exampleKeeper } from '@understory/studies';
import { defaultModel } from '@understory/studies';
import {
  layout,
  layoutHelp,
  wholeNumber,
  withOutput,
  withPreprocessing,
  withRunning,
  withSelection,
  withTensors,
} from '../options.ts';
import { runAndTell } from '../run-and-tell.ts';
import { notesOf } from '@understory/studies';
import type { CommandContext } from '../run.ts';
import { setUp, type Setup } from '@understory/studies';

const details = `
Data sets: cifar10:DIR (the official binary batches or a Hugging Face Parquet folder), oxford-pets:DIR, parquet:DIR|FILE,
folder:DIR (a folder a class, or flat with a labels.csv), or a path alone.

Explainers and metrics are ids with commas between them, each with settings where wanted: deletion:steps=50,fraction=1 or
deletion:preset=rise. "understory plugins" lists them. --preset holds for every metric that has it.

The preset paper also measures the paper's baseline, pixels in a random order (the mean of five), as ${randomOrder};
--random-order measures it for any metric that goes through pixels in an order. Every explainer is compared with it on the same
images, else with the explainer random, else with the first.

The folder of --out holds run.json, the rows and the maps of a few images, which the seed chooses. Kill a run at any moment and give the same command
again: it goes on. A folder with other parameters is refused. An image that cannot be read is recorded and the run goes on;
--strict stops instead, --retry-failed works on recorded ones again. Exit code 2 tells of such images. A full disk, a missing
permission or a file that is gone is no failure of an image: the run stops, and the same command goes on.

Examples:
  understory evaluate cifar10:data/cifar10 --model cifar10-resnet --explainer cam,gradcam --metric deletion --preset paper \\
      --limit 100 --out runs/stage1
  understory evaluate folder:photos --explainer gradcam,layercam,random,centre,sobel \\
      --metric deletion,insertion,road,average-drop,sanity --out runs/photos
  understory report runs/stage1
`;

export function evaluateCommand(program: Command, { io, finish }: CommandContext): void {
  define(program).action(async (dataset, options) => finish(await evaluate(dataset, options, io)));
}

function define(program: Command) {
  const command = program
    .command('evaluate')
    .description('measure how faithful explanations are over a data set, into a run folder')
    .argument('<dataset>', 'such as cifar10:DIR, oxford-pets:DIR, parquet:DIR or folder:DIR')
    .option('--model <model>', 'the name of a bundled model, a model folder or a model file', defaultModel)
    .option('--explainer <list>', 'explainers to measure', 'gradcam')
    .option('--metric <list>', 'what to measure them by', 'deletion')
    .option('--preset <name>', 'settings of metrics that belong together, such as paper or rise')
    .option('--random-order', 'measure pixels in a random order too; part of the preset paper')
    .requiredOption('--out <folder>', 'the run folder')
    .addOption(
      new Option(
        '--target <target>',
        'the class explained: predicted, label, a class index or the name of a class',
      ).default('predicted'),
    )
    .option('--layer <layer>', 'auto, a tensor name, or a module path or its end', 'auto')
    .option('--layout <layout>', layoutHelp, layout)
    .option('--examples <n>', 'how many maps to keep for the report, of each of right and wrong', wholeNumber(0), 4)
    .option('--batch <n>', 'how many changed pictures run together; changes no result', wholeNumber(1), 32)
    .option('--seed <n>', 'of everything that is drawn', wholeNumber(0), 0);
  return withPreprocessing(withTensors(withRunning(withOutput(withSelection(command))))).addHelpText('after', details);
}

type EvaluateOptions = ReturnType<ReturnType<typeof define>['opts']>;

async function evaluate(spec: string, options: EvaluateOptions, io: Io): Promise<ExitCode> {
  const selections = parseSelections(options.explainer);
  const { dataset, ids } = await openSelection(spec, options, io.cwd);
  const measures = parseSelections(options.metric);
  const setup = await setUp(
    options,
    {
      explainers: selections,
      layer: options.layer,
      others: () => measures.map(({ id }) => ({ kind: 'metric', id })),
    },
    io,
  );
  try {
    const { host, classifier, explainers, preprocessing } = setup;
    const { seed, batch } = options;
    const chosen = chooseMetrics(host, {
      selections: measures,
      preset: options.preset,
      randomOrder: options.randomOrder === true || options.preset === 'paper',
      ...{ batch, seed },
    });
    const metrics: PlacedMetric[] = [];
    for (const named of chosen) metrics.push({ ...named, classifier: await modelOf(named, selections, setup) });
    const labels = mapLabels(dataset, classifier.labels);
    const target = targetOf(options.target, setup);
    const record = recordOf(setup, { spec, dataset: dataset.name, options, ids, selections, metrics, target, io });
    const plan: EvaluationPlan = {
      ...{ classifier, explainers, metrics, labels, target, seed },
      preprocessing: preprocessing.preprocessing,
      onlyCorrect: options.onlyCorrect === true,
      signal: io.signal,
      keep: await exampleKeeper(resolve(io.cwd, options.out), { most: options.examples, seed }),
    };
    return await runAndTell(
      {
        ...{ setup, record, options, tables: evaluationTables },
        ...{ experiment: evaluationExperiment(plan), items: evaluationItems(dataset), total: dataset.size },
        notes: notesOf(setup, labels.unmapped),
        text: (summary, style) => `\n${evaluationText(summary, record.parameters, style)}`,
        done: 'evaluated',
        ...{ onlyCorrect: options.onlyCorrect === true, imagesOf, faults },
      },
      io,
    );
  } finally {
    await setup.close();
  }
}

/** What a metric measures on; one that draws weights anew has the explainers explain that very model. */
async function modelOf({ metric, record }: NamedMetric, explainers: readonly Selection[], setup: Setup) {
  const drawsWeights = metric.needs?.includes('randomised') === true;
  const listed = setup.host.list('explainer');
  const needs = drawsWeights
    ? ['randomised' as const, ...explainers.flatMap(({ id }) => listed.find((each) => each.id === id)?.needs ?? [])]
    : [];
  return setup.classifierFor({ kind: 'metric', id: record.id, name: record.name, needs });
}

function imagesOf({ images }: EvaluationSummary): number {
  return images;
}

/** Tells of explainers that have no value at all of some metric. */
function faults({ metrics }: EvaluationSummary): readonly UnderstoryError[] {
  const empty = metrics.flatMap(({ metric, explainers }) =>
    explainers.filter(({ n }) => n === 0).map(({ explainer }) => `no ${metric} of ${explainer}`),
  );
  return empty.length === 0 ? [] : [cliErrors.resultsMissing({ found: empty.join(', ') })];
}

function targetOf(text: string, { classifier }: Setup): EvaluationPlan['target'] {
  if (text === 'predicted' || text === 'label') return text;
  const target = classifier.resolveTarget(text);
  if (target.kind === 'class') return target.index;
  throw cliErrors.usage({
    message: `'${text}' is no target of an evaluation.`,
    suggestion: 'Give predicted, label, a class index or the name of a class.',
    command: 'understory evaluate',
  });
}

interface RecordParts {
  readonly spec: string;
  readonly dataset: string;
  readonly options: EvaluateOptions;
  readonly ids: readonly string[] | undefined;
  readonly selections: readonly Selection[];
  readonly metrics: readonly NamedMetric[];
  readonly target: EvaluationPlan['target'];
  readonly io: Io;
}

function recordOf(setup: Setup, { spec, dataset, options, ids, selections, metrics, target, io }: RecordParts) {
  const listed = setup.host.list('explainer');
  const baseline: EvaluatedExplainer = { name: randomOrder, title: 'Pixels in a random order' };
  return experimentRecord<EvaluationParameters>(setup, {
    ...{ io, seed: options.seed, backends: setup.backends() },
    parameters: {
      dataset: datasetRecord({ name: dataset, spec, split: options.split ?? null }, options, ids),
      explainers: [
        ...selections.map((selection): EvaluatedExplainer => {
          const { title = selection.id, reference } = listed.find(({ id }) => id === selection.id) ?? {};
          const { name, options: settings } = explainerRecord(setup, selection);
          return { name, title, options: settings, ...(reference !== undefined && { reference }) };
        }),
        ...(metrics.some((metric) => metric.randomOrder !== undefined) ? [baseline] : []),
      ],
      metrics: metrics.map((metric) => metric.record),
      target,
      layer: options.layer,
      ...(options.layout !== undefined && { layout: options.layout }),
      layers: setup.explainers.map(({ layer }) => layer ?? null),
    },
  });
}
