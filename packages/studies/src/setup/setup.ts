import {
  type ContributionKind,
  EXPLAINER,
  type Explainer,
  failStalledCall,
  findLayer,
  isDiagnosed,
  isQuestionAnswerer,
  type Model,
  type Subject,
  type SubjectPreset,
  type Layout,
  type ModelNeed,
  type Selection,
} from '@understory/core';
import type { Environment, LoadedPlugins } from '../environment.ts';
import type { UsedBackend } from '../evaluation/evaluation-rows.ts';
import type { CommonSpec } from '../spec/study-spec.ts';
import { checkNeeds, checkReachesPicture, type Need } from './check-needs.ts';
import type { NamedExplainer } from '../explanation/explain-images.ts';
import { Models } from './models.ts';
import { checkAgreement, type OpenedModel } from './open-model.ts';
import type { ChosenPreprocessing } from './preprocessing.ts';
import type { Recognised } from './recognise.ts';
import { openSubject, type SubjectSpec } from './open-subject.ts';
import { withAll, type OptionalSelection } from './all-explainers.ts';
import { selectionName } from '../common/selection-name.ts';
import { Steps } from '../common/steps.ts';
import { usedBackends, type Use } from './used-backends.ts';

/** What of a spec says which model is opened, with what, and how it is fed. */
export type SetupSpec = Pick<
  CommonSpec,
  | 'model'
  | Exclude<keyof SubjectSpec, 'taskPreset'>
  | 'plugins'
  | 'backend'
  | 'backends'
  | 'devices'
  | 'devicesOf'
  | 'threads'
  | 'layout'
> &
  Pick<SubjectSpec, 'taskPreset'>;

/** Plugins, a model and how images are fed to it: what every study starts from. */
export interface Setup extends LoadedPlugins {
  readonly environment: Environment;
  /** The model as the backend for everything sees it, or that of the principal. */
  readonly opened: OpenedModel;
  readonly subject: Subject;
  /** What it was recognised by. */
  readonly recognised: Recognised;
  readonly preprocessing: ChosenPreprocessing;
  readonly explainers: readonly NamedExplainer[];
  /** What each of them was asked for by, with all that `all` stands for. */
  readonly selections: readonly Selection[];
  /** What a user should know of how the model reads what it was given. */
  readonly notes: readonly string[];
  /** How far explainers and attacks are within an image. */
  readonly steps: Steps;
  /**
   * What a plugin's contribution works on: the model as the plugin's backend sees it.
   * Throws CAPABILITY_MISSING where it does not have what the contribution needs.
   */
  subjectFor(user: ModelUser): Promise<Subject>;
  /**
   * The same models asked about other captions, or another question: what each subject of this set-up becomes. Throws what opening subjects
   * throws.
   */
  asking(text: Pick<SubjectSpec, 'captions' | 'question'>): Promise<(own: Subject) => Subject>;
  /** Which backend computes what of all that was asked for so far; heat maps may only be drawn to be looked at. */
  backends(options?: { readonly explainers?: boolean; readonly others?: readonly Use[] }): readonly UsedBackend[];
  /** Closes the models and disposes of the plugins. */
  close(): Promise<void>;
}

/** A contribution that works on a model. */
interface ModelUser {
  readonly kind: Extract<ContributionKind, Use['kind']>;
  readonly id: string;
  /** As rows name it. */
  readonly name: string;
  /** Beyond those of its manifest. */
  readonly needs?: readonly Need[] | undefined;
}

/** Explainers as they are asked for, by id or with settings. */
type AskedExplainers = readonly (string | Selection)[];

export interface Asked {
  readonly explainers: AskedExplainers;
  readonly layer: string;
  /** Whether the model may be opened when it is first run. */
  readonly isDeferred?: boolean;
  /** The targets as they are asked for, which may name elements of any output. */
  readonly targets?: string | undefined;
  /** What all numbers but heat maps come from, so that its backend makes the predictions too. */
  readonly principal?: ModelUser;
  /** What else will work on the model. */
  readonly others?: readonly Pick<ModelUser, 'kind' | 'id'>[];
  /** Told of explainers that were asked for as `all` and lack something; without it nothing is called `all`. */
  readonly onSkipped?: (explainer: string, error: unknown) => void;
  /** Told of explainers that lack something, which are left out; without it the first of them ends everything. */
  readonly onUnfit?: (explainer: string, error: unknown) => void;
}

/** Plugins that whoever has them lets go of. */
export interface DisposablePlugins extends LoadedPlugins {
  dispose(): Promise<void>;
}

