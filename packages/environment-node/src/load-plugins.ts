import {
  type Configuration,
  createHost,
  errors,
  imageTextTask,
  isDiagnosed,
  parseConfiguration,
  reasonOf,
} from '@understory/core';
import { environmentErrors } from './errors.ts';
import { existsSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readTextFile } from '@understory/imaging/files';
import type { LoadedPlugins, PluginRequest } from '@understory/studies';
import { shortName } from '@understory/studies/results';
import { withBackends } from './choose-backends.ts';

/** What reads the outputs of models where no listed plugin does. */
const usualSubjects = '@understory/subjects';

/** What there is where the configuration does not list plugins. */
const defaultPlugins = [
  '@understory/backend-onnx',
  '@understory/backend-tfjs',
  usualSubjects,
  '@understory/explain-cam',
  '@understory/explain-gradcam',
  '@understory/explain-gradients',
  '@understory/explain-perturbation',
  '@understory/explain-baseline',
  '@understory/metric-faithfulness',
  '@understory/probe-shuffle',
  '@understory/probe-clip',
  '@understory/probe-mdetr',
  '@understory/attack-pgd',
  '@understory/visualise-ascent',
  '@understory/executor-threads',
  '@understory/executor-bullmq',
];

const configurationFiles = ['understory.config.json', 'understory.config.mjs'];

export interface LoadOptions extends Partial<PluginRequest> {
  /** The folder in which configuration and packages are looked for. */
  readonly cwd: string;
  /** Told of a configuration file that is found, before it is read. */
  readonly onConfiguration?: ((path: string) => void) | undefined;
}

export interface Loaded extends LoadedPlugins {
  /** With what was asked for of backends. */
  readonly configuration: Configuration;
}

/**
 * A host with the plugins of the configuration and those asked for, and with the usual subjects where none of them reads what models say.
 * A package is looked for from the user's folder, then among the command's own; a path is relative to the user's folder.
 * Throws PLUGIN_NOT_FOUND, PLUGIN_UNKNOWN, PLUGIN_INVALID, CONFIGURATION_INVALID, USAGE and what the host throws.
 */
export async function loadPlugins({
  cwd,
  plugins = [],
  backend,
  backends = {},
  onConfiguration,
}: LoadOptions): Promise<Loaded> {
  const { configuration: written, path: configurationPath } = await readConfiguration(cwd, onConfiguration);
  const loaded: { readonly module: unknown; readonly from: string }[] = [];
  for (const plugin of new Set([...written.plugins, ...plugins])) {
    const { url, from } = await locate(plugin, cwd);
    loaded.push({ module: await load(plugin, url), from });
  }
  if (!loaded.some(providesSubjects)) {
    // Without one nothing that a model says could be read.
    const { url, from } = await locate(usualSubjects, cwd);
    loaded.push({ module: await load(usualSubjects, url), from });
  }
  const configuration = withBackends(written, { backend, backends }, loaded.flatMap(nameOf));
  const host = createHost(configuration);
  for (const { module, from } of loaded) host.use(module, { from });
  host.start();
  for (const plugin of Object.keys(configuration.backends ?? {})) {
    const kinds = host.list().flatMap((each) => (each.plugin === plugin ? [each.kind] : []));
    if (kinds.every((kind) => kind === 'backend'))
      throw environmentErrors.noUseForBackend({ plugin: shortName(plugin) });
  }
  const own = new Map(Object.entries(configuration.backends ?? {}));
  const backendOf = (plugin = '') => own.get(plugin) ?? backend;
  return { host, configuration, configurationPath, backendOf };
}

function providesSubjects({ module }: { readonly module: unknown }): boolean {
  const { default: manifest } = Object(module) as { readonly default?: unknown };
  const { provides } = Object(manifest) as { readonly provides?: unknown };
  const kinds = Array.isArray(provides) ? provides.map((each) => Object(each) as { kind?: unknown; id?: unknown }) : [];
  // A probe that brings the subject that it probes reads no other model.
  return kinds.some(({ kind, id }) => kind === 'subject' && id !== imageTextTask);
}

