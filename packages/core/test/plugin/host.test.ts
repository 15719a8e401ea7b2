import { describe, expect, it } from '@jest/globals';
import {
  ATTACK,
  BACKEND,
  createHost,
  definePlugin,
  EXPLAINER,
  float32,
  HOST_API_VERSION,
  METRIC,
  token,
} from '@understory/core';
import type {
  Attack,
  Backend,
  Contribution,
  Explainer,
  HeatMap,
  Model,
  PluginManifest,
  Registry,
  Token,
} from '@understory/core';

const explainer = (layer = ''): Explainer => ({
  explain: async (): Promise<readonly HeatMap[]> => [{ height: 1, width: 1, data: new Float32Array(1), layer }],
});
const backend = (extension: string): Backend => ({
  accepts: (source) => source.kind === 'file' && source.path.endsWith(extension),
  open: () => Promise.reject(new Error('not opened here')),
});
const contribution = (kind: Contribution['kind'], id: string): Contribution => ({
  kind,
  id,
  title: id,
  description: `The ${kind} ${id}.`,
});

/** The layer of the map that an explainer makes of one sample. */
async function layerOf(asked: Explainer): Promise<string | undefined> {
  const [map] = await asked.explain({
    model: {} as Model,
    feeds: { x: float32(new Float32Array(1), [1, 1]) },
    objective: { kind: 'score', output: 'y', index: [[0]] },
  });
  return map?.layer;
}

/** A plugin that provides one explainer of that id, unless told otherwise. */
function plugin(name: string, parts: Partial<PluginManifest> = {}): PluginManifest {
  return definePlugin({
    name,
    version: '0.1.0',
    hostApi: '^1.0.0',
    provides: [contribution('explainer', name)],
    register: (registry) => registry.bind(EXPLAINER, name, () => explainer(name)),
    ...parts,
  });
}

const backendPlugin = (id: string, extension = `.${id}`) =>
  plugin(`backend-${id}`, {
    provides: [contribution('backend', id)],
    register: (registry) => registry.bind(BACKEND, id, () => backend(extension)),
  });

function hostOf(plugins: readonly PluginManifest[], configuration?: Parameters<typeof createHost>[0]) {
  const host = createHost(configuration);
  for (const each of plugins) host.use(each, { from: `node_modules/${each.name}` });
  return host;
}

const failure = (code: string, found = '') => expect.objectContaining({ code, found: expect.stringContaining(found) });

describe('a host', () => {
  it('hands out what plugins bind, made once and only when asked for', () => {
    let made = 0;
    const register = (registry: Registry) =>
      registry.bind(EXPLAINER, 'cam', () => {
        made += 1;
        return explainer();
      });
    const host = hostOf([plugin('cam', { register })]);
    host.start();
    expect(made).toBe(0);
    expect(host.get(EXPLAINER, 'cam')).toBe(host.get(EXPLAINER, 'cam'));
    expect(made).toBe(1);
  });

  it('lists what is provided, by which version of what, from where', () => {
    const host = hostOf([plugin('cam'), backendPlugin('onnx')]);
    expect(host.list('explainer')).toEqual([
      { ...contribution('explainer', 'cam'), plugin: 'cam', version: '0.1.0', from: 'node_modules/cam' },
    ]);
    expect(host.list().map(({ id }) => id)).toEqual(['cam', 'onnx']);
    expect(host.list('metric')).toEqual([]);
    expect(host.plugins().map(({ manifest, from }) => [manifest.name, from])).toEqual([
      ['cam', 'node_modules/cam'],
      ['backend-onnx', 'node_modules/backend-onnx'],
    ]);
  });

  it('takes a module that exports the manifest as its default', () => {
    const manifest = plugin('cam');
    expect(createHost().use({ default: manifest, other: 1 }, { from: 'x' })).toBe(manifest);
  });

  it('keeps hosts apart', () => {
    const host = hostOf([plugin('cam')]);
    const other = hostOf([]);
    host.start();
    other.start();
    expect(() => other.get(EXPLAINER, 'cam')).toThrow(failure('UNKNOWN_EXPLAINER', 'cam'));
  });

  it('says what is meant where an id is not known', () => {
    const host = hostOf([plugin('gradcam'), backendPlugin('onnx')]);
    host.start();
    const didYouMean = (code: string, id: string) =>
      expect.objectContaining({ code, next: expect.stringContaining(`"${id}"`) });
    expect(() => host.get(EXPLAINER, 'gradcma')).toThrow(didYouMean('UNKNOWN_EXPLAINER', 'gradcam'));
    expect(() => host.get(BACKEND, 'onx')).toThrow(didYouMean('UNKNOWN_BACKEND', 'onnx'));
    expect(() => host.get(METRIC, 'deletion')).toThrow(failure('UNKNOWN_ID', 'deletion'));
  });

  it('has an order of doing things', async () => {
    const host = hostOf([plugin('cam')]);
    expect(() => host.get(EXPLAINER, 'cam')).toThrow('start()');
    host.start();
    expect(() => host.use(plugin('gradcam'), { from: 'x' })).toThrow('start()');
    await host.dispose();
    expect(() => host.get(EXPLAINER, 'cam')).toThrow('dispose()');
    expect(() => host.start()).toThrow('disposed');
  });
});

