import {
  carriedError,
  isDiagnosed,
  isDifferentiable,
  isImageTextMatcher,
  isQuestionAnswerer,
  layerReadings,
  type LayerReading,
  type Model,
  type Subject,
} from '@understory/core';
import {
  applicabilityOf,
  factsOf,
  modelRecord,
  Models,
  openSubject,
  readingsOf,
  type Setup,
} from '@understory/studies/setup';
import type { ExplainerFacts, LayerFacts, ModelFacts, ModelRequest, ReadingFacts, RunsOn } from './engine.ts';
import { explanationSpec, type Sessions } from './sessions.ts';

/** Stands for the picture where a model is asked about before there is one. */
const noPicture = { from: ['picture.png'] };

/** What a model is, whether it was recognised or not; throws what opening it throws. */
export async function modelFacts(sessions: Sessions, request: ModelRequest): Promise<ModelFacts> {
  const { environment } = sessions;
  const { spec, host, opened } = await openedModel(sessions, request);
  const { model } = opened;
  const facts = await factsOf(opened, spec, environment);
  const readings = readingsOf(host, facts, spec.task).map(readingFacts);
  const record = modelRecord(opened);
  const common = {
    ...{ name: record.name, file: opened.resolved.source.path, backend: record.backend },
    ...{
      executionProvider: record.executionProvider,
      sha256: record.sha256,
      inputs: model.inputs,
      outputs: model.outputs,
      readings,
    },
  };
  const remarks = [...(opened.resolved.notes ?? []), ...record.remarks];
  try {
    const { subject, recognised, preprocessing } = await openSubject(opened, { spec, host, environment });
    const { picture, labels = null, classes } = subject;
    return {
      ...common,
      problem: null,
      recognised: {
        ...readingFacts(recognised),
        ...{
          input: picture.name,
          layout: picture.layout,
          channels: picture.channels ?? null,
          size: picture.size ?? null,
        },
        preprocessing: preprocessing.preprocessing,
        assumed: preprocessing.assumed,
        ...{ labels, classes: classes?.count ?? null, forms: subject.forms, layer: subject.layer ?? null },
        asks: isImageTextMatcher(subject) ? 'captions' : isQuestionAnswerer(subject) ? 'question' : 'nothing',
      },
      layers: layersOf(subject),
      notes: [...remarks, ...(subject.notes ?? [])],
    };
  } catch (error) {
    if (!isDiagnosed(error)) throw error;
    return { ...common, recognised: null, problem: carriedError(error), layers: [], notes: remarks };
  }
}

/** What has computed with a model so far. */
export async function runsOn(sessions: Sessions, request: ModelRequest): Promise<RunsOn> {
  const { executionProvider, remarks } = modelRecord((await openedModel(sessions, request)).opened);
  return { executionProvider, remarks };
}

async function openedModel({ environment }: Sessions, request: ModelRequest) {
  const spec = explanationSpec({ ...request, images: noPicture });
  const loaded = await environment.loadPlugins({
    plugins: spec.plugins ?? [],
    backend: spec.backend,
    backends: spec.backends ?? {},
  });
  const resolved = await environment.findModel(spec.model);
  const opened = await new Models(loaded, resolved, { ...spec, isDeferred: true }, [undefined]).of();
  return { spec, opened, host: loaded.host };
}

/** Which explainers work on a model. */
export async function applicability({ host, subject, preprocessing }: Setup): Promise<readonly ExplainerFacts[]> {
  const records = await applicabilityOf(host, async () => subject, preprocessing.preprocessing);
  return records.map((record) =>
    record.applies
      ? { id: record.id, applies: true, layer: record.layer }
      : { id: record.id, applies: false, code: record.code, reason: record.reason },
  );
}

function readingFacts({ task, reading }: ReturnType<typeof readingsOf>[number]): ReadingFacts {
  const { evidence, why, tensors, form = null } = reading;
  return { task, form, evidence, why, tensors };
}

/** Every layer, and which of them are worth a stop of a slider. */
function layersOf({ model, reads }: Subject): readonly LayerFacts[] {
  const readings = layerReadings(model);
  const layers = model.layers.map((layer) => {
    const reading = readings.get(layer.name);
    const known = typeof reading === 'object' ? reading : undefined;
    return {
      ...layer,
      reading: known?.kind ?? null,
      size: (known && mapSize(known)) ?? null,
      hasGradient: isDifferentiable(model) && reads.some((output) => reaches(model, output, layer.name)),
      isSpatial: known !== undefined && isLarge(known),
    };
  });
  const stops = stopsOf(layers.filter(({ isSpatial, hasGradient }) => isSpatial && hasGradient));
  return layers.map(({ isSpatial: _, ...layer }) => ({ ...layer, isStop: stops.has(layer.name) }));
}

function reaches(model: Model, output: string, layer: string): boolean {
  return isDifferentiable(model) && output !== layer && model.differentiability(output, layer).differentiable;
}

/** The most stops where no module tells which layers belong together. */
const mostStops = 40;

interface Stop {
  readonly name: string;
  readonly modules: readonly string[];
}

/** The outputs of modules that hold others, such as blocks of several layers, and of those that lie in none; every layer where no names tell. */
function stopsOf(spatial: readonly Stop[]): ReadonlySet<string> {
  const holds = (layer: Stop, module: string) =>
    spatial.some((other) => other !== layer && other.modules.some((each) => each.startsWith(`${module}.`)));
  const isAlone = (module: string) => !module.includes('.');
  const named = spatial.filter((layer) => layer.modules.some((module) => holds(layer, module) || isAlone(module)));
  const found = named.length >= 3 ? named : spatial;
  // The last ones say most of what the network decides by.
  return new Set(found.slice(-mostStops).map(({ name }) => name));
}

function mapSize(reading: LayerReading): readonly [height: number, width: number] | undefined {
  const [height, width] = (['height', 'width'] as const).map((role) => sizeOf(reading, role));
  return height === undefined || width === undefined ? undefined : [height, width];
}

/** A map of one place tells nothing of places. */
function isLarge(reading: LayerReading): boolean {
  const size = mapSize(reading);
  return size === undefined || size[0] * size[1] > 1;
}

function sizeOf({ axes }: LayerReading, role: 'height' | 'width'): number | undefined {
  const sizes = axes.flatMap(({ factors }) => factors.filter((factor) => factor.role === role).map(({ size }) => size));
  return sizes.length > 0 && sizes.every((size) => size !== undefined)
    ? sizes.reduce((product, size) => product * size, 1)
    : undefined;
}
