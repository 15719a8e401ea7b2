import { effect, untracked } from '@preact/signals';
import {
  about,
  currentAnswerKey,
  engine,
  explainer,
  explanationSpec,
  facts,
  keepAnswer,
  keptModels,
  keepMaps,
  keepWords,
  knownMap,
  layer,
  mapKey,
  modelRequest,
  ownModels,
  ownPictures,
  picture,
  said,
  stops,
  sweepKey,
  swept,
  target,
  unfit,
} from './state.ts';
import type { AddedFiles, ExplainedPicture, ModelRequest, StudioEngine } from '../engine/engine.ts';
import { cancel, ended, forgetProblem, problems, run, tell, type Slot } from './tasks.ts';

function here(): StudioEngine {
  if (engine.value === null) throw new Error('there is no engine yet');
  return engine.value;
}

/** Work that says nothing any more once another target, picture or model is chosen, and would keep the engine from what is asked now. */
const ofTarget = ['sweep', 'compare', 'deletion'] as const;
const ofPicture = [...ofTarget, 'explain', 'predict', 'pieces', 'attack', 'cross'] as const;
const ofModel = [...ofPicture, 'visualise', 'graph'] as const;

/** Ends work in slots, and forgets what went wrong there. */
function letGo(slots: readonly Slot[]): void {
  cancel(...slots);
  for (const slot of slots) forgetProblem(slot);
}

/** What is asked of models that read text, where nobody has asked yet. */
const firstTexts = {
  captions: ['a lemon to the right of a banana', 'a lemon to the left of a banana'],
  ofAnything: ['a photo of a cat', 'a photo of a dog'],
  question: 'What is on the left?',
} as const;

/** Says what really computes, where a graphics processor was to: what it refuses when it runs goes on in WebAssembly. */
async function followDevice(): Promise<void> {
  const [known, request] = [facts.value, modelRequest.value];
  if (known === null || !/webgpu/.test(known.executionProvider)) return;
  const found = await here()
    .runsOn(request)
    .catch(() => null);
  if (found === null || facts.value !== known || request !== modelRequest.value) return;
  const more = found.remarks.filter((remark) => !known.notes.includes(remark));
  if (more.length === 0 && found.executionProvider === known.executionProvider) return;
  facts.value = { ...known, executionProvider: found.executionProvider, notes: [...more, ...known.notes] };
  if (more.length > 0) tell(more.join('; '));
}

effect(() => {
  if (ended.value > 0) untracked(() => void followDevice());
});

/** Opens the page: the map first, what else the engine offers while that is looked at. */
export async function start(): Promise<void> {
  const first = explain();
  about.value = (await run('start', 'Starting', (call) => here().about(call), { isQuiet: true })) ?? null;
  await first;
  await describeModel();
  await listKept();
  await sweepLayers();
}

/** Which models are kept from one time to the next. */
async function listKept(): Promise<void> {
  const { kept } = here();
  if (kept === undefined) return;
  const found = await run('kept', 'Reading what is kept', (call) => kept.list({}, call), { isQuiet: true });
  if (found !== undefined) keptModels.value = found;
}

/** Opens a model that was kept. */
export async function openKept(id: string): Promise<void> {
  const found = await run('files', 'Reading what is kept', (call) => here().kept!.open({ id }, call));
  if (found !== undefined) await showAdded(found);
}

export async function forgetKept(id: string): Promise<void> {
  await run('kept', 'Forgetting', (call) => here().kept!.forget({ id }, call));
  await listKept();
}

/** What the model is: layers, readings, labels. */
async function describeModel(): Promise<void> {
  const request = modelRequest.value;
  const found = await run('model', `Opening ${request.model}`, (call) => here().openModel(request, call), {
    isQuiet: true,
  });
  if (found === undefined || request !== modelRequest.value) return;
  facts.value = found;
}

