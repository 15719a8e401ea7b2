import { seededRandom } from '@understory/core';
import { colourMapNames, defaultColourMap, type ColourMapName } from '@understory/imaging';
import { datasetRecord, experimentRecord } from '../common/experiment-record.ts';
import { fileSafe } from '../common/file-safe.ts';
import { modelRecord, versionsOf, type RunRecord } from '../common/record.ts';
import { setupNotes } from '../common/run-notes.ts';
import type { ChosenImage, Environment, FoundImages, ReadableImage } from '../environment.ts';
import { studyErrors } from '../errors.ts';
import { slowNotes } from '../setup/all-explainers.ts';
import { setUp, withPlugins, type Setup } from '../setup/setup.ts';
import { selectionsOf } from '../spec/selections.ts';
import type { ExplanationSpec } from '../spec/study-spec.ts';
import { studyOf, type Study, type StudyOptions } from '../study.ts';
import { explainImages, type NamedExplainer, type Outcome } from './explain-images.ts';
import { ExplanationSheet, sheetRows, shownExplainer, type ShownExplainer } from './explanation-sheet.ts';
import { ImageRecords, wordsRecords, writeBoxes, writeMap, type ImageRecord } from './explanation-record.ts';
import { targetsOf } from '../common/targets.ts';
import { prepareModel } from './prepare-model.ts';

/** What explaining images came to. */
export interface ExplanationSummary {
  readonly images: number;
  readonly maps: number;
}

/** What is told while images are explained; a map is there, and written, before its image is done. */
export type ExplanationEvent =
  | { readonly kind: 'map'; readonly image: ReadableImage; readonly record: ImageRecord }
  | { readonly kind: 'mapLost'; readonly image: ReadableImage; readonly explainer: string; readonly error: unknown }
  | { readonly kind: 'image'; readonly image: ReadableImage; readonly record: ImageRecord }
  | Extract<Outcome, { kind: 'imageFailed' | 'explainerFailed' }>
  /** One of `all` explainers does not apply to the model after all. */
  | { readonly kind: 'explainerSkipped'; readonly explainer: string; readonly error: unknown };

type ImageOutcome = Extract<Outcome, { kind: 'image' }>;

export interface ExplanationStudy extends Study<ExplanationSpec, ImageRecord, ExplanationSummary> {
  /** What a document of results says of where they come from. */
  readonly document: RunRecord;
  readonly images: FoundImages['images'];
  /** What was asked for and is no image. */
  readonly notFound: FoundImages['failures'];
  /** Explainers that lack something on this model, and were left out. */
  readonly unfit: readonly { readonly explainer: string; readonly error: unknown }[];
  readonly explainers: readonly (Pick<NamedExplainer, 'id' | 'layer'> & ShownExplainer)[];
  /** Explainers that were asked for as `all` and do not apply to this model. */
  readonly skipped: readonly { readonly explainer: string; readonly error: unknown }[];
  /** Names of the files of the sheet in the store, those that are written. */
  readonly sheets: readonly string[];
  /** Explains all images in batches, telling of each map as it is made; throws the signal's reason when it is aborted. */
  explain(): AsyncGenerator<ExplanationEvent, void>;
  /** The records of images that `explain` left unfinished and that have maps. */
  unfinished(): readonly ImageRecord[];
}

export interface ExplanationOptions extends StudyOptions {
  /** What stands before the names of files in records; nothing by default. */
  readonly out?: string;
}

