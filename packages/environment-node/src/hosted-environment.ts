import { isAbsolute } from 'node:path';
import { parseDatasetSpec } from '@understory/datasets';
import type { Environment, ImagesSpec, StudySpec } from '@understory/studies';
import { listZoo } from '@understory/zoo';
import { environmentErrors } from './errors.ts';
import { placing } from './placing.ts';

/** What a machine offers to work that others send. */
export interface Offered {
  /** Folders of models. */
  readonly models: readonly string[];
  /** Folders of data. */
  readonly data: readonly string[];
  /** Package names or paths that it loads beside its configuration. */
  readonly plugins?: readonly string[];
}

/** The same machine as work sees it that another one sends: files within what is offered, the plugins of here. */
export function hostedEnvironment(own: Environment, offered: Offered, base: string): Environment {
  const { plugins = [] } = offered;
  const models = placing(offered.models, base);
  const data = placing(offered.data, base);
  const any = placing([...offered.models, ...offered.data], base);
  const isBundled = async (name: string) => (await listZoo()).some((entry) => entry.name === name);
  const model = async (name: string) => ((await isBundled(name)) ? name : models.place(name));
  const placed = async (from: readonly string[]) =>
    (await Promise.all(from.map(async (path) => (isDataset(path) ? [dataset(path)] : data.places(path))))).flat();
  const dataset = (spec: string): string => {
    const parsed = parseDatasetSpec(spec);
    if ('path' in parsed) {
      return `${parsed.format === undefined ? '' : `${parsed.format}:`}${data.place(parsed.path)}`;
    }
    const { photographs } = parsed.options;
    return photographs === undefined ? spec : spec.replace(photographs, () => data.place(photographs));
  };

  return {
    ...own,
    async loadPlugins(request) {
      const loaded = await own.loadPlugins({ ...request, plugins });
      const known = new Set([...plugins, ...loaded.host.plugins().map(({ manifest }) => manifest.name)]);
      // A path means nothing here; what such a plugin is called shows in the versions of both sides.
      const unknown = request.plugins.find((plugin) => !isPath(plugin) && !known.has(plugin));
      if (unknown === undefined) return loaded;
      await loaded.host.dispose();
      throw environmentErrors.pluginNotOffered({ plugin: unknown, known: [...known] });
    },
    findModel: async (name) => own.findModel(await model(name)),
    readLabels: async (path) => own.readLabels(any.place(path)),
    readVocabulary: async (path) => own.readVocabulary(any.place(path)),
    readTable: async (path) => own.readTable(any.place(path)),
    async findImages(paths) {
      return own.findImages(await placed(paths));
    },
    async chooseImages(images) {
      const { from } = images;
      const here: ImagesSpec = { ...images, from: typeof from === 'string' ? dataset(from) : await placed(from) };
      const chosen = await own.chooseImages(here);
      // As it was asked for, so that the same images have the same record everywhere.
      return 'spec' in chosen.record ? { ...chosen, record: { ...chosen.record, spec: askedOf(from) } } : chosen;
    },
    async findTargetReference(request) {
      const { path } = request;
      return own.findTargetReference({ ...request, path: path === undefined ? undefined : data.place(path) });
    },
    async elsewhere(spec) {
      const found = await own.elsewhere!(await withModels(spec, model));
      return { ...found, data: { ...(found.data as object), spec, offered, base } };
    },
  };
}

function askedOf(from: ImagesSpec['from']): string {
  return typeof from === 'string' ? from : from[0]!;
}

function isDataset(text: string): boolean {
  try {
    const spec = parseDatasetSpec(text);
    return !('path' in spec) || spec.format !== undefined;
  } catch {
    return false;
  }
}

function isPath(plugin: string): boolean {
  return isAbsolute(plugin) || /^\.|[\\]/.test(plugin) || /\.[cm]?js$/.test(plugin);
}

/** A spec whose models are named as they are here. */
async function withModels(spec: StudySpec, place: (name: string) => Promise<string>): Promise<StudySpec> {
  const own = { ...spec, model: await place(spec.model) };
  if (own.study === 'attack' && own.transfer !== undefined) return { ...own, transfer: await place(own.transfer) };
  if (own.study !== 'compare') return own;
  const { other } = own;
  const placed = await place(typeof other === 'string' ? other : other.model);
  return { ...own, other: typeof other === 'string' ? placed : { ...other, model: placed } };
}
