import { EXPLAINER, findLayer, type Host, type ImageClassifier, type Selection } from '@understory/core';
import type { NamedExplainer } from './explain-images.ts';
import { selectionName } from './selection-name.ts';
import type { Io } from './io.ts';
import { loadPlugins, type Loaded } from './load-plugins.ts';
import { classifierOf, findModel, openModel, type ClassifierOptions, type OpenedModel } from './open-model.ts';
import { choosePreprocessing, type ChosenPreprocessing, type PreprocessingOptions } from './preprocessing.ts';

export interface SetupOptions extends ClassifierOptions, PreprocessingOptions {
  readonly model: string;
  readonly plugin?: readonly string[] | undefined;
  readonly backend?: string | undefined;
  readonly device?: readonly string[] | undefined;
  readonly threads?: number | undefined;
}

/** Plugins, a model and how images are fed to it: what every command that explains starts from. */
export interface Setup extends Loaded {
  readonly opened: OpenedModel;
  readonly classifier: ImageClassifier;
  readonly preprocessing: ChosenPreprocessing;
  readonly explainers: readonly NamedExplainer[];
  /** Closes the models and disposes of the plugins. */
  close(): Promise<void>;
}

/** Explainers as they are asked for, by id or with settings. */
export type AskedExplainers = readonly (string | Selection)[];

/**
 * Loads plugins, then opens the model; what can be wrong with the command line is said before anything slow is done.
 * Explainers may depend on what plugins there are.
 */
export async function setUp(
  options: SetupOptions,
  { explainers: asked, layer }: { explainers: AskedExplainers | ((host: Host) => AskedExplainers); layer: string },
  io: Io,
): Promise<Setup> {
  const { plugin: plugins = [], backend, device, threads } = options;
  const loaded = await loadPlugins({ cwd: io.cwd, plugins, backend });
  const { host, configuration } = loaded;
  const opened: OpenedModel[] = [];
  const close = async () => {
    for (const { model } of opened) await model.close();
    await host.dispose();
  };
  try {
    const found = (typeof asked === 'function' ? asked(host) : asked).map((selection) => {
      const { id, options: settings } = typeof selection === 'string' ? { id: selection, options: {} } : selection;
      const name = selectionName({ id, options: settings });
      return { id, name, explainer: host.get(EXPLAINER, id, settings) };
    });
    const resolved = await findModel(options.model, io.cwd);
    const openOptions = { ...(device && { devices: device }), ...(threads !== undefined && { threads }) };
    const open = async (id?: string): Promise<OpenedModel> => {
      const known = opened.find((each) => id === undefined || each.backend === id);
      if (known !== undefined) return known;
      const fresh = await openModel(host, resolved, openOptions, id);
      opened.push(fresh);
      return fresh;
    };

    const main = await open(backend);
    const classifier = await classifierOf(main, options, io.cwd);
    const preprocessing = choosePreprocessing(classifier, resolved.preprocessing, options);
    const explainers: NamedExplainer[] = [];
    for (const { id, name, explainer } of found) {
      const provider = host.list('explainer').find((each) => each.id === id)?.plugin ?? '';
      const its = await open(configuration.backends?.[provider]);
      explainers.push({
        id: name,
        explainer,
        classifier: its === main ? classifier : await classifierOf(its, options, io.cwd),
        layer: layer.trim() === 'auto' ? undefined : findLayer(its.model.layers, layer).name,
      });
    }
    return { ...loaded, opened: main, classifier, preprocessing, explainers, close };
  } catch (error) {
    await close();
    throw error;
  }
}