/** Where a network looked, for images; throws what finding images, setting up and choosing explainers throws. */
export async function openExplanation(
  spec: ExplanationSpec,
  environment: Environment,
  { store, signal = new AbortController().signal, onStep, onShown, out = '' }: ExplanationOptions = {},
): Promise<ExplanationStudy> {
  const { images, failures: notFound } = await imagesOf(spec, environment);
  const unfit: { explainer: string; error: unknown }[] = [];
  const skipped: { explainer: string; error: unknown }[] = [];
  const asked = {
    explainers: selectionsOf(spec.explainers),
    layer: spec.layer,
    isDeferred: true,
    targets: spec.target,
    onSkipped: (explainer: string, error: unknown) => void skipped.push({ explainer, error }),
    onUnfit: (explainer: string, error: unknown) => void unfit.push({ explainer, error }),
  };
  const setup = await withPlugins(spec, environment, (loaded) =>
    setUp({ ...spec, taskPreset: spec.preset }, asked, environment, loaded),
  );
  try {
    const { subject, explainers, preprocessing } = setup;
    setup.steps.listener = onStep;
    const targets = targetsOf(spec.target, subject);
    await prepareModel(setup, { images: images.length, outputs: targets.outputs });
    const annotate = environment.annotate?.bind(environment);
    const drawing = { colourMap: colourMapOf(spec.colourMap), opacity: spec.opacity };
    const writing = store && {
      ...{ ...drawing, overlay: spec.overlay, npy: spec.npy, out, store },
      ...{ codec: environment.codec, annotate },
    };
    if (store !== undefined && (spec.overlay || spec.npy || spec.sheet || spec.html)) await store.prepare('');
    const request = {
      ...{ subject, explainers, targets, signal, seed: spec.seed },
      preprocessing: preprocessing.preprocessing,
    };
    const records = new ImageRecords(subject);
    const shown = explainers.map(({ id, layer }) => ({ layer, ...shownExplainer(setup.host, id) }));
    const { codec, drawSheet } = environment;
    const sheet =
      spec.sheet && store !== undefined && drawSheet !== undefined
        ? new ExplanationSheet({ ...drawing, store, codec, draw: (asked) => drawSheet(asked) })
        : undefined;
    /** Images of which some maps are there. */
    const begun = new Map<ReadableImage, Omit<ImageOutcome, 'kind'>>();
    const show = async (outcome: Omit<ImageOutcome, 'kind'>, record: ImageRecord, isWhole: boolean) => {
      const { picture, maps } = outcome;
      await onShown?.({ picture, maps, record });
      const isShown = ({ id }: ShownExplainer) =>
        isWhole ? skipped.every(({ explainer }) => explainer !== id) : maps.some(({ explainer }) => explainer === id);
      await sheet?.add(await sheetRows(outcome, record, shown.filter(isShown), { ...drawing, annotate }));
    };
    const optional = new Set(explainers.flatMap(({ id, isOptional }) => (isOptional === true ? [id] : [])));

    async function* explained(asked: readonly ReadableImage[], batch: number): AsyncGenerator<ExplanationEvent, void> {
      // With no explainer that can work there is nothing to do.
      for await (const outcome of explainImages({ ...request, batch, images: explainers.length === 0 ? [] : asked })) {
        if (outcome.kind === 'map') {
          const { image, picture, answer, map } = outcome;
          const earlier = begun.get(image)?.maps ?? [];
          begun.set(image, { image, picture, answer, maps: [...earlier, map] });
          try {
            const made = writing === undefined ? undefined : await writeMap(outcome, subject, writing);
            yield { kind: 'map', image, record: records.of(outcome, made) };
          } catch (error) {
            yield { kind: 'mapLost', image, explainer: outcome.map.explainer, error };
          }
        } else if (outcome.kind === 'image') {
          const told = records.finish(outcome, { words: await wordsRecords(subject, outcome), target: spec.target });
          const record = { ...told, ...(writing && (await writeBoxes(outcome, subject, writing))) };
          begun.delete(outcome.image);
          await show(outcome, record, true);
          yield { kind: 'image', image: outcome.image, record };
        } else if (
          outcome.kind === 'explainerFailed' &&
          outcome.images === undefined &&
          optional.has(outcome.explainer)
        ) {
          const { explainer, error } = outcome;
          if (skipped.every((each) => each.explainer !== explainer)) skipped.push({ explainer, error });
          yield { kind: 'explainerSkipped', explainer, error };
        } else yield outcome;
      }
    }

    const random = seededRandom(spec.seed);
    const experiment = {
      async rows({ id, picture }: ChosenImage): Promise<readonly ImageRecord[]> {
        const rows: ImageRecord[] = [];
        for await (const event of explained([{ path: id, name: fileSafe(id), picture }], 1)) {
          if (event.kind === 'image') rows.push(event.record);
          else if (event.kind !== 'map' && event.kind !== 'explainerSkipped') throw event.error;
        }
        return rows;
      },
      async summarise(rows: AsyncIterable<ImageRecord>): Promise<ExplanationSummary> {
        let [count, maps] = [0, 0];
        for await (const row of rows) {
          count += 1;
          maps += row.maps.length;
        }
        await sheet?.finish();
        return { images: count, maps };
      },
    };
    const document = () => documentOf(setup, spec, targets.names, drawing);
    return {
      ...{ spec, images, notFound, unfit, skipped, files: images, size: images.length },
      // What computed the maps may be known only when they are there.
      get document() {
        return document();
      },
      get model() {
        return modelRecord(setup.opened);
      },
      get notes() {
        return [...notesOf(setup), ...slowNotes(setup), ...(spec.sheet && drawSheet === undefined ? [noSheet] : [])];
      },
      explainers: shown,
      sheets: sheet?.files ?? [],
      ...studyOf(experiment, (item) => random.fork(item)),
      async *items() {
        for (const { name, picture } of images) yield { id: name, item: {}, picture };
      },
      record: experimentRecord<object>(setup, {
        ...{ seed: spec.seed, backends: setup.backends() },
        parameters: {
          kind: 'explanation',
          dataset: datasetRecord(
            { name: 'images', images: images.map(({ name }) => name) },
            spec.images,
            spec.images.ids,
          ),
          ...document().parameters,
        },
      }),
      configuration: setup.configurationPath ?? null,
      async *explain() {
        await sheet?.begin();
        try {
          yield* explained(images, spec.batch);
        } catch (error) {
          // What is done of a run that is interrupted is shown.
          if (signal.aborted) for (const each of begun.values()) await show(each, records.of(each), false);
          throw error;
        } finally {
          await sheet?.finish();
        }
      },
      unfinished: () => records.unfinished(),
      imagesOf: ({ images: count }) => count,
      faults: () => [],
      async close() {
        try {
          // Of a part of a run, and of one that was interrupted.
          await sheet?.finish();
        } finally {
          await setup.close();
        }
      },
    };
  } catch (error) {
    await setup.close();
    throw error;
  }
}

