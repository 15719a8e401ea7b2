import type { Selection } from '@understory/core';
import { parseStudySpec, type StudySpec, type StudySpecInput } from '@understory/studies';
import { selectionsOf, setUp, withPlugins, type Setup } from '@understory/studies/setup';
import type { RgbImage } from '@understory/imaging';
import type { ModelRequest } from './engine.ts';
import { studioErrors } from '../errors.ts';
import type { KeptEnvironment } from './kept-environment.ts';

/** The specification of a study to explain, with every default. */
export type ExplanationSpec = Extract<StudySpec, { study: 'explain' }>;

/** A model with the explainers that were asked for. */
export interface Session {
  readonly setup: Setup;
  readonly unfit: readonly { readonly explainer: string; readonly error: unknown }[];
}

/** Fields of a specification that decide which picture is explained and what is kept of it, not how the model is read. */
const lookAlone = new Set([
  'images',
  'overlay',
  'npy',
  'sheet',
  'html',
  'colourMap',
  'opacity',
  'batch',
  'notes',
  'explainers',
]);

/** Setups that are ready to be used again. */
const keptSetups = 12;

/** Models that are read in one way, each kept for the next call. */
export class Sessions {
  readonly environment: KeptEnvironment;
  readonly #kept = new Map<string, Promise<Session>>();

  constructor(environment: KeptEnvironment) {
    this.environment = environment;
  }

  /** The model of a specification with its explainers, or with those in their place; throws what setting up throws. */
  open(spec: ExplanationSpec, explainers: readonly Selection[] = selectionsOf(spec.explainers)): Promise<Session> {
    const key = JSON.stringify([Object.entries(spec).filter(([name]) => !lookAlone.has(name)), explainers]);
    const known = this.#kept.get(key) ?? this.#make(spec, explainers);
    this.#kept.delete(key);
    this.#kept.set(key, known);
    known.catch(() => this.#kept.delete(key));
    for (const old of [...this.#kept.keys()].slice(0, -keptSetups)) this.#kept.delete(old);
    return known;
  }

  /** Lets go of what was opened of files, which are others now. */
  async forget(): Promise<void> {
    this.#kept.clear();
    await this.environment.forget();
  }

  /** A picture by its path. Throws what reading it throws. */
  async picture(path: string): Promise<RgbImage> {
    const { images, failures } = await this.environment.findImages([path]);
    const [image] = images;
    if (image !== undefined) return image.picture();
    throw failures[0]?.error ?? studioErrors.fileNotKept({ path, known: [] });
  }

  async #make(spec: ExplanationSpec, explainers: readonly Selection[]): Promise<Session> {
    const { environment } = this;
    const unfit: { explainer: string; error: unknown }[] = [];
    const asked = {
      ...{ explainers, layer: spec.layer, isDeferred: true, targets: spec.target },
      onUnfit: (explainer: string, error: unknown) => void unfit.push({ explainer, error }),
      onSkipped: (explainer: string, error: unknown) => void unfit.push({ explainer, error }),
    };
    const setup = await withPlugins(spec, environment, (loaded) =>
      setUp({ ...spec, taskPreset: spec.preset }, asked, environment, loaded),
    );
    return { setup, unfit };
  }
}

/** A specification to explain, checked. Throws SPEC_INVALID. */
export function explanationSpec(
  given: Omit<Extract<StudySpecInput, { study: 'explain' }>, 'study' | 'version'>,
): ExplanationSpec {
  return parsed({ ...given, version: 1, study: 'explain' }, 'explain');
}

/** Of a model and a picture alone. */
export function pictureSpec({ picture, ...model }: ModelRequest & { readonly picture: string }): ExplanationSpec {
  return explanationSpec({ ...model, images: { from: [picture] } });
}

/** A specification of one kind of study, checked. Throws SPEC_INVALID. */
export function parsed<Kind extends StudySpec['study']>(
  given: unknown,
  kind: Kind,
): Extract<StudySpec, { study: Kind }> {
  const spec = parseStudySpec(given, 'the page');
  if (spec.study === kind) return spec as Extract<StudySpec, { study: Kind }>;
  throw studioErrors.otherStudy({ found: spec.study, expected: kind });
}