/** Opens another model, or the same read otherwise, and explains with it. */
export async function openModel(request: ModelRequest): Promise<void> {
  letGo(ofModel);
  modelRequest.value = request;
  facts.value = null;
  unfit.value = null;
  target.value = 'top1';
  layer.value = 'auto';
  const found = await run('model', `Opening ${request.model}`, (call) => here().openModel(request, call));
  if (found === undefined || request !== modelRequest.value) return;
  facts.value = found;
  if (found.recognised === null) {
    tell(`${found.name} was not recognised`);
    return;
  }
  const { task, asks } = found.recognised;
  tell(`${found.name} was recognised: ${task}`);
  const isOfOrchard = /orchard/.test(request.model);
  if (asks === 'captions' && request.captions === undefined) {
    modelRequest.value = { ...request, captions: [...(isOfOrchard ? firstTexts.captions : firstTexts.ofAnything)] };
  }
  if (asks === 'question' && request.question === undefined)
    modelRequest.value = { ...request, question: firstTexts.question };
  const fruits = picturesOfFruit();
  if (isOfOrchard && fruits[0] !== undefined && !fruits.includes(picture.value)) picture.value = fruits[0];
  await explain();
  await sweepLayers();
}

/** Pictures that the bundled models of fruit know. */
function picturesOfFruit(): readonly string[] {
  return about.value?.samples.filter((path) => /orchard/.test(path)) ?? [];
}

/** Says otherwise how the model is read. */
export function correct(change: Partial<ModelRequest>): Promise<void> {
  const next = Object.fromEntries(
    Object.entries({ ...modelRequest.value, ...change }).filter(([, value]) => value !== undefined),
  );
  return openModel(next as ModelRequest);
}

/** Asks a model that reads text something else; what it is stays known. */
export async function ask(change: Pick<ModelRequest, 'captions' | 'against' | 'question'>): Promise<void> {
  const next = Object.fromEntries(
    Object.entries({ ...modelRequest.value, ...change }).filter(([, value]) => value !== undefined),
  );
  letGo(ofPicture);
  modelRequest.value = next as ModelRequest;
  target.value = 'top1';
  await explain();
}

export async function showPicture(path: string): Promise<void> {
  letGo(ofPicture);
  picture.value = path;
  if (/^(box|pixel|region)/.test(target.value)) target.value = 'top1';
  await explain();
  await sweepLayers();
}

/** Explains something else that the model says. */
export async function explainTarget(words: string): Promise<void> {
  letGo(ofTarget);
  target.value = words;
  await explain();
  await sweepLayers();
}

/** Explains what is chosen where that was cancelled or failed. */
export async function explainAgain(): Promise<void> {
  if (facts.value === null) return openModel(modelRequest.value);
  await explain();
  await sweepLayers();
}

export async function chooseExplainer(id: string): Promise<void> {
  cancel('sweep', 'deletion');
  explainer.value = id;
  await explain();
  await sweepLayers();
}

/** Goes to a stop of the slider. */
export async function chooseLayer(name: string): Promise<void> {
  layer.value = name;
  if (knownMap({ explainer: explainer.value, layer: name }) !== undefined) return;
  await explain();
}

/** The map of what is chosen, unless it is known; what the model says comes with it. */
export async function explain(): Promise<void> {
  if (said.value !== null && knownMap({ explainer: explainer.value, layer: layer.value }) !== undefined) return;
  const key = currentAnswerKey();
  const asked = { explainer: explainer.value, layer: layer.value, target: target.value };
  const own = mapKey(asked);
  const spec = explanationSpec();
  const isKnown = said.value !== null;
  const found = await run('explain', `Explaining with ${asked.explainer}`, async (call) => {
    const explained = await here().explain({ spec }, call);
    if (explained.maps.length === 0 && explained.failures[0] !== undefined) {
      if (!isKnown) keepAnswer(key, explained.said);
      throw restored(explained.failures[0].error);
    }
    return explained;
  });
  if (found === undefined) return;
  keepAnswer(key, found.said);
  keepWords(key, found.words);
  const [map] = found.maps;
  if (map === undefined) return;
  keepMaps([[own, map], ...(map.layer === null ? [] : [[mapKey({ ...asked, layer: map.layer }), map] as const])]);
  tell(
    `${asked.explainer}: ${map.label ?? map.target}${map.probability === null ? '' : `, ${Math.round(100 * map.probability)} percent`}`,
  );
}

