import { computed, signal } from '@preact/signals';
import type { Options } from '@understory/core';
import type { ColourMapName } from '@understory/imaging';
import type {
  EngineAbout,
  Explained,
  ExplainedPicture,
  ExplanationInput,
  KeptFacts,
  ModelFacts,
  ModelRequest,
  Said,
  StudioEngine,
} from '../engine/engine.ts';

export type ToolName =
  'look' | 'compare' | 'deletion' | 'patches' | 'attack' | 'visualise' | 'words' | 'graph' | 'runs';

/** The model and the picture that a page opens with. */
const firstModel = 'efficientnet-lite0';
const firstPicture = 'chelsea.png';
const firstExplainer = 'gradcam';

/** What computes; set once, before anything is shown. */
export const engine = signal<StudioEngine | null>(null);
export const about = signal<EngineAbout | null>(null);

/** What was added beside what comes with the engine. */
export const ownModels = signal<readonly string[]>([]);
export const ownPictures = signal<readonly string[]>([]);
/** Models that were added before, and outlive the page. */
export const keptModels = signal<readonly KeptFacts[]>([]);

/** The model, and how it is said to be read. */
export const modelRequest = signal<ModelRequest>({ model: firstModel });
export const facts = signal<ModelFacts | null>(null);
export const picture = signal(firstPicture);

export const target = signal('top1');
export const layer = signal('auto');
export const explainer = signal(firstExplainer);
/** Settings that differ from the defaults, by explainer. */
export const settings = signal<Readonly<Record<string, Options>>>({});

/** Why explainers do not work on the model, by id; null where nobody asked yet. */
export const unfit = signal<Readonly<Record<string, string>> | null>(null);

export const tool = signal<ToolName>('look');
export const opacity = signal(0.55);
export const colours = signal<ColourMapName>('inferno');
export const hasContour = signal(false);
/** Whether regions are filled, in the place of a map. */
export const hasRegions = signal(false);
/** Where the pointer is, in pixels of what the network sees. */
export const cursor = signal<{ readonly x: number; readonly y: number } | null>(null);

/** What was said and explained, by what was asked. */
const answers = signal<ReadonlyMap<string, Said>>(new Map());
const maps = signal<ReadonlyMap<string, ExplainedPicture>>(new Map());
const wordsOf = signal<ReadonlyMap<string, Explained['words']>>(new Map());

/** The most maps that are remembered. */
const mostMaps = 400;

/** What a model request comes to, as a key. */
export const modelKey = computed(() => JSON.stringify(modelRequest.value));
const answerKey = computed(() => JSON.stringify([modelKey.value, picture.value]));
export const said = computed(() => answers.value.get(answerKey.value) ?? null);
/** The words of the last answer, while the next one is on its way. */
export const words = computed(() => wordsOf.value.get(answerKey.value) ?? []);

export function mapKey(asked: {
  readonly explainer: string;
  readonly layer: string;
  readonly target?: string;
}): string {
  const { explainer: id, layer: at, target: what = target.value } = asked;
  return JSON.stringify([answerKey.value, what, selection(id), at]);
}

/** The map of the explainer, layer and target that are chosen. */
export const shownMap = computed(
  () => maps.value.get(mapKey({ explainer: explainer.value, layer: layer.value })) ?? null,
);

/** What the maps of all layers were last made of. */
export const swept = signal('');
export function sweepKey(): string {
  return mapKey({ explainer: explainer.value, layer: 'all' });
}

export function knownMap(asked: Parameters<typeof mapKey>[0]): ExplainedPicture | undefined {
  return maps.value.get(mapKey(asked));
}

export function keepAnswer(key: string, answer: Said): void {
  answers.value = newest(answers.value, key, answer, 20);
}

export function keepWords(key: string, own: Explained['words']): void {
  wordsOf.value = newest(wordsOf.value, key, own, 20);
}

export function currentAnswerKey(): string {
  return answerKey.value;
}

export function keepMaps(entries: readonly (readonly [string, ExplainedPicture])[]): void {
  let next = maps.value;
  for (const [key, map] of entries) next = newest(next, key, map, mostMaps);
  maps.value = next;
}

function newest<Value>(
  known: ReadonlyMap<string, Value>,
  key: string,
  value: Value,
  most: number,
): ReadonlyMap<string, Value> {
  const next = new Map(known);
  next.delete(key);
  next.set(key, value);
  for (const old of [...next.keys()].slice(0, -most)) next.delete(old);
  return next;
}

/** An explainer with its settings, as a specification has it. */
export function selection(id: string): string | { readonly id: string; readonly options: Record<string, never> } {
  const own = settings.value[id];
  return own === undefined || Object.keys(own).length === 0 ? id : { id, options: own as Record<string, never> };
}

/** The study that what is chosen comes to. */
export function explanationSpec(
  over: { readonly explainers?: readonly string[]; readonly target?: string; readonly layer?: string } = {},
): ExplanationInput {
  const { explainers = [explainer.value], target: what = target.value, layer: at = layer.value } = over;
  return {
    ...{ version: 1, study: 'explain' },
    ...modelRequest.value,
    images: { from: [picture.value] },
    explainers: explainers.map(selection),
    ...(what !== 'top1' && { target: what }),
    ...(at !== 'auto' && { layer: at }),
  };
}

/** Layers at which a slider stops, in execution order. */
export const stops = computed(() => facts.value?.layers.filter(({ isStop }) => isStop) ?? []);

/** Explainers in the order of their numbers: the first that is shown, then as plugins are loaded. */
export const explainers = computed(() => {
  const all = about.value?.explainers ?? [];
  const isFirst = ({ id }: { readonly id: string }) => id === firstExplainer;
  return [...all.filter(isFirst), ...all.filter((each) => !isFirst(each))];
});

/** Models that can be chosen, those that were added first. */
export const models = computed(() => [
  ...ownModels.value.map((name) => ({ name, title: name })),
  ...(about.value?.models ?? [{ name: firstModel, title: 'EfficientNet-Lite0' }]),
  ...(about.value?.served.models ?? []).map((name) => ({ name, title: name })),
]);
export const pictures = computed(() => [
  ...new Set([
    ...ownPictures.value,
    ...(about.value?.samples ?? [firstPicture]),
    ...(about.value?.served.pictures ?? []),
  ]),
]);
