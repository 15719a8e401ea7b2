import {
  seededRandom,
  VISUALISER,
  type Host,
  type PixelSubject,
  type SeededRandom,
  type Selection,
} from '@understory/core';
import { fromUnitPixels } from '@understory/imaging';
import { datasetRecord, experimentRecord } from '../common/experiment-record.ts';
import { fileName } from '../common/file-name.ts';
import { modelRecord } from '../common/record.ts';
import { recordedOptions } from '../common/recorded-settings.ts';
import { setupNotes } from '../common/run-notes.ts';
import type { ChosenImage, Environment } from '../environment.ts';
import { pixelSubjectOf } from '../setup/pixel-subject-of.ts';
import { setUp, withPlugins } from '../setup/setup.ts';
import { unitPixelsFor } from '../setup/unit-pixels-for.ts';
import { selectionOf } from '../spec/selections.ts';
import type { VisualisationSpec } from '../spec/study-spec.ts';
import { studyOf, type Study, type StudyOptions } from '../study.ts';
import { goalsOf, type PictureGoal } from './goals.ts';
import { Photographs, valueOf } from './photographs.ts';
import type {
  VisualisationGroup,
  VisualisationRecord,
  VisualisationRow,
  VisualisationSummary,
} from './visualisation-rows.ts';
import { writeSheets } from './visualisation-sheet.ts';

export type VisualisationStudy = Study<
  VisualisationSpec,
  VisualisationRow,
  VisualisationSummary,
  VisualisationRecord['parameters']
>;

/** The pictures that parts of a network respond to, one item each; throws what setting up and `goalsOf` throw. */
export async function openVisualisation(
  spec: VisualisationSpec,
  environment: Environment,
  { store, signal = new AbortController().signal, onStep }: StudyOptions = {},
): Promise<VisualisationStudy> {
  const selection = selectionOf(spec.visualiser, 'visualiser');
  const images = await environment.chooseImages(spec.images);
  const user = { kind: 'visualiser', id: selection.id, name: selection.id } as const;
  const setup = await withPlugins(spec, environment, (loaded) => {
    // Asked first, so that one that does not exist is told as that.
    loaded.host.optionsOf('visualiser', selection.id, selection.options);
    return setUp(spec, { explainers: [], layer: 'auto', principal: user, targets: spec.target }, environment, loaded);
  });
  try {
    const { host, steps } = setup;
    const { preprocessing } = setup.preprocessing;
    steps.listener = onStep;
    const visualiser = host.get(VISUALISER, selection.id, selection.options);
    const subject = pixelSubjectOf(await setup.subjectFor(user), preprocessing);
    const goals = await goalsOf(spec, subject);
    const byId = new Map(goals.map((goal) => [goal.id, goal]));
    const photographs = new Photographs(images, subject, preprocessing);
    const { codec } = environment;
    const random = seededRandom(spec.seed);
    const experiment = {
      async rows({ id }: ChosenImage, own: SeededRandom): Promise<readonly VisualisationRow[]> {
        signal.throwIfAborted();
        const goal = byId.get(id)!;
        const weights = goal.weights();
        const seed = own.integer(2 ** 32);
        const { pixels, trajectory, warnings } = await visualiser.visualise({
          ...{ subject, goal: weights, seed, signal },
          progress: steps.attack(id),
        });
        const { height, width } = subject;
        const picture = fromUnitPixels(pixels.data, { height, width });
        const path = picturePath(id);
        await store?.write(path, await codec.encodePng(picture));
        const value = await valueOf(weights, subject, unitPixelsFor(subject, picture));
        const { layer, channel, target, label } = goal;
        const photograph = await photographs.best(weights, signal);
        const start = trajectory[0] ?? value;
        const row = { item: id, layer, channel, target, label, value, start, photograph, height, width };
        return [{ ...row, picture: path, warnings }];
      },
      summarise: async (rows: AsyncIterable<VisualisationRow>) => summarised(await all(rows), goals, images.size),
    };
    return {
      ...{ spec, size: goals.length },
      async *items() {
        for (const { id } of goals) yield { id, item: {}, picture: async () => greyOf(subject) };
      },
      ...studyOf(experiment, (item) => random.fork(item)),
      record: experimentRecord<VisualisationRecord['parameters']>(setup, {
        ...{ seed: spec.seed, backends: setup.backends() },
        parameters: {
          kind: 'visualisation',
          dataset: datasetRecord(images.record, spec.images, images.ids),
          visualiser: visualiserRecord(host, selection),
          goals: goals.map(({ id }) => id),
          at: spec.at,
          ...(spec.layout !== undefined && { layout: spec.layout }),
        },
      }),
      model: modelRecord(setup.opened),
      configuration: setup.configurationPath ?? null,
      notes: setupNotes(setup),
      ...(store && {
        finish: async ({ groups }: VisualisationSummary) => writeSheets(groups, store, environment),
      }),
      imagesOf: ({ pictures }) => pictures,
      faults: () => [],
      close: () => setup.close(),
    };
  } catch (error) {
    await setup.close();
    throw error;
  }
}

/** Where a run folder has the picture of a channel or target, seen from the run folder, with `/`. */
function picturePath(item: string): string {
  return `pictures/${fileName(item)}.png`;
}

function visualiserRecord(host: Host, { id, options }: Selection): VisualisationRecord['parameters']['visualiser'] {
  const { title, description, reference } = host.list('visualiser').find((each) => each.id === id)!;
  const settings = recordedOptions(host.optionsOf('visualiser', id, options));
  return { id, title, description, options: settings, ...(reference !== undefined && { reference }) };
}

/** What an item that is no photograph is a picture of before it is worked on. */
function greyOf({ height, width }: PixelSubject) {
  return fromUnitPixels(new Float32Array(3 * height * width).fill(0.5), { height, width });
}

async function all<Row>(rows: AsyncIterable<Row>): Promise<readonly Row[]> {
  const found: Row[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

/** In the order in which pictures were asked for, whatever that of the rows. */
function summarised(
  rows: readonly VisualisationRow[],
  goals: readonly PictureGoal[],
  photographs: number,
): VisualisationSummary {
  const byItem = new Map(rows.map((row) => [row.item, row]));
  const groups = new Map<string | null, VisualisationRow[]>();
  for (const { id, layer } of goals) {
    const row = byItem.get(id);
    if (row !== undefined) groups.set(layer, [...(groups.get(layer) ?? []), row]);
  }
  return {
    pictures: rows.length,
    abovePhotographs: rows.filter(({ value, photograph }) => value > photograph.value).length,
    photographs,
    groups: [...groups].map(([layer, pictures]): VisualisationGroup => ({ layer, pictures })),
  };
}