describe('taking in a plugin', () => {
  it.each([
    [undefined, 'no manifest'],
    [{ default: 3 }, 'no manifest'],
    [{}, 'no name'],
    [{ ...plugin('p'), version: 1 }, 'version'],
    [{ ...plugin('p'), hostApi: 'newest' }, 'hostApi'],
    [{ ...plugin('p'), register: 1 }, 'register'],
    [{ ...plugin('p'), provides: 1 }, 'provides is not a list'],
    [{ ...plugin('p'), provides: ['cam'] }, 'provides is not a list'],
    [{ ...plugin('p'), requires: {} }, 'requires is not a list'],
    [{ ...plugin('p'), provides: [{ ...contribution('explainer', 'p'), kind: 'oracle' }] }, 'oracle'],
    [{ ...plugin('p'), provides: [contribution('explainer', 'Grad CAM')] }, 'Grad CAM'],
    [{ ...plugin('p'), provides: [contribution('explainer', 'a,b')] }, 'a,b'],
    [{ ...plugin('p'), provides: [{ kind: 'explainer', id: 'p', title: 'P' }] }, 'description'],
    [{ ...plugin('p'), provides: [contribution('explainer', 'p'), contribution('explainer', 'p')] }, 'twice'],
    [{ ...plugin('p'), requires: [{ kind: 'oracle' }] }, 'oracle'],
    [{ ...plugin('p'), optionalPeers: [{ name: 'tfjs' }] }, 'install'],
  ])('refuses %j', (wrong, found) => {
    expect(() => createHost().use(wrong, { from: 'somewhere' })).toThrow(failure('PLUGIN_INVALID', found));
  });

  it('names the place where the plugin has no name of its own', () => {
    expect(() => createHost().use({}, { from: './mine.mjs' })).toThrow('./mine.mjs is not a valid plugin.');
  });

  it.each(['^2.0.0', '>=1.1.0', '^0.9.0'])('refuses host API %s', (hostApi) => {
    expect(() => createHost().use(plugin('p', { hostApi }), { from: 'x' })).toThrow(
      expect.objectContaining({
        code: 'HOST_API_MISMATCH',
        found: expect.stringContaining(hostApi),
        expected: expect.stringContaining(HOST_API_VERSION),
      }),
    );
  });

  it('says that a plugin is for another host before it complains of what it does not understand', () => {
    const future = { ...plugin('p', { hostApi: '^2.0.0' }), provides: [{ kind: 'oracle', id: 'p' }] };
    expect(() => createHost().use(future, { from: 'x' })).toThrow(failure('HOST_API_MISMATCH'));
  });

  it('refuses an id that another plugin has, naming both', () => {
    const twin = plugin('b', { ...plugin('a'), name: 'b' });
    expect(() => hostOf([plugin('a'), twin])).toThrow(failure('DUPLICATE_ID', 'a and b'));
  });

  it('allows one id for things of different kinds', () => {
    const harmless: Attack = {
      budget: { norm: 'linf', epsilon: 0.1 },
      perturb: ({ pixels }) => Promise.resolve({ adversarial: pixels, samples: [] }),
    };
    const attack = plugin('b', {
      provides: [contribution('attack', 'a')],
      register: (registry) => registry.bind(ATTACK, 'a', () => harmless),
    });
    expect(hostOf([plugin('a'), attack]).list()).toHaveLength(2);
  });

  it('refuses a plugin a second time, naming both places', () => {
    const host = createHost();
    host.use(plugin('a'), { from: 'here' });
    expect(() => host.use(plugin('a'), { from: 'there' })).toThrow(
      failure('DUPLICATE_PLUGIN', 'from here and from there'),
    );
  });

  it.each<[string, PluginManifest['register'], string]>([
    ['binds nothing', () => {}, 'declares the explainer "p" and does not bind it'],
    [
      'binds what it does not declare',
      (registry) => registry.bind(EXPLAINER, 'q', () => explainer()),
      'binds the explainer "q"',
    ],
    [
      'binds twice',
      (registry) => {
        registry.bind(EXPLAINER, 'p', () => explainer());
        registry.bind(EXPLAINER, 'p', () => explainer());
      },
      'explainer "p" twice',
    ],
    [
      'throws',
      () => {
        throw new Error('out of order');
      },
      'register fails: out of order',
    ],
    ['waits', async (registry) => registry.bind(EXPLAINER, 'p', () => explainer()), 'asynchronous'],
    ['waits and fails, which nobody hears of', () => Promise.reject(new Error('late')), 'asynchronous'],
  ])('refuses one that %s', (_, register, found) => {
    expect(() => hostOf([plugin('p', { register })])).toThrow(failure('PLUGIN_INVALID', found));
  });

  it('leaves the host as it was where it fails', async () => {
    const host = hostOf([plugin('a')]);
    const greedy = plugin('b', {
      provides: [contribution('explainer', 'b'), contribution('explainer', 'c')],
    });
    expect(() => host.use(greedy, { from: 'x' })).toThrow(failure('PLUGIN_INVALID'));
    host.use(plugin('b'), { from: 'x' });
    host.start();
    expect(host.list().map(({ id }) => id)).toEqual(['a', 'b']);
    expect(await layerOf(host.get(EXPLAINER, 'b'))).toBe('b');
  });
});