async function imagesOf({ images: spec }: ExplanationSpec, environment: Environment): Promise<FoundImages> {
  if (typeof spec.from !== 'string') {
    const { images, failures } = await environment.findImages(spec.from);
    const { ids, offset = 0, limit = Infinity } = spec;
    return {
      images: images.filter(({ name }) => ids?.includes(name) ?? true).slice(offset, offset + limit),
      failures,
    };
  }
  const chosen = await environment.chooseImages(spec);
  const images: ReadableImage[] = [];
  for await (const item of chosen.items())
    images.push({ path: item.id, name: fileSafe(item.id), picture: () => item.picture() });
  return { images, failures: [] };
}

function colourMapOf(name: string | undefined): ColourMapName {
  if (name === undefined) return defaultColourMap;
  const found = colourMapNames.find((each) => each === name);
  if (found !== undefined) return found;
  throw studyErrors.specInvalid({
    ...{ name: 'explain', where: 'colourMap', found: name },
    expected: `one of ${colourMapNames.join(', ')}`,
  });
}

const noSheet = 'sheets cannot be drawn here, so that there is none';

/** What a user should know of a run that is no error. */
function notesOf(setup: Setup): readonly string[] {
  const one =
    'the model gives one score: its sigmoid is the probability of the positive class, and the rest that of the negative';
  return [...setupNotes(setup), ...(setup.subject.classes?.positive !== undefined ? [one] : [])];
}

function documentOf(
  { host, opened, preprocessing, backends, environment }: Setup,
  spec: ExplanationSpec,
  targets: readonly string[],
  { colourMap, opacity }: { readonly colourMap: string; readonly opacity: number },
): RunRecord {
  const { explainers, layer, batch, devices = null, devicesOf = {}, threads = null, seed } = spec;
  return {
    model: modelRecord(opened),
    backends: backends(),
    preprocessing: preprocessing.preprocessing,
    preprocessingAssumed: preprocessing.assumed,
    parameters: {
      ...{ explainers, targets, layer, batch, colourMap, opacity, devices, devicesOf, threads },
      ...(spec.layout !== undefined && { layout: spec.layout }),
      ...{ interpolation: 'bilinear', normalisation: 'min-max' },
    },
    seed,
    versions: versionsOf(host, environment),
  };
}
