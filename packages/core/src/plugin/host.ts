// tsyringe wants this before it is loaded.
import 'reflect-metadata';
import { container as globalContainer, instanceCachingFactory } from 'tsyringe';
import type { DependencyContainer } from 'tsyringe';
import { satisfies } from 'semver';
import type { Configuration } from '../configuration.ts';
import type { Backend, ModelSource } from '../contracts/model.ts';
import { errors, isDiagnosed } from '../errors/index.ts';
import { append } from '../long-lists.ts';
import { messageOf } from '../message-of.ts';
import { closest } from '../suggest.ts';
import { isManifest, nameOf, whatIsWrong, whatIsWrongWithin } from './define-plugin.ts';
import type { Capability, Contribution, PluginManifest } from './define-plugin.ts';
import { presetKey, readOptions } from './options.ts';
import type { Options } from './options.ts';
import type { Registry, Resolve } from './registry.ts';
import { guarded } from './guard.ts';
import { BACKEND } from './tokens.ts';
import type { ContributionKind, Token } from './tokens.ts';

/** The version of what plugins may rely on: manifest, registry and contracts. */
export const HOST_API_VERSION = '1.0.0';

/** A plugin as it was loaded. */
export interface LoadedPlugin {
  readonly manifest: PluginManifest;
  /** Where it was loaded from, as the loader puts it. */
  readonly from: string;
}

/** A contribution and the package it comes from. */
export interface LoadedContribution extends Contribution {
  readonly plugin: string;
  readonly version: string;
  readonly from: string;
}

/** Holds the plugins and hands out what they provide. */
export interface Host {
  /**
   * Takes in a plugin: a manifest, or the module that exports it as its default.
   * Throws PLUGIN_INVALID, HOST_API_MISMATCH, DUPLICATE_PLUGIN or DUPLICATE_ID, and is then as if it had not been asked.
   */
  use(plugin: unknown, origin: { readonly from: string }): PluginManifest;
  /** Checks that all that plugins and configuration ask for is there; throws CAPABILITY_MISSING, UNKNOWN_BACKEND or CONFIGURATION_INVALID. */
  start(): void;
  /**
   * The contribution of that id with these settings, made when first asked for with them.
   * Throws UNKNOWN_EXPLAINER, UNKNOWN_BACKEND or UNKNOWN_ID, and what `optionsOf` throws.
   */
  get<T>(token: Token<T>, id: string, options?: Options): T;
  /**
   * The value of every option of a contribution: what is given, else what the preset says that `preset` names, else the default.
   * Throws UNKNOWN_OPTION, OPTION_INVALID or UNKNOWN_PRESET, and as `get` does where there is no such contribution.
   */
  optionsOf(kind: ContributionKind, id: string, given?: Options): Options;
  /** What is provided, in the order of loading; everything where no kind is given. */
  list(kind?: ContributionKind): readonly LoadedContribution[];
  plugins(): readonly LoadedPlugin[];
  /** The id of the backend that the configuration gives a plugin; without a word on it the first that was loaded. Throws CAPABILITY_MISSING where there is none. */
  backendIdFor(plugin: string): string;
  /** The backend of that id. */
  backendFor(plugin: string): Backend;
  /** The configured default backend if it reads this, else the first that does; throws NO_BACKEND_FOR. */
  backendReading(source: ModelSource): { readonly id: string; readonly backend: Backend };
  /** Disposes of what was made and has a `dispose` method, last made first; the host is of no use afterwards. */
  dispose(): Promise<void>;
}

