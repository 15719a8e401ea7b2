import { closest, createHost, type Configuration, type PluginManifest } from '@understory/core';
import { canvasCodec } from '@understory/imaging/canvas';
import type { ImageCodec, RgbImage } from '@understory/imaging';
import { studyErrors, type Environment, type PluginRequest } from '@understory/studies';
import { chooseAmong, parseLabels, parseTable, parseVocabulary, uniqueNames } from '@understory/studies/setup';
import { shortName } from '@understory/studies/results';
import { modelAt } from '@understory/zoo/places';
import { webErrors } from './errors.ts';
import type { PageFiles } from './page-files.ts';
import { sha256 } from './sha256.ts';

export interface WebEnvironmentOptions {
  /** Models and pictures by their paths. */
  readonly files: PageFiles;
  /** Manifests, or modules that export one as their default; a page cannot look for packages. */
  readonly plugins: readonly PluginManifest[];
  /** The program that runs studies, for records: `{ studio: '0.1.0' }`. */
  readonly versions?: Readonly<Record<string, string>>;
  /** Reads and writes pictures; a canvas by default. */
  readonly codec?: ImageCodec;
}

const endings = ['.jpg', '.jpeg', '.png', '.webp'];

/** A browser as a study sees it: plugins as modules, models and pictures as files of the page. */
export function webEnvironment({
  files,
  plugins,
  versions = {},
  codec = canvasCodec,
}: WebEnvironmentOptions): Environment {
  const { navigator: agent } = globalThis as { readonly navigator?: { readonly userAgent: string } };
  const readText = async (path: string) => new TextDecoder().decode(await files.read(path));
  const picture = async (path: string): Promise<RgbImage> => codec.decode(await files.read(path), path);
  const pathsOf = (asked: string) => imagePaths(files, asked);
  const found = async (paths: readonly string[]) => {
    const images: string[] = [];
    const failures: { readonly path: string; readonly error: unknown }[] = [];
    for (const path of paths) {
      try {
        for (const each of await pathsOf(path)) if (!images.includes(each)) images.push(each);
      } catch (error) {
        failures.push({ path, error });
      }
    }
    const names = uniqueNames(images);
    return { images: images.map((path, at) => ({ path, name: names[at]!, picture: () => picture(path) })), failures };
  };
  return {
    versions: { runtime: agent?.userAgent ?? 'a worker', ...versions },
    loadPlugins: async (request) => loaded(plugins, request),
    async findModel(name) {
      const model = name.trim() === '' ? undefined : await modelAt(files, name);
      if (model === undefined) throw webErrors.modelNotGiven({ model: name, near: closest(name, files.paths) });
      return model;
    },
    readLabels: async (path) => parseLabels(await readText(path), path),
    readVocabulary: async (path) => parseVocabulary(await readText(path), path),
    readTable: async (path) => parseTable(await files.read(path), path),
    findImages: found,
    async chooseImages(spec) {
      const { images, failures } = await found(typeof spec.from === 'string' ? [spec.from] : spec.from);
      if (failures[0] !== undefined) throw failures[0].error;
      return chooseAmong(images, spec);
    },
    async findTargetReference({ path, target, masks }) {
      const [image] = path === undefined ? [] : await pathsOf(path);
      if (image === undefined) {
        const lookedFor = [target.label ?? `${target.index}`];
        throw studyErrors.targetImageMissing({ masks, target, found: 'no path to one', lookedFor });
      }
      const bytes = await files.read(image);
      return {
        image: await codec.decode(bytes, image),
        record: { name: files.basename(image), sha256: await sha256(bytes) },
      };
    },
    // A page goes on when nothing is left to happen.
    whenIdle: () => () => undefined,
    codec,
  };
}

function loaded(plugins: readonly PluginManifest[], { plugins: asked, backend, backends }: PluginRequest) {
  const names = plugins.map(({ name }) => name);
  const full = (text: string) => names.find((name) => name === text) ?? names.find((name) => shortName(name) === text);
  const known = (text: string) => {
    const name = full(text);
    if (name === undefined) throw webErrors.pluginNotLoaded({ plugin: text, plugins: names });
    return name;
  };
  for (const plugin of asked) known(plugin);
  const own = new Map(Object.entries(backends).map(([plugin, id]) => [known(plugin), id]));
  const configuration: Configuration = {
    plugins: names,
    ...(backend !== undefined && { backend }),
    backends: Object.fromEntries(own),
  };
  const host = createHost(configuration);
  for (const plugin of plugins) host.use(plugin, { from: 'the page' });
  host.start();
  return { host, backendOf: (plugin = '') => own.get(plugin) ?? backend };
}

async function imagePaths(files: PageFiles, path: string): Promise<readonly string[]> {
  const entry = await files.find(path);
  if (entry === undefined) throw webErrors.imageNotGiven({ path, near: closest(path, files.paths) });
  if (entry.kind === 'file') return [path];
  const names = (await files.names(path)) ?? [];
  const images = names.filter((name) => !name.startsWith('.') && endings.includes(files.extname(name).toLowerCase()));
  if (images.length === 0) throw webErrors.noImages({ folder: path, endings });
  return images.map((name) => files.join(path, name));
}