describe('starting', () => {
  it('refuses a plugin that needs what nobody provides', () => {
    const needy = (requires: PluginManifest['requires'] & object) => hostOf([plugin('p', { requires })]);
    expect(() => needy([{ kind: 'backend' }]).start()).toThrow(
      expect.objectContaining({ code: 'CAPABILITY_MISSING', message: 'The plugin p needs a backend.' }),
    );
    expect(() => needy([{ kind: 'explainer', id: 'cam' }]).start()).toThrow(
      expect.objectContaining({ code: 'CAPABILITY_MISSING', message: 'The plugin p needs the explainer "cam".' }),
    );
  });

  it('does not mind the order of plugins', () => {
    const needy = plugin('p', { requires: [{ kind: 'backend' }, { kind: 'explainer', id: 'cam' }] });
    expect(() => hostOf([needy, plugin('cam'), backendPlugin('onnx')]).start()).not.toThrow();
  });

  it('refuses a configuration that names what is not there', () => {
    const plugins = [plugin('cam'), backendPlugin('onnx')];
    const start = (choice: object) => () => hostOf(plugins, { plugins: [], ...choice }).start();
    expect(start({ backend: 'onyx' })).toThrow(failure('UNKNOWN_BACKEND', 'onyx'));
    expect(start({ backends: { cam: 'tfjs' } })).toThrow(failure('UNKNOWN_BACKEND', 'tfjs'));
    expect(start({ backends: { camera: 'onnx' } })).toThrow(failure('CONFIGURATION_INVALID', 'camera'));
    expect(start({ backend: 'onnx', backends: { cam: 'onnx' } })).not.toThrow();
  });
});

describe('the backend of a plugin', () => {
  const plugins = [plugin('cam'), plugin('gradcam'), backendPlugin('onnx'), backendPlugin('tfjs')];

  it('is its own choice in the configuration, else the default, else the first', () => {
    const chosen = hostOf(plugins, { plugins: [], backend: 'tfjs', backends: { cam: 'onnx' } });
    chosen.start();
    expect(chosen.backendIdFor('cam')).toBe('onnx');
    expect(chosen.backendIdFor('gradcam')).toBe('tfjs');
    expect(chosen.backendFor('gradcam')).toBe(chosen.get(BACKEND, 'tfjs'));
    expect(hostOf(plugins).backendIdFor('gradcam')).toBe('onnx');
  });

  it('is missed where there is none', () => {
    expect(() => hostOf([plugin('cam')]).backendIdFor('cam')).toThrow(failure('CAPABILITY_MISSING'));
  });

  it('is what its factories resolve', () => {
    let seen: Backend | undefined;
    const probing = plugin('p', {
      register: (registry) =>
        registry.bind(EXPLAINER, 'p', (resolve) => {
          seen = resolve(BACKEND);
          return explainer();
        }),
    });
    const host = hostOf([...plugins, probing], { plugins: [], backends: { p: 'tfjs' } });
    host.start();
    host.get(EXPLAINER, 'p');
    expect(seen).toBe(host.get(BACKEND, 'tfjs'));
  });

  it('for a file is the default if it reads it, else the first that does', () => {
    const both = [backendPlugin('a', '.onnx'), backendPlugin('b', 'x'), backendPlugin('c', '.json')];
    const host = hostOf(both, { plugins: [], backend: 'b' });
    host.start();
    expect(host.backendReading({ kind: 'file', path: 'm.onnx' }).id).toBe('b');
    expect(host.backendReading({ kind: 'file', path: 'm.json' })).toEqual({ id: 'c', backend: host.get(BACKEND, 'c') });
    expect(() => host.backendReading({ kind: 'file', path: 'm.pt' })).toThrow(
      expect.objectContaining({
        code: 'NO_BACKEND_FOR',
        message: expect.stringContaining('m.pt'),
        found: 'backends: a, b, c',
      }),
    );
    expect(() => host.backendReading({ kind: 'bytes', bytes: new Uint8Array() })).toThrow(failure('NO_BACKEND_FOR'));
  });
});

