import {
  EXPLAINER,
  failStalledCall,
  findLayer,
  type ContributionKind,
  type Host,
  type ImageClassifier,
} from '@understory/core';
import type { Explainer, Layout, ModelNeed, Selection } from '@understory/core';
import type { UsedBackend } from '@understory/report';
import { checkNeeds, checkReachesPicture, type Need } from './check-needs.ts';
import { configurationNote } from '@understory/cli';
import type { NamedExplainer } from '../explanation/explain-images.ts';
import type { Io } from '@understory/cli';
import { loadPlugins, type Loaded } from '@understory/environment-node';
import { Models } from './models.ts';
import { checkAgreement, classifierOf, findModel, type ClassifierOptions, type OpenedModel } from './open-model.ts';
import type { DeviceChoice } from '@understory/cli';
import { choosePreprocessing, type ChosenPreprocessing, type PreprocessingOptions } from './preprocessing.ts';
import { selectionName } from '../common/selection-name.ts';
import { Steps } from '@understory/cli';
import { usedBackends, type Use } from './used-backends.ts';

export interface SetupOptions extends ClassifierOptions, PreprocessingOptions {
  readonly model: string;
  readonly plugin?: readonly string[] | undefined;
  readonly backend?: readonly string[] | undefined;
  readonly device?: DeviceChoice | undefined;
  readonly threads?: number | undefined;
  readonly quiet?: boolean | undefined;
  /** What the axes of the explained layer are said to be. */
  readonly layout?: Layout | undefined;
}

/** Plugins, a model and how images are fed to it: what every command that explains starts from. */
export interface Setup extends Loaded {
  /** The model as the backend for everything sees it, or that of the principal. */
  readonly opened: OpenedModel;
  readonly classifier: ImageClassifier;
  readonly preprocessing: ChosenPreprocessing;
  readonly explainers: readonly NamedExplainer[];
  /** How far explainers are within an image. */
  readonly steps: Steps;
  /**
   * What a plugin's contribution works on: the model as the plugin's backend sees it.
   * Throws CAPABILITY_MISSING where it does not have what the contribution needs.
   */
  classifierFor(user: ModelUser): Promise<ImageClassifier>;
  /** Which backend computes what of all that was asked for so far; heat maps may only be drawn to be looked at. */
  backends(options?: { readonly explainers?: boolean; readonly others?: readonly Use[] }): readonly UsedBackend[];
  /** Closes the models and disposes of the plugins. */
  close(): Promise<void>;
}

/** A contribution that works on a model. */
export interface ModelUser {
  readonly kind: Extract<ContributionKind, Use['kind']>;
  readonly id: string;
  /** As rows name it. */
  readonly name: string;
  /** Beyond those of its manifest. */
  readonly needs?: readonly Need[] | undefined;
}

/** Explainers as they are asked for, by id or with settings. */
export type AskedExplainers = readonly (string | Selection)[];

export interface Asked {
  /** Explainers may depend on what plugins there are. */
  readonly explainers: AskedExplainers | ((host: Host) => AskedExplainers);
  readonly layer: string;
  /** What all numbers but heat maps come from, so that its backend makes the predictions too. */
  readonly principal?: (host: Host) => ModelUser;
  /** What else will work on the model. */
  readonly others?: (host: Host) => readonly Pick<ModelUser, 'kind' | 'id'>[];
  /** Told of explainers that lack something, which are left out; without it the first of them ends everything. */
  readonly onUnfit?: (explainer: string, error: unknown) => void;
}

/** Loads plugins, then opens the model; what can be wrong with the command line is said before anything slow is done. */
export async function setUp(options: SetupOptions, asked: Asked, io: Io): Promise<Setup> {
  const { plugin: plugins = [], backend: backends, device, threads } = options;
  const loaded = await loadPlugins({
    ...{ cwd: io.cwd, plugins, backends },
    onConfiguration: configurationNote(io, options),
  });
  const { host } = loaded;
  let models: Models | undefined;
  // Nothing is left to happen: what still waits will wait for ever.
  const onStall = () => void failStalledCall();
  process.on('beforeExit', onStall);
  const close = async () => {
    process.removeListener('beforeExit', onStall);
    await models?.close();
    await host.dispose();
  };
  try {
    const selections = typeof asked.explainers === 'function' ? asked.explainers(host) : asked.explainers;
    const found = selections.map((selection) => {
      const { id, options: settings } = typeof selection === 'string' ? { id: selection, options: {} } : selection;
      const name = selectionName({ id, options: settings });
      return { id, name, explainer: host.get(EXPLAINER, id, settings) };
    });
    const principal = asked.principal?.(host);
    const resolved = await findModel(options.model, io.cwd);
    const contributionOf = ({ kind, id }: Pick<ModelUser, 'kind' | 'id'>): Contributed =>
      host.list(kind).find((each) => each.id === id) ?? { plugin: '' };
    const users = [...found.map(({ id }) => ({ kind: 'explainer' as const, id })), ...(asked.others?.(host) ?? [])];
    models = new Models(loaded, resolved, { device, threads }, [
      principal && contributionOf(principal).plugin,
      ...users.map((user) => contributionOf(user).plugin),
    ]);
    const opened = await models.of(principal && contributionOf(principal).plugin);
    const classifier = await classifierOf(opened, options, io.cwd);
    const preprocessing = choosePreprocessing(classifier, resolved.preprocessing, options);
    const classifiers = new Map([[opened, classifier]]);
    const uses: Use[] = [{ opened, kind: 'predictions' }];

    const modelFor = async (user: ModelUser) => {
      const { kind, id, name } = user;
      const { plugin, needs = [] } = contributionOf(user);
      const its = await models!.of(plugin);
      const what = `The ${kind} "${id}"`;
      await checkNeeds({ host, what, plugin, needs: [...needs, ...(user.needs ?? [])], opened: its });
      const own = classifiers.get(its) ?? (await classifierOf(its, options, io.cwd));
      if (!classifiers.has(its)) checkAgreement(opened, classifier, its, own);
      classifiers.set(its, own);
      if (kind === 'attack' && needs.includes('gradients')) checkReachesPicture(own);
      uses.push({ opened: its, kind, name });
      return own;
    };

    if (principal !== undefined) await modelFor(principal);
    const steps = new Steps();
    const explainers: NamedExplainer[] = [];
    for (const { id, name, explainer } of found) {
      let own: ImageClassifier;
      try {
        own = await modelFor({ kind: 'explainer', id, name });
      } catch (error) {
        if (asked.onUnfit === undefined) throw error;
        asked.onUnfit(name, error);
        continue;
      }
      const layer = asked.layer.trim() === 'auto' ? undefined : findLayer(own.model.layers, asked.layer).name;
      const named = steps.explainer(name, reading(explainer, options.layout));
      explainers.push({ id: name, explainer: named, classifier: own, layer });
    }
    return {
      ...{ ...loaded, opened, classifier, preprocessing, explainers, steps, close },
      classifierFor: modelFor,
      backends({ explainers: drawn = true, others = [] } = {}) {
        return usedBackends([...uses.filter(({ kind }) => drawn || kind !== 'explainer'), ...others]);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** An explainer that reads its layer as it is said to be. */
function reading(explainer: Explainer, layout: Layout | undefined): Explainer {
  return layout === undefined ? explainer : { explain: (request) => explainer.explain({ layout, ...request }) };
}

interface Contributed {
  readonly plugin: string;
  readonly needs?: readonly ModelNeed[];
}