/** What a plugin calls itself; nothing for what is none, which the host says best. */
function nameOf({ module }: { readonly module: unknown }): readonly string[] {
  const { default: manifest } = Object(module) as { readonly default?: unknown };
  const { name } = Object(manifest) as { readonly name?: unknown };
  return typeof name === 'string' ? [name] : [];
}

async function readConfiguration(
  cwd: string,
  onConfiguration: LoadOptions['onConfiguration'],
): Promise<{ configuration: Configuration; path: string | undefined }> {
  const paths = configurationFiles.map((name) => join(cwd, name)).filter((path) => existsSync(path));
  if (paths.length > 1) throw environmentErrors.twoConfigurations({ paths });
  const [path] = paths;
  if (path !== undefined) onConfiguration?.(path);
  const value = path === undefined ? {} : await readValue(path);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return {
    configuration: parseConfiguration(isObject ? { plugins: defaultPlugins, ...value } : value),
    path,
  };
}

/** Plain data: what a module exports may throw when it is looked at, which happens here and not later. */
async function readValue(path: string): Promise<unknown> {
  try {
    if (path.endsWith('.json')) return structuredClone(JSON.parse(await readTextFile(path)));
    const module: { readonly default?: unknown } = await import(pathToFileURL(path).href);
    return structuredClone(module.default);
  } catch (cause) {
    const reason = cause instanceof RangeError ? 'it is nested too deep' : reasonOf(cause);
    throw environmentErrors.configurationNotReadable({ path, reason, cause });
  }
}

interface Location {
  /** What to import. */
  readonly url: string;
  /** The package's folder or the file. */
  readonly from: string;
}

async function locate(plugin: string, cwd: string): Promise<Location> {
  const isPath = isAbsolute(plugin) || plugin.startsWith('.');
  if (!isPath) {
    const own = await findPackage(plugin, dirname(fileURLToPath(import.meta.url)));
    const users = await findPackage(plugin, cwd);
    if (users !== undefined && users !== own) return locateFolder(plugin, users);
    // Through Node itself, so that whatever conditions it runs under hold for our own packages too.
    if (own !== undefined) return { url: plugin, from: own };
  }
  const path = resolve(cwd, plugin);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return locateFolder(plugin, path);
  if (found !== undefined) return { url: pathToFileURL(path).href, from: path };
  const from = isPath ? path : `${cwd}, from the understory command, and as the path ${path}`;
  throw errors.pluginNotFound({ plugin, from });
}

/** The folder of an installed package as Node looks for it: in the `node_modules` of a folder and of those above it. */
async function findPackage(name: string, start: string): Promise<string | undefined> {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpath(candidate);
    if (dirname(folder) === folder) return undefined;
  }
}

async function locateFolder(plugin: string, folder: string): Promise<Location> {
  const manifest = join(folder, 'package.json');
  let entry: string;
  try {
    const { exports, main }: { exports?: unknown; main?: unknown } = JSON.parse(await readTextFile(manifest));
    entry = mainExport(exports) ?? (typeof main === 'string' ? main : 'index.js');
  } catch (cause) {
    throw errors.pluginInvalid({ plugin, reason: `${manifest} cannot be read: ${reasonOf(cause)}`, cause });
  }
  return { url: pathToFileURL(resolve(folder, entry)).href, from: folder };
}

const conditions = ['node', 'import', 'default'];

/** The file that a package's `exports` gives for the package itself under `import`. */
function mainExport(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports;
  if (Array.isArray(exports)) return exports.map(mainExport).find((target) => target !== undefined);
  if (typeof exports !== 'object' || exports === null) return undefined;
  for (const [key, target] of Object.entries(exports)) {
    if (key !== '.' && !conditions.includes(key)) continue;
    const found = mainExport(target);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function load(plugin: string, url: string): Promise<unknown> {
  try {
    const module: unknown = await import(url);
    // Looked at once, for it may throw.
    void { ...Object((Object(module) as { readonly default?: unknown }).default) };
    return module;
  } catch (cause) {
    if (isDiagnosed(cause)) throw cause;
    throw errors.pluginInvalid({ plugin, reason: `it cannot be loaded: ${reasonOf(cause)}`, cause });
  }
}
