import { resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { parseSelections, type Options, type ProbeRequest, type ProbeSummary, type Selection } from '@understory/core';
import type { ProbeRecord } from '@understory/report';
import { chooseImages, type ChosenImages } from '@understory/environment-node';
import { chooseProbe, type ChosenProbe } from '@understory/studies';
import { cliErrors } from '../errors.ts';
import { probeText } from '../formatters/probe.ts';
import { datasetRecord, experimentRecord, explainerRecord } from '@understory/studies';
import type { ExitCode, Io } from '../io.ts';
import { dropOtherPictures, probeKeeper } from '@understory/studies';
import { defaultModel } from '@understory/studies';
import {
  layout,
  layoutHelp,
  list,
  wholeNumber,
  withOutput,
  withPreprocessing,
  withRunning,
  withSelection,
  withTensors,
} from '../options.ts';
import { pixelClassifierOf } from '@understory/studies';
import { probeExperiment, probeExplainer } from '@understory/studies';
import { runAndTell } from '../run-and-tell.ts';
import { notesOf } from '@understory/studies';
import type { CommandContext } from '../run.ts';
import { setUp, type Setup } from '@understory/studies';

/** What is given to leave explanations out. */
const none = 'none';

const details = `
Images are one data set, as "understory evaluate --help" lists them, or files, patterns and folders of images.

A probe is an id with settings where wanted: shuffle:grid=2+4,permutations=3. "understory plugins" lists them. --grid, --permutations,
--derangement and --control are the settings grid, permutations, derangement and controls of the probe.

The folder of --out holds run.json, the rows, summary.json and the pictures of examples. Kill a run at any moment and give the same
command again: it goes on. A folder with other parameters is refused. An image that cannot be read is recorded and the run goes on;
--strict stops instead, --retry-failed works on recorded ones again. Exit code 2 tells of such images. A full disk, a missing
permission or a file that is gone is no failure of an image: the run stops, and the same command goes on.

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
    .option('--layer <layer>', 'auto, a tensor name, or a module path or its end', 'auto')
    .option('--layout <layout>', layoutHelp, layout)
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
    const { classifier, explainers } = setup;
    const { preprocessing } = setup.preprocessing;
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
    return await runAndTell(
      {
        ...{ setup, experiment, options, items: images.items(), total: images.size },
        record: recordOf({ asked, images, setup, explainer, probe: probeRecord }),
        notes: notesOf(setup, labels.unmapped),
        finish: (summary) => dropOtherPictures(folder, summary),
        text: (summary, style) => `\n${probeText(summary, style)}`,
        done: 'probed',
        ...{ onlyCorrect: options.onlyCorrect === true, imagesOf },
      },
      io,
    );
  } finally {
    await setup.close();
  }
}

function imagesOf({ images }: ProbeSummary): number {
  return images;
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

function recordOf({ asked, images, setup, explainer, probe }: RecordParts) {
  const { options, io } = asked;
  return experimentRecord<ProbeRecord['parameters']>(setup, {
    ...{ io, seed: options.seed, backends: setup.backends() },
    parameters: {
      kind: 'probe',
      dataset: datasetRecord(images.record, options, images.ids),
      probe,
      explainer: explainer === undefined ? null : explainerRecord(setup, explainer),
      ...(explainer !== undefined && {
        layer: options.layer,
        ...(options.layout !== undefined && { layout: options.layout }),
        layers: setup.explainers.map(({ layer }) => layer ?? null),
      }),
    },
  });
}
