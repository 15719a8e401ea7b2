import {
  BACKEND,
  MASK,
  type Backend,
  type Feeds,
  type Host,
  type Mask,
  type Model,
  type ModelSource,
  type OpenOptions,
  type Token,
} from '@understory/core';
import type { Environment, LoadedPlugins, PluginRequest } from '@understory/studies';

/** What a call watches while it runs studies, and the mask that it brings. */
interface Watch {
  /** Told of what a model is fed each time it runs. */
  readonly onRun?: (feeds: Feeds) => void;
  /** Told of the weights of each mask that is drawn. */
  readonly onMask?: (weights: Float32Array) => void;
  /** What the mask `painted` is. */
  readonly painted?: Mask | undefined;
}

/** The id of the mask that a call brings. */
const paintedMask = 'painted';

/** An environment whose plugins and models stay open from one study to the next, until `close`. */
export interface KeptEnvironment extends Environment {
  /** Watches what studies do from now on; of one call at a time. */
  watch(watch: Watch | undefined): void;
  /** Closes what was opened of files, which are others now. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

/** The pictures that stay decoded. */
const keptPictures = 6;

/** Keeps what is slow to open; every study is told that it closed what it opened. */
export function keptEnvironment(environment: Environment): KeptEnvironment {
  const hosts = new Map<string, Promise<LoadedPlugins>>();
  const models = new Map<string, Promise<Kept>>();
  const found = new Map<string, ReturnType<Environment['findModel']>>();
  const pictures = new Map<string, ReturnType<Environment['codec']['decode']>>();
  let watched: Watch | undefined;

  const backendOf = (id: string, backend: Backend): Backend => ({
    accepts: (source) => backend.accepts(source),
    ...(backend.isNative && { isNative: (source: ModelSource) => backend.isNative!(source) }),
    async open(source, options = {}) {
      const key = JSON.stringify([id, source.kind === 'file' ? source.path : null, keyOf(options)]);
      // A model is opened for what it is run for first; who cannot wait makes it ready.
      const known = source.kind === 'file' ? models.get(key) : undefined;
      const opening = known ?? backend.open(source, { ...options, isDeferred: true }).then((model) => kept(model));
      if (source.kind === 'file') models.set(key, opening);
      opening.catch(() => models.delete(key));
      const { shown, model } = await opening;
      if (options.isDeferred !== true) await model.ready?.();
      return shown;
    },
  });

  /** A model that is not closed, and whose runs are watched. */
  const kept = (model: Model): Kept => {
    const shown = new Proxy(model, {
      get(target, name) {
        if (name === 'close') return async () => undefined;
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        if (name === 'run') {
          return (feeds: Feeds, fetch: readonly string[]) => {
            watched?.onRun?.(feeds);
            return target.run(feeds, fetch);
          };
        }
        return (value as (...all: unknown[]) => unknown).bind(target);
      },
    });
    return { model, shown };
  };

  const hostOf = (host: Host): Host => {
    const backends = new Map<string, Backend>();
    const backend = (id: string): Backend => {
      const known = backends.get(id) ?? backendOf(id, host.get(BACKEND, id));
      backends.set(id, known);
      return known;
    };
    const get: Host['get'] = <T>(token: Token<T>, id: string, options?: Parameters<Host['get']>[2]): T => {
      if (token.name === BACKEND.name) return backend(id) as T;
      if (token.name !== MASK.name) return host.get(token, id, options);
      const mask = id === paintedMask && watched?.painted ? watched.painted : (host.get(token, id, options) as Mask);
      return {
        ...(mask.needs && { needs: mask.needs }),
        async draw(request) {
          const drawn = await mask.draw(request);
          for (const { data } of drawn) watched?.onMask?.(data);
          return drawn;
        },
      } satisfies Mask as T;
    };
    const isPainted = (kind: string, id: string) =>
      kind === 'mask' && id === paintedMask && watched?.painted !== undefined;
    const painted = {
      kind: 'mask',
      id: paintedMask,
      title: 'Painted',
      description: 'What was painted by hand.',
    } as const;
    return {
      ...host,
      get,
      optionsOf: (kind, id, given) => (isPainted(kind, id) ? {} : host.optionsOf(kind, id, given)),
      list: (kind) => [
        ...host.list(kind),
        ...(isPainted(kind ?? 'mask', paintedMask)
          ? [{ ...painted, plugin: 'studio', version: '', from: 'the page' }]
          : []),
      ],
      backendFor: (plugin) => backend(host.backendIdFor(plugin)),
      backendReading(source) {
        const { id } = host.backendReading(source);
        return { id, backend: backend(id) };
      },
      dispose: async () => undefined,
    };
  };

  const remember = <Value>(
    map: Map<string, Promise<Value>>,
    key: string,
    make: () => Promise<Value>,
  ): Promise<Value> => {
    const known = map.get(key) ?? make();
    map.delete(key);
    map.set(key, known);
    known.catch(() => map.delete(key));
    return known;
  };

  const decoded = (path: string, picture: () => ReturnType<Environment['codec']['decode']>) => () => {
    const own = remember(pictures, path, picture);
    for (const old of [...pictures.keys()].slice(0, -keptPictures)) pictures.delete(old);
    return own;
  };

  const forget = async () => {
    for (const opening of models.values()) await opening.then(({ model }) => model.close()).catch(() => undefined);
    for (const known of [models, found, pictures]) known.clear();
  };

  return {
    ...environment,
    loadPlugins: (request: PluginRequest) =>
      remember(hosts, JSON.stringify(request), async () => {
        const loaded = await environment.loadPlugins(request);
        return { ...loaded, host: hostOf(loaded.host) };
      }),
    findModel: (name) => remember(found, name, () => environment.findModel(name)),
    async findImages(paths) {
      const { images, failures } = await environment.findImages(paths);
      return {
        images: images.map((image) => ({ ...image, picture: decoded(image.path, () => image.picture()) })),
        failures,
      };
    },
    // Something else goes on all the time: a page waits for its user.
    whenIdle: () => () => undefined,
    watch(watch) {
      watched = watch;
    },
    forget,
    async close() {
      await forget();
      hosts.clear();
    },
  };
}

interface Kept {
  readonly model: Model;
  /** The same for studies. */
  readonly shown: Model;
}

/** What tells openings of one file apart. */
function keyOf({ devices, threads, gradientPrecision }: OpenOptions): readonly unknown[] {
  return [devices ?? null, threads ?? null, gradientPrecision ?? null];
}