/** A host without plugins. */
export function createHost(configuration: Configuration = { plugins: [] }): Host {
  const container = globalContainer.createChildContainer();
  const plugins: LoadedPlugin[] = [];
  const contributions: LoadedContribution[] = [];
  const bindings = new Map<string, Binding>();
  const made: unknown[] = [];
  const making: string[] = [];
  let state: 'loading' | 'started' | 'disposed' = 'loading';

  const list = (kind?: ContributionKind) =>
    contributions.filter((contribution) => kind === undefined || contribution.kind === kind);

  const isProvided = ({ kind, id }: Capability) =>
    list(kind).some((contribution) => id === undefined || contribution.id === id);

  const optionsOf = (kind: string, id: string, given: Options = {}): Options => {
    const contribution = contributions.find((each) => each.kind === kind && each.id === id);
    if (contribution === undefined) throw unknownId(kind, id, contributions);
    const { options: schema = {}, presets = {} } = contribution;
    const of = `The ${kind} "${id}"`;
    const { [presetKey]: preset, ...others } = given;
    if (preset === undefined) return readOptions(of, schema, given);
    const name = String(preset);
    if (!Object.hasOwn(presets, name)) throw errors.unknownPreset({ of, preset: name, known: Object.keys(presets) });
    return readOptions(of, schema, { ...presets[name], ...others });
  };

  const get = <T>(token: Token<T>, id: string, given?: Options): T => {
    if (state !== 'started') throw new Error('the host hands things out between start() and dispose()');
    const options = optionsOf(token.name, id, given);
    const binding = bindings.get(publicKey(token.name, id));
    if (binding === undefined) throw unknownId(token.name, id, contributions);
    // Values come in the order of the schema, so the same settings make the same key.
    const key = `${publicKey(token.name, id)} ${JSON.stringify(options)}`;
    if (!container.isRegistered(key)) {
      const of = { plugin: binding.plugin, kind: token.name as ContributionKind, id };
      registerOnce(container, key, { ...binding, make: () => guarded(() => binding.make(options), of) });
    }
    return container.resolve<T>(key);
  };

  const ownBackends = new Map(Object.entries(configuration.backends ?? {}));
  const backendIdFor = (plugin: string): string => {
    const id = ownBackends.get(plugin) ?? configuration.backend ?? list('backend')[0]?.id;
    if (id === undefined) throw errors.capabilityMissing({ plugin, kind: 'backend' });
    return id;
  };

  const backendFor = (plugin: string): Backend => get(BACKEND, backendIdFor(plugin));

  /** Registers a factory whose product is made once, remembered for dispose, and may not need itself. */
  const registerOnce = (
    target: DependencyContainer,
    key: string,
    { plugin, what, make }: Omit<Binding, 'make'> & { readonly make: () => unknown },
  ) => {
    const useFactory = instanceCachingFactory(() => {
      if (making.includes(what)) {
        const circle = [...making.slice(making.indexOf(what)), what].join(', which needs ');
        throw errors.pluginInvalid({ plugin, reason: `it goes in a circle: ${circle}` });
      }
      making.push(what);
      try {
        const product = make();
        made.push(product);
        return product;
      } finally {
        making.pop();
      }
    });
    target.register(key, { useFactory });
  };

  /** Runs a plugin's `register` and gives back its public bindings by key, without the host having changed. */
  const collectBindings = (manifest: PluginManifest): Map<string, Binding> => {
    const plugin = manifest.name;
    const own = container.createChildContainer();
    own.register(privateKey(BACKEND.name), { useFactory: () => backendFor(plugin) });

    const resolve: Resolve = <T>(token: Token<T>, id?: string, options?: Options): T => {
      if (id !== undefined) return get(token, id, options);
      const key = privateKey(token.name);
      if (own.isRegistered(key)) return own.resolve<T>(key);
      throw errors.pluginInvalid({ plugin, reason: `it asks for its own "${token.name}", which it has not bound` });
    };

    const bound = new Map<string, Binding>();
    const registry: Registry = {
      bind(token, id, factory) {
        const key = publicKey(token.name, id);
        const what = `${token.name} "${id}"`;
        if (!manifest.provides.some((declared) => declared.kind === token.name && declared.id === id)) {
          throw errors.pluginInvalid({ plugin, reason: `it binds the ${what} and does not declare it` });
        }
        if (bound.has(key)) throw errors.pluginInvalid({ plugin, reason: `it binds the ${what} twice` });
        bound.set(key, { plugin, what, make: (options) => factory(resolve, options) });
      },
      bindPrivate(token, factory) {
        const key = privateKey(token.name);
        const what = `"${token.name}" of ${plugin}`;
        if (own.isRegistered(key)) throw errors.pluginInvalid({ plugin, reason: `it binds ${what} twice` });
        registerOnce(own, key, { plugin, what, make: () => factory(resolve) });
      },
    };
    runRegister(manifest, registry);

    const unbound = manifest.provides.find(({ kind, id }) => !bound.has(publicKey(kind, id)));
    if (unbound !== undefined) {
      const reason = `it declares the ${unbound.kind} "${unbound.id}" and does not bind it`;
      throw errors.pluginInvalid({ plugin, reason });
    }
    return bound;
  };

  return {
    list,
    get,
    optionsOf,
    backendIdFor,
    backendFor,
    plugins: () => [...plugins],

    use(plugin, { from }) {
      if (state !== 'loading') throw new Error('the host takes plugins in before start()');
      const manifest = manifestOf(plugin, from);
      const { name, version } = manifest;
      const twin = plugins.find((loaded) => loaded.manifest.name === name);
      if (twin !== undefined) throw errors.duplicatePlugin({ plugin: name, first: twin.from, second: from });
      for (const { kind, id } of manifest.provides) {
        const other = contributions.find((contribution) => contribution.kind === kind && contribution.id === id);
        if (other !== undefined) throw errors.duplicateId({ kind, id, first: other.plugin, second: name });
      }
      for (const [key, binding] of collectBindings(manifest)) bindings.set(key, binding);
      append(
        contributions,
        manifest.provides.map((provided) => ({ ...provided, plugin: name, version, from })),
      );
      plugins.push({ manifest, from });
      return manifest;
    },

    start() {
      if (state === 'disposed') throw new Error('the host is disposed of');
      for (const { manifest } of plugins) {
        const missing = manifest.requires?.find((capability) => !isProvided(capability));
        if (missing !== undefined) throw errors.capabilityMissing({ plugin: manifest.name, ...missing });
      }
      for (const plugin of Object.keys(configuration.backends ?? {})) {
        if (plugins.some(({ manifest }) => manifest.name === plugin)) continue;
        throw errors.configurationInvalid({
          key: `backends.${plugin}`,
          found: `no plugin ${plugin} is loaded`,
          expected: `one of ${plugins.map(({ manifest }) => manifest.name).join(', ')}`,
        });
      }
      const chosen = [configuration.backend, ...Object.values(configuration.backends ?? {})];
      for (const id of chosen) {
        if (id !== undefined && !isProvided({ kind: 'backend', id })) throw unknownId('backend', id, contributions);
      }
      state = 'started';
    },

    backendReading(source) {
      const ids = list('backend').map(({ id }) => id);
      const preferred = ids.filter((id) => id === configuration.backend);
      for (const id of new Set([...preferred, ...ids])) {
        const backend = get(BACKEND, id);
        if (backend.accepts(source)) return { id, backend };
      }
      throw errors.noBackendFor({ model: source.kind === 'file' ? source.path : 'the given bytes', backends: ids });
    },

    async dispose() {
      if (state === 'disposed') return;
      state = 'disposed';
      const failures: unknown[] = [];
      for (const product of made.toReversed()) {
        try {
          if (isDisposable(product)) await product.dispose();
        } catch (failure) {
          failures.push(failure);
        }
      }
      await container.dispose();
      if (failures.length > 0) throw new AggregateError(failures, 'not everything could be disposed of');
    },
  };
}