/** Has the maps of all stops of the slider computed ahead, where the explainer reads a layer. */
export async function sweepLayers(): Promise<void> {
  const map = knownMap({ explainer: explainer.value, layer: layer.value });
  const offered = about.value?.explainers.find(({ id }) => id === explainer.value);
  const asked = { explainer: explainer.value, target: target.value };
  const missing = stops.value
    .map(({ name }) => name)
    .filter((name) => knownMap({ ...asked, layer: name }) === undefined);
  const key = sweepKey();
  if (map === undefined) return;
  if (map.layer === null || offered?.isSlow === true || missing.length === 0) {
    swept.value = key;
    return;
  }
  const keys = new Map(missing.map((name) => [name, mapKey({ ...asked, layer: name })]));
  const spec = explanationSpec({ layer: 'auto' });
  const found = await run('sweep', 'Reading all layers', (call) => here().sweep({ spec, layers: missing }, call), {
    isQuiet: true,
  });
  if (found === undefined) return;
  keepMaps(found.map((each) => [keys.get(each.layer ?? '') ?? '', each]));
  swept.value = key;
}

/** Explains with several explainers, each shown as soon as it is there. */
export async function compare(ids: readonly string[]): Promise<void> {
  const wanted = ids.filter((id) => knownMap({ explainer: id, layer: layer.value }) === undefined);
  if (wanted.length === 0) return;
  const keys = new Map(wanted.map((id) => [id, mapKey({ explainer: id, layer: layer.value })]));
  const spec = explanationSpec({ explainers: wanted });
  const named = (map: ExplainedPicture) => keys.get(map.explainer.split(':')[0] ?? '') ?? '';
  const found = await run('compare', `Comparing ${wanted.length} explainers`, (call) =>
    here().explain({ spec }, { ...call, onMap: (map) => keepMaps([[named(map), map]]) }),
  );
  for (const { explainer: id, error } of found?.failures ?? []) {
    unfit.value = { ...unfit.value, [id]: error.message };
  }
}

/** Keeps what was dropped or chosen, and opens the first of each. */
export async function addFiles(list: readonly { readonly path: string; readonly file: Blob }[]): Promise<void> {
  const found = await run('files', `Reading ${list.length} files`, async (call) => {
    const files = await Promise.all(
      list.map(async ({ path, file }) => ({ path, bytes: new Uint8Array(await file.arrayBuffer()) })),
    );
    const added = await here().addFiles({ files }, call);
    const [other] = added.others;
    if (other !== undefined && added.models.length + added.pictures.length === 0) throw restored(other.error);
    return added;
  });
  if (found !== undefined) await showAdded(found);
}

/** Offers what was added, and opens the first of each. */
async function showAdded(found: AddedFiles): Promise<void> {
  const join = (known: readonly string[], more: readonly string[]) => [
    ...more,
    ...known.filter((each) => !more.includes(each)),
  ];
  ownModels.value = join(ownModels.value, found.models);
  ownPictures.value = join(ownPictures.value, found.pictures);
  const [model] = found.models;
  const [shown] = found.pictures;
  if (shown !== undefined) picture.value = shown;
  if (found.models.length > 0) await listKept();
  if (found.notKept !== undefined) problems.value = { ...problems.value, kept: found.notKept };
  if (model !== undefined) await openModel({ model });
  else if (shown !== undefined) await showPicture(shown);
}

function restored(error: { readonly name: string; readonly message: string }): Error {
  return Object.assign(new Error(error.message), error);
}