/** Loads plugins and hands them to `work`, which has to make a set-up of them or let go; they are disposed of where it fails. */
export async function withPlugins<Result>(
  { plugins = [], backend, backends = {} }: Pick<SetupSpec, 'plugins' | 'backend' | 'backends'>,
  environment: Environment,
  work: (loaded: DisposablePlugins) => Promise<Result>,
): Promise<Result> {
  const loaded = await environment.loadPlugins({ plugins, backend, backends });
  // Nothing is left to happen: what still waits will wait for ever.
  const stop = environment.whenIdle(failStalledCall);
  const dispose = async () => {
    stop();
    await loaded.host.dispose();
  };
  try {
    return await work({ ...loaded, dispose });
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Opens the model for the plugins that were asked for; what can be wrong with the spec is said before anything slow is done. */
export async function setUp(
  spec: SetupSpec,
  asked: Asked,
  environment: Environment,
  loaded: DisposablePlugins,
): Promise<Setup> {
  const { host, dispose } = loaded;
  const { principal, others = [] } = asked;
  const selected = asked.onSkipped === undefined ? asked.explainers : withAll(host, asked.explainers);
  const found = selected.map((selection) => {
    const {
      id,
      options: settings,
      isOptional = false,
    }: OptionalSelection = typeof selection === 'string' ? { id: selection, options: {} } : selection;
    const name = selectionName({ id, options: settings });
    return { id, name, isOptional, settings, explainer: host.get(EXPLAINER, id, settings) };
  });
  const resolved = await environment.findModel(spec.model);
  const contributionOf = ({ kind, id }: Pick<ModelUser, 'kind' | 'id'>): Contributed =>
    host.list(kind).find((each) => each.id === id) ?? { plugin: '' };
  const users = [...found.map(({ id }) => ({ kind: 'explainer' as const, id })), ...others];
  const models = new Models(loaded, resolved, { ...spec, isDeferred: asked.isDeferred ?? false }, [
    principal && contributionOf(principal).plugin,
    ...users.map((user) => contributionOf(user).plugin),
  ]);
  try {
    const opened = await models.of(principal && contributionOf(principal).plugin);
    const request = { spec, host, environment, targets: asked.targets };
    const { subject, recognised, preprocessing, preset } = await openSubject(opened, request);
    const subjects = new Map([[opened, subject]]);
    const uses: Use[] = [{ opened, kind: 'predictions' }];

    const modelFor = async (user: ModelUser) => {
      const { kind, id, name } = user;
      const { plugin, needs = [] } = contributionOf(user);
      const its = await models.of(plugin);
      const what = `The ${kind} "${id}"`;
      await checkNeeds({ host, what, plugin, needs: [...needs, ...(user.needs ?? [])], opened: its });
      const own = subjects.get(its) ?? (await openSubject(its, request)).subject;
      if (!subjects.has(its)) checkAgreement(opened, subject, its, own);
      subjects.set(its, own);
      if (kind === 'attack' && needs.includes('gradients')) checkReachesPicture(own);
      uses.push({ opened: its, kind, name });
      return own;
    };

    if (principal !== undefined) await modelFor(principal);
    const steps = new Steps();
    const explainers: NamedExplainer[] = [];
    const selections: Selection[] = [];
    for (const { id, name, explainer, isOptional, settings } of found) {
      let own: Subject;
      try {
        own = await modelFor({ kind: 'explainer', id, name });
      } catch (error) {
        const tell = isOptional ? asked.onSkipped : asked.onUnfit;
        if (tell === undefined) throw error;
        tell(name, error);
        continue;
      }
      const layer = layerOf(own, asked.layer, preset);
      const named = steps.explainer(name, reading(explainer, spec.layout));
      explainers.push({
        ...{ id: name, explainer: named, subject: own, layer, readsLayer: explainer.readsLayer ?? false },
        ...(isOptional && { isOptional }),
      });
      selections.push({ id, options: settings });
    }
    return {
      ...{ ...loaded, environment, opened, subject, recognised, preprocessing, explainers, selections, steps },
      notes: notesOf(subject, explainers, preset),
      subjectFor: modelFor,
      async asking(text) {
        const again = new Map<Subject, Subject>();
        for (const [its, own] of subjects) {
          const { question } = text;
          const isQuestion = question !== undefined && isQuestionAnswerer(own);
          again.set(
            own,
            // One that answers questions keeps what it has read of its vocabulary.
            isQuestion
              ? own.asking(question)
              : (await openSubject(its, { ...request, spec: { ...spec, ...text } })).subject,
          );
        }
        return (own) => again.get(own) ?? own;
      },
      backends({ explainers: drawn = true, others: more = [] } = {}) {
        return usedBackends([...uses.filter(({ kind }) => drawn || kind !== 'explainer'), ...more]);
      },
      async close() {
        await models.close();
        await dispose();
      },
    };
  } catch (error) {
    await models.close();
    throw error;
  }
}

/** The layer that is asked for, else the preset's, as far as the model has one; undefined where the explainer chooses. */
function layerOf({ model, layer }: Subject, asked: string, preset: SubjectPreset | undefined): string | undefined {
  if (asked.trim() !== 'auto') return findLayer(model.layers, asked).name;
  if (preset === undefined) return layer;
  return preset.layers.map((layer) => layerNamed(model, layer)).find((found) => found !== undefined);
}

function layerNamed({ layers }: Model, name: string): string | undefined {
  try {
    return findLayer(layers, name).name;
  } catch (error) {
    if (isDiagnosed(error)) return undefined;
    throw error;
  }
}

function notesOf(
  { notes = [] }: Subject,
  explainers: readonly NamedExplainer[],
  preset: SubjectPreset | undefined,
): readonly string[] {
  const isWithout = preset !== undefined && explainers.some(({ layer }) => layer === undefined);
  const own = `the model has no layer ${preset?.layers[0]}, which the preset explains: the last spatial layer is taken`;
  return isWithout ? [...notes, own] : notes;
}

/** An explainer that reads its layer as it is said to be. */
function reading(explainer: Explainer, layout: Layout | undefined): Explainer {
  return layout === undefined ? explainer : { explain: (request) => explainer.explain({ layout, ...request }) };
}

interface Contributed {
  readonly plugin: string;
  readonly needs?: readonly ModelNeed[];
}