interface Binding {
  readonly plugin: string;
  /** How messages call it. */
  readonly what: string;
  readonly make: (options: Options) => unknown;
}

function manifestOf(plugin: unknown, from: string): PluginManifest {
  const isModule = typeof plugin === 'object' && plugin !== null && 'default' in plugin;
  const candidate: unknown = isModule ? plugin.default : plugin;
  const name = nameOf(candidate) ?? from;
  if (!isManifest(candidate)) throw errors.pluginInvalid({ plugin: name, reason: whatIsWrong(candidate) ?? '' });
  if (!satisfies(HOST_API_VERSION, candidate.hostApi)) {
    throw errors.hostApiMismatch({ plugin: name, asked: candidate.hostApi, offered: HOST_API_VERSION });
  }
  const reason = whatIsWrongWithin(candidate);
  if (reason !== undefined) throw errors.pluginInvalid({ plugin: name, reason });
  return candidate;
}

function runRegister(manifest: PluginManifest, registry: Registry): void {
  const plugin = manifest.name;
  let outcome: unknown;
  try {
    outcome = manifest.register(registry);
  } catch (cause) {
    if (isDiagnosed(cause)) throw cause;
    throw errors.pluginInvalid({ plugin, reason: `its register fails: ${messageOf(cause)}`, cause });
  }
  if (typeof outcome === 'object' && outcome !== null && 'then' in outcome) {
    // Nobody waits for it, and what it fails with is not heard of.
    Promise.resolve(outcome).catch(() => undefined);
    throw errors.pluginInvalid({ plugin, reason: 'its register is asynchronous; only what it binds may be' });
  }
}

function unknownId(kind: string, id: string, contributions: readonly Contribution[]) {
  const ids = contributions.filter((contribution) => contribution.kind === kind).map((contribution) => contribution.id);
  const suggestions = closest(id, ids);
  if (kind === 'explainer') return errors.unknownExplainer({ id, suggestions });
  if (kind === 'backend') return errors.unknownBackend({ id, suggestions });
  return errors.unknownId({ kind, id, suggestions });
}

function isDisposable(product: unknown): product is { dispose(): unknown } {
  return (
    typeof product === 'object' && product !== null && 'dispose' in product && typeof product.dispose === 'function'
  );
}

function publicKey(kind: string, id: string): string {
  return `public ${kind} ${id}`;
}

function privateKey(name: string): string {
  return `private ${name}`;
}
