import { resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { parseSelections, type Options, type ProbeRequest, type ProbeSummary, type Selection } from '@understory/core';
import type { ProbeRecord } from '@understory/report';
import { chooseImages, type ChosenImages } from '../choose-images.ts';
import { chooseProbe, type ChosenProbe } from '../choose-probe.ts';
import { cliErrors } from '../errors.ts';
import { backendsText, headline } from '../formatters/explanation.ts';
import { json } from '../formatters/json.ts';
import { probeText } from '../formatters/probe.ts';
import { count } from '../formatters/text.ts';
import type { ExitCode, Io } from '../io.ts';
import { dropOtherPictures, probeKeeper } from '../keep-probe.ts';
import { defaultModel } from '../open-model.ts';
import {
  list,
  wholeNumber,
  withOutput,
  withPreprocessing,
  withRunning,
  withSelection,
  withTensors,
} from '../options.ts';
import { pixelClassifierOf } from '../pixel-classifier-of.ts';
import { probeExperiment, probeExplainer } from '../probe-experiment.ts';
import { modelRecord, versionsOf } from '../record.ts';
import { runIntoFolder } from '../run-into-folder.ts';
import { notesOf } from '../run-notes.ts';
import type { CommandContext } from '../run.ts';
import { selectionName } from '../selection-name.ts';
import { setUp, type Setup } from '../setup.ts';
import { styleFor } from '../style.ts';

/** What is given to leave explanations out. */
const none = 'none';

const details = `
Images are one data set, as "understory evaluate --help" lists them, or files, patterns and folders of images.

A probe is an id with settings where wanted: shuffle:grid=2+4,permutations=3. "understory plugins" lists them. --grid, --permutations,
--derangement and --control are the settings grid, permutations, derangement and controls of the probe.

The folder of --out holds run.json, the rows, summary.json and the pictures of examples. Kill a run at any moment and give the same
command again: it goes on. A folder with other parameters is refused. An image that cannot be read is recorded and the run goes on;
--strict stops instead. Exit code 2 tells of such images.

Examples:
  understory probe shuffle oxford-pets:data/pets --grid 2,3,4,6,8 --permutations 5 --control seams,rows --out runs/shuffle
  understory probe shuffle oxford-pets:data/pets --preset paper --out runs/paper
  understory probe shuffle cat.png --explainer ${none} --out runs/cat
  understory report runs/shuffle
`;

export function probeCommand(program: Command, { io, finish }: CommandContext): void {
  define(program).action(async (probe, images, options) => finish(await run({ probe, images, options, io })));
}

function define(program: Command) {
  const command = program
    .command('probe')
    .description('ask whether a network sees where things are, over a data set, into a run folder')
    .argument('<probe>', 'the id of a probe, such as shuffle, with settings where wanted')
    .argument('<images...>', 'a data set such as oxford-pets:DIR, or images and folders of images')
    .option('--model <model>', 'the name of a bundled model, a model folder or a model file', defaultModel)
    .option('--grid <list>', 'how many pieces a side pictures are cut into, such as 2,4,8', list)
    .option('--permutations <n>', 'how many permutations of each image and grid', wholeNumber(1))
    .option('--derangement', 'no piece stays in its place')
    .option('--control <list>', 'what is done beside it to tell what makes the difference, such as seams,rows', list)
    .option('--preset <name>', 'settings that belong together, such as paper')
    .option('--explainer <id>', `whose heat maps are compared before and after; ${none} leaves them out`, 'gradcam')
    .option('--layer <layer>', 'auto, a tensor name or a module path', 'auto')
    .requiredOption('--out <folder>', 'the run folder')
    .option('--batch <n>', 'how many pictures run together', wholeNumber(1), 32)
    .option('--seed <n>', 'of everything that is drawn', wholeNumber(0), 0);
  return withPreprocessing(withTensors(withRunning(withOutput(withSelection(command))))).addHelpText('after', details);
}

type ProbeOptions = ReturnType<ReturnType<typeof define>['opts']>;

interface Asked {
  readonly probe: string;
  readonly images: readonly string[];
  readonly options: ProbeOptions;
  readonly io: Io;
}

async function run(asked: Asked): Promise<ExitCode> {
  const { options, io } = asked;
  const asJson = options.json === true;
  const quiet = options.quiet === true;
  const explainer = explainerOf(options.explainer);
  const images = await chooseImages(asked.images, options, io.cwd);
  let chosen: ChosenProbe | undefined;
  const setup = await setUp(
    options,
    {
      layer: options.layer,
      explainers(host) {
        chosen = chooseProbe(host, {
          ...{ probe: asked.probe, preset: options.preset, batch: options.batch },
          settings: settingsOf(options),
        });
        return explainer === undefined ? [] : [explainer];
      },
      principal: () => ({ kind: 'probe', id: chosen!.record.id, name: chosen!.record.id }),
    },
    io,
  );
  try {
    const { opened, classifier, preprocessing: chosenPreprocessing, explainers } = setup;
    const { preprocessing } = chosenPreprocessing;
    const { probe, record: probeRecord } = chosen!;
    const labels = images.labelsFor(classifier.labels);
    const folder = resolve(io.cwd, options.out);
    const request: ProbeRequest = {
      ...{ classifier: pixelClassifierOf(classifier, preprocessing), seed: options.seed, signal: io.signal },
      keep: probeKeeper(folder),
    };
    const [named] = explainers;
    const experiment = probeExperiment({
      ...{ probe, preprocessing, labels, onlyCorrect: options.onlyCorrect === true },
      request: { ...request, ...(named && { explainer: probeExplainer(named, request, preprocessing) }) },
    });
    const record = recordOf({ asked, images, setup, explainer, probe: probeRecord });
    const style = styleFor(io.stdout, io.env);
    if (!quiet) for (const note of notesOf(setup, labels.unmapped)) io.stderr.write(`note: ${note}\n`);
    if (!asJson) {
      io.stdout.write(headline(modelRecord(opened), preprocessing, options.seed, style));
      io.stdout.write(backendsText(setup.backends(), style));
    }

    const result = await runIntoFolder(
      {
        experiment,
        items: images.items(),
        ...{ folder, seed: options.seed, total: images.size, shard: options.shard, strict: options.strict },
        description: descriptionOf(record),
      },
      io,
      { json: asJson, quiet },
    );
    const { summary, failed } = result;
    if (summary !== undefined) await dropOtherPictures(folder, summary);
    if (asJson) io.stdout.write(json({ ...record, folder: options.out, failed, summary: summary ?? null }));
    else if (summary === undefined) {
      io.stdout.write(
        `\n${count(result.done, 'image')} of this part are done. When every part is, give the command without --shard.\n`,
      );
    } else {
      io.stdout.write(`\n${probeText(summary, style)}`);
      if (failed > 0) io.stdout.write(`\n${count(failed, 'image')} could not be probed.\n`);
      io.stdout.write(`\n${style.bold(options.out)} holds every row; \`understory report ${options.out}\` draws it.\n`);
    }
    return failed > 0 || isEmpty(summary) ? 2 : 0;
  } finally {
    await setup.close();
  }
}

function isEmpty(summary: ProbeSummary | undefined): boolean {
  return summary !== undefined && summary.images === 0;
}

function explainerOf(text: string): Selection | undefined {
  if (text.trim() === none) return undefined;
  const [selection, ...others] = parseSelections(text);
  if (selection !== undefined && others.length === 0) return selection;
  throw cliErrors.usage({
    message: `'${text}' is not one explainer.`,
    suggestion: `Give one id, or ${none}.`,
    command: 'understory probe',
  });
}

/** The settings that have options of their own, under the names that probes know them by. */
function settingsOf({ grid, permutations, derangement, control }: ProbeOptions): Options {
  return {
    ...(grid !== undefined && { grid: grid.join('+') }),
    ...(permutations !== undefined && { permutations }),
    ...(derangement === true && { derangement }),
    ...(control !== undefined && { controls: control.join('+') }),
  };
}

interface RecordParts {
  readonly asked: Asked;
  readonly images: ChosenImages;
  readonly setup: Setup;
  readonly explainer: Selection | undefined;
  readonly probe: ChosenProbe['record'];
}

/** What of a run decides its rows; where it runs and how fast are left out, so that a run can go on elsewhere. */
function recordOf({ asked, images, setup, explainer, probe }: RecordParts): ProbeRecord {
  const { options, io } = asked;
  const { host, opened, explainers, preprocessing } = setup;
  const { name, sha256, backend, executionProvider, remarks } = modelRecord(opened);
  return {
    model: { name, sha256, backend, executionProvider, remarks },
    backends: setup.backends(),
    preprocessing: preprocessing.preprocessing,
    parameters: {
      kind: 'probe',
      dataset: {
        ...images.record,
        ...{ offset: options.offset ?? 0, limit: options.limit ?? null, ids: images.ids ?? null },
        onlyCorrect: options.onlyCorrect === true,
      },
      probe,
      explainer:
        explainer === undefined
          ? null
          : {
              name: selectionName(explainer),
              options: host.optionsOf('explainer', explainer.id, explainer.options),
            },
      ...(explainer !== undefined && {
        layer: options.layer,
        layers: explainers.map(({ layer }) => layer ?? null),
      }),
    },
    seed: options.seed,
    versions: versionsOf(host, io),
  };
}

/** The record without its seed, which the runner adds. */
function descriptionOf({ model, backends, preprocessing, parameters, versions }: ProbeRecord) {
  return { model, backends, preprocessing, parameters, versions };
}