describe('what a plugin binds for itself', () => {
  const CACHE = token<Map<string, number>>('cache');
  const registerWithCache = (id: string, seen: unknown[]) => (registry: Registry) => {
    registry.bindPrivate(CACHE, () => new Map());
    registry.bind(EXPLAINER, id, (resolve) => {
      seen.push(resolve(CACHE), resolve(CACHE));
      return explainer();
    });
  };

  it('is made once and seen by no other plugin', () => {
    const seen: unknown[] = [];
    const host = hostOf(['a', 'b'].map((id) => plugin(id, { register: registerWithCache(id, seen) })));
    host.start();
    host.get(EXPLAINER, 'a');
    host.get(EXPLAINER, 'b');
    expect(seen[0]).toBe(seen[1]);
    expect(seen[2]).toBe(seen[3]);
    expect(seen[0]).not.toBe(seen[2]);
  });

  it('cannot be reached from a plugin that has not bound it', () => {
    const thief = plugin('b', {
      register: (registry) =>
        registry.bind(EXPLAINER, 'b', (resolve) => {
          resolve(CACHE);
          return explainer();
        }),
    });
    const host = hostOf([plugin('a', { register: registerWithCache('a', []) }), thief]);
    host.start();
    host.get(EXPLAINER, 'a');
    expect(() => host.get(EXPLAINER, 'b')).toThrow(failure('PLUGIN_INVALID', '"cache"'));
  });

  it('is bound once', () => {
    const register = (registry: Registry) => {
      registry.bindPrivate(CACHE, () => new Map());
      registry.bindPrivate(CACHE, () => new Map());
    };
    expect(() => hostOf([plugin('p', { register })])).toThrow(failure('PLUGIN_INVALID', 'twice'));
  });
});

describe('what plugins take from each other', () => {
  const needing = (id: string, other: string) =>
    plugin(id, {
      register: (registry) =>
        registry.bind(EXPLAINER, id, (resolve) => {
          const inner = resolve(EXPLAINER, other);
          return {
            explain: async (request) =>
              (await inner.explain(request)).map((map) => ({ ...map, layer: `${map.layer} behind ${id}` })),
          };
        }),
    });

  it('is resolved by token and id', async () => {
    const host = hostOf([needing('a', 'b'), plugin('b')]);
    host.start();
    expect(await layerOf(host.get(EXPLAINER, 'a'))).toBe('b behind a');
  });

  it('must not go in a circle', () => {
    const host = hostOf([needing('a', 'b'), needing('b', 'a')]);
    host.start();
    const circle = 'explainer "a", which needs explainer "b", which needs explainer "a"';
    expect(() => host.get(EXPLAINER, 'a')).toThrow(failure('PLUGIN_INVALID', circle));
    expect(() => host.get(EXPLAINER, 'a')).toThrow(failure('PLUGIN_INVALID', circle));
  });

  it('is checked by type', () => {
    // Compiled, never run: each directive fails the type check if the line under it is no error.
    const typed = (registry: Registry, other: Token<string>) => {
      // @ts-expect-error a backend is no explainer
      registry.bind(EXPLAINER, 'a', () => backend('.x'));
      // @ts-expect-error an explainer is no metric
      registry.bind(METRIC, 'a', (resolve) => resolve(EXPLAINER, 'b'));
      // @ts-expect-error a text is no metric
      registry.bind(METRIC, 'a', (resolve) => resolve(other));
    };
    expect(typed).toHaveLength(2);
  });
});

describe('disposing', () => {
  const recording = (id: string, order: string[], dispose = async () => void order.push(id)) =>
    plugin(id, { register: (registry) => registry.bind(EXPLAINER, id, () => Object.assign(explainer(), { dispose })) });

  it('disposes of what was made, last made first, and once', async () => {
    const order: string[] = [];
    const host = hostOf(['a', 'b', 'c', 'd'].map((id) => (id === 'd' ? plugin(id) : recording(id, order))));
    host.start();
    for (const id of ['b', 'a', 'd', 'b']) host.get(EXPLAINER, id);
    await host.dispose();
    await host.dispose();
    expect(order).toEqual(['a', 'b']);
  });

  it('goes on where one fails, and says so', async () => {
    const order: string[] = [];
    const failing = recording('a', order, () => Promise.reject(new Error('stuck')));
    const host = hostOf([recording('b', order), failing]);
    host.start();
    host.get(EXPLAINER, 'b');
    host.get(EXPLAINER, 'a');
    await expect(host.dispose()).rejects.toThrow(expect.objectContaining({ errors: [new Error('stuck')] }));
    expect(order).toEqual(['b']);
  });
});
