import { carriedError, isDiagnosed, objectiveOf, objectiveValues, type Subject } from '@understory/core';
import { prepare } from '@understory/imaging';
import { explainImages, prepareModel, targetsOf } from '@understory/studies/setup';
import type { Call, Explained, ExplainedPicture, ExplanationInput, MapListener, SweepRequest } from './engine.ts';
import { studioErrors } from '../errors.ts';
import { inOnePass } from './one-pass.ts';
import { answered } from './predict.ts';
import { saidOf } from './said.ts';
import { parsed, type Sessions } from './sessions.ts';

type Outcome = ReturnType<typeof explainImages> extends AsyncGenerator<infer Each> ? Each : never;
type ExplainedMap = Extract<Outcome, { kind: 'map' }>['map'];

/** The maps of a specification, of its one picture. */
export async function explain(
  sessions: Sessions,
  given: ExplanationInput,
  { signal = new AbortController().signal, onProgress, onMap }: Call & MapListener,
): Promise<Explained> {
  const spec = parsed(given, 'explain');
  const { setup, unfit } = await sessions.open(spec);
  const { subject, explainers, preprocessing, steps } = setup;
  const targets = targetsOf(spec.target, subject);
  const { images, failures: notFound } = await sessions.environment.findImages(pathsOf(spec.images.from));
  const [image] = images;
  if (image === undefined)
    throw notFound[0]?.error ?? studioErrors.fileNotKept({ path: String(spec.images.from), known: [] });
  await prepareModel(setup, { images: 1, outputs: targets.outputs });
  steps.listener = ({ label, done, total }) => onProgress?.({ what: label, done, total });
  const failures = unfit.map(({ explainer, error }) => ({ explainer, error: carriedError(error) }));
  const maps: ExplainedPicture[] = [];
  const words: Explained['words'][number][] = [];
  let said: Explained['said'] | undefined;
  let began = performance.now();
  const request = {
    subject,
    explainers,
    targets,
    signal,
    seed: spec.seed,
    batch: spec.batch,
    preprocessing: preprocessing.preprocessing,
  };
  try {
    if (explainers.length === 0) {
      // Nothing applies; what the model says can be told all the same.
      const prepared = prepare(await image.picture(), preprocessing.preprocessing);
      const answer = await answered({ setup, unfit }, prepared, []);
      said = saidOf(subject, answer.said, prepared.picture);
    }
    for await (const outcome of explainImages({ ...request, images: explainers.length === 0 ? [] : [image] })) {
      switch (outcome.kind) {
        case 'imageFailed':
          throw outcome.error;
        case 'explainerFailed':
          failures.push({ explainer: outcome.explainer, error: carriedError(outcome.error) });
          break;
        case 'map': {
          said ??= saidOf(subject, outcome.answer, outcome.picture);
          const made = pictureOf(outcome.map, performance.now() - began);
          maps.push(made);
          onMap?.(made);
          const own = await subject.words?.(outcome.map.target, outcome.answer);
          const { words: target, label } = outcome.map.target;
          if (own !== undefined && words.every((each) => each.target !== target))
            words.push({ target, text: label ?? '', words: own });
          break;
        }
        case 'image':
          said ??= saidOf(subject, outcome.answer, outcome.picture);
          break;
      }
      began = performance.now();
    }
  } finally {
    steps.listener = undefined;
  }
  if (said === undefined) {
    const prepared = prepare(await image.picture(), preprocessing.preprocessing);
    said = saidOf(subject, (await answered({ setup, unfit }, prepared, [])).said, prepared.picture);
  }
  return { said, maps, failures, words, notes: setup.notes };
}

/** What says that a target does not depend on a layer. */
const withoutPath: readonly string[] = ['NOT_DIFFERENTIABLE', 'GRADIENT_NO_PATH'];

/** The maps of one explainer at several layers, without those that the target does not depend on: a box of one scale has no gradient at the layers of another. */
export async function sweep(
  sessions: Sessions,
  { spec: given, layers }: SweepRequest,
  { signal, onProgress, onMap }: Call & MapListener,
): Promise<readonly ExplainedPicture[]> {
  const spec = parsed({ ...given, layer: 'auto' }, 'explain');
  const session = await sessions.open(spec);
  const { setup, unfit } = session;
  const [named] = setup.explainers;
  if (named === undefined) throw unfit[0]?.error ?? studioErrors.nothingToMeasure({ found: 'no explainer' });
  const { subject: asked, preprocessing } = setup;
  const { subject, explainer, id, readsLayer = false } = named;
  const targets = targetsOf(spec.target, asked);
  const prepared = prepare(await sessions.picture(pathsOf(spec.images.from)[0] ?? ''), preprocessing.preprocessing);
  const { said, outputs, feeds } = await answered(session, prepared, targets.outputs);
  const [found] = targets.of(said, outputs);
  if (found === undefined) throw studioErrors.nothingToMeasure({ found: `no target "${spec.target}"` });
  const { target, name } = found;
  const objective = objectiveOf([target]);
  const value = objectiveValues(objective, outputs)[0]!;
  const probability = probabilityOf(asked, target, outputs);
  const model = readsLayer ? inOnePass(subject.model, layers) : subject.model;
  const made: ExplainedPicture[] = [];
  for (const [at, layer] of layers.entries()) {
    signal?.throwIfAborted();
    const began = performance.now();
    onProgress?.({ what: id, done: at, total: layers.length });
    const request = { model, feeds, image: subject.picture.name, objective, layer, seed: spec.seed };
    const asking = { ...request, ...(spec.layout && { layout: spec.layout }), ...(signal && { signal }) };
    const [heat] = await explainer.explain(asking).catch((error: unknown) => {
      if (isDiagnosed(error) && withoutPath.includes(error.code)) return [];
      throw error;
    });
    if (heat === undefined) continue;
    const map = pictureOf({ explainer: id, name, target, value, probability, heat }, performance.now() - began);
    made.push(map);
    onMap?.(map);
  }
  return made;
}

function probabilityOf(
  subject: Subject,
  target: ExplainedMap['target'],
  outputs: Parameters<NonNullable<Subject['probabilities']>>[1],
) {
  return subject.probabilities?.([target], outputs)?.[0];
}

/** A map as plain data. */
function pictureOf({ explainer, target, value, probability, heat }: ExplainedMap, time: number): ExplainedPicture {
  const { height, width, data, layer, reading, details = {} } = heat;
  const { words, label, box } = target;
  return {
    ...{ explainer, target: words, label, value, probability: probability ?? null, box: box ?? null },
    ...{ layer: layer ?? null, reading: reading ?? null, height, width, data, details, time },
  };
}

export function pathsOf(from: string | readonly string[]): readonly string[] {
  return typeof from === 'string' ? [from] : from;
}
