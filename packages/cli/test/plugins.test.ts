import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { emptyWorkspace, fakeWorkspace, quarter, repository, type Workspace } from './support/workspace.ts';

const execute = promisify(execFile);

// Packages and sessions of ONNX Runtime are loaded, on a busy machine.
jest.setTimeout(60_000);

let workspace: Workspace;
beforeAll(async () => void (workspace = await fakeWorkspace()));
afterAll(() => workspace.remove());

const codeOf = (stderr: string) => /code +(\w+)/.exec(stderr)?.[1];

describe('plugins', () => {
  it('lists what is loaded, from where, in which version, and what it provides', async () => {
    const { code, stdout } = await workspace.cli(['plugins']);
    expect(code).toBe(0);
    // Where no listed plugin reads what models say, the usual one is there too.
    const [listed, subjects] = stdout.split(/\n(?=@understory\/subjects )/);
    expect(subjects).toMatch(/^@understory\/subjects .*\n  subject  image-classification /);
    expect(listed).toBe(
      [
        `host API 1.0.0, configuration: ${join(workspace.folder, 'understory.config.json')}`,
        '',
        `understory-plugin-fake 1.2.3  ${join(workspace.folder, 'fake-plugin.mjs')}`,
        '  backend    fake        Fake        Means of channels.',
        ...['brightness', 'stubborn', 'refuses', 'fragile'].map(
          (id) => `  explainer  ${id.padEnd(10)}  ${id.padEnd(10)}  The fake ${id}.`,
        ),
        '',
      ].join('\n'),
    );
  });

  it('prints the same as JSON', async () => {
    const { stdout } = await workspace.cli(['plugins', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      hostApi: '1.0.0',
      plugins: [
        {
          name: 'understory-plugin-fake',
          version: '1.2.3',
          provides: [{ kind: 'backend', id: 'fake' }, {}, {}, {}, {}],
        },
        { name: '@understory/subjects' },
      ],
    });
  });
});

describe('the configuration', () => {
  it('loads the packages that come with the command where there is none', async () => {
    const bare = await emptyWorkspace();
    try {
      const { stdout } = await bare.cli(['plugins', '--json']);
      const { configuration, plugins } = JSON.parse(stdout);
      expect(configuration).toBeNull();
      const provided = plugins.flatMap(({ provides }: { provides: readonly { id: string }[] }) => provides);
      expect(provided.find(({ id }: { id: string }) => id === 'infidelity')).toMatchObject({
        ...{ better: 'lower', range: [0, null], reading: 'lower is better, 0 or more' },
      });
      expect((await bare.cli(['plugins'])).stdout).toMatch(/metric +pointing-game .*: higher is better, 0 or 1\.\n/);
      expect(plugins.map(({ name }: { name: string }) => name)).toEqual([
        '@understory/backend-onnx',
        '@understory/backend-tfjs',
        '@understory/subjects',
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
      ]);
      expect(plugins[0].from).toBe(join(repository, 'packages', 'backend-onnx'));
    } finally {
      await bare.remove();
    }
  });

  it('may be a module, and without a list of plugins keeps the default ones', async () => {
    const own = await emptyWorkspace();
    try {
      await own.write('understory.config.mjs', `export default { backend: ['on', 'nx'].join('') };`);
      const { code, stdout } = await own.cli(['plugins', '--json']);
      expect([code, JSON.parse(stdout).plugins.length]).toEqual([0, 16]);
    } finally {
      await own.remove();
    }
  });

  it.each([
    ['understory.config.json', '{ "plugins": [', 'CONFIGURATION_INVALID', 'cannot be read'],
    ['understory.config.json', '[]', 'CONFIGURATION_INVALID', 'found     []'],
    ['understory.config.json', '{ "pluggins": [] }', 'CONFIGURATION_INVALID', 'did you mean "plugins"'],
    ['understory.config.json', '{ "backend": "tfsj" }', 'UNKNOWN_BACKEND', '"tfsj"'],
    [
      'understory.config.json',
      `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
      'CONFIGURATION_INVALID',
      'cannot be read',
    ],
    ['understory.config.mjs', 'throw new Error("out of order")', 'CONFIGURATION_INVALID', 'out of order'],
    [
      'understory.config.mjs',
      'export default { get plugins() { throw new Error("shut") } };',
      'CONFIGURATION_INVALID',
      'shut',
    ],
    [
      'understory.config.mjs',
      'export default new Proxy({}, { get() { throw new Error("shut") } });',
      'CONFIGURATION_INVALID',
      'read',
    ],
    ['understory.config.mjs', 'export default { plugins: [() => 1] };', 'CONFIGURATION_INVALID', 'could not be cloned'],
  ])('is refused as %s, %#', async (file, content, code, words) => {
    const own = await emptyWorkspace();
    try {
      await own.write(file, content);
      const outcome = await own.cli(['plugins']);
      expect([outcome.code, codeOf(outcome.stderr)]).toEqual([2, code]);
      expect(outcome.stderr).toContain(words);
    } finally {
      await own.remove();
    }
  });

  it.each([
    ['understory.config.json', '{ "plugins": ["./fake-plugin.mjs"] }'],
    ['understory.config.mjs', 'export default { plugins: ["./fake-plugin.mjs"] };'],
  ])('is named before anything else as %s, and in documents', async (file, content) => {
    const own = await fakeWorkspace();
    try {
      await rm(join(own.folder, 'understory.config.json'));
      await own.write(file, content);
      const path = join(own.folder, file);
      const explain = [
        'explain',
        'red.png',
        '--model',
        'model/tiny.fake.json',
        '--explainer',
        'brightness',
        '--no-overlay',
      ];
      for (const argv of [explain, ['inspect', 'model/tiny.fake.json']]) {
        const told = await own.cli([...argv, '--json']);
        expect(told.stderr.split('\n', 1)).toEqual([`note: the configuration ${path} is used`]);
        expect(JSON.parse(told.stdout)).toMatchObject({ configuration: path });
        expect((await own.cli([...argv, '--quiet'])).stderr).not.toContain(path);
      }
    } finally {
      await own.remove();
    }
  });

  it('is named before its code runs, and null in documents where there is none', async () => {
    const own = await emptyWorkspace();
    try {
      const inspect = ['inspect', 'efficientnet-lite0', '--json'];
      const bare = await own.cli(inspect);
      expect([bare.stderr, JSON.parse(bare.stdout).configuration]).toEqual(['', null]);
      await own.write('understory.config.mjs', 'throw new Error("out of order")');
      const [first, second] = (await own.cli(inspect)).stderr.split('\n');
      expect(first).toBe(`note: the configuration ${join(own.folder, 'understory.config.mjs')} is used`);
      expect(second).toContain('CONFIGURATION_INVALID');
    } finally {
      await own.remove();
    }
  });

  it.each([
    ['{ "__proto__": { "backend": "tfjs" } }', 'CONFIGURATION_INVALID', '"__proto__"'],
    ['{ "constructor": 1 }', 'CONFIGURATION_INVALID', '"constructor"'],
    ['{ "backends": { "__proto__": "tfjs" } }', 'CONFIGURATION_INVALID', '__proto__'],
    ['{ "backends": { "constructor": "tfjs" } }', 'CONFIGURATION_INVALID', 'constructor'],
    ['{ "backends": { "__proto__": { "backend": 1 } } }', 'CONFIGURATION_INVALID', 'backends.__proto__'],
  ])('names keys that objects of the language have: %s', async (content, code, words) => {
    const own = await fakeWorkspace();
    try {
      await own.write('understory.config.json', content);
      const outcome = await own.cli(['plugins']);
      expect([outcome.code, codeOf(outcome.stderr)]).toEqual([2, code]);
      expect(outcome.stderr).toContain(words);
      expect(Object.keys(Object.prototype)).toEqual([]);
      expect(({} as { backend?: unknown }).backend).toBeUndefined();
    } finally {
      await own.remove();
    }
  });

  it('is refused where there are two', async () => {
    const own = await emptyWorkspace();
    try {
      await own.write('understory.config.json', '{}');
      await own.write('understory.config.mjs', 'export default {}');
      expect((await own.cli(['plugins'])).stderr).toContain('There is more than one configuration.');
    } finally {
      await own.remove();
    }
  });

  it('gives a plugin a backend of its own', async () => {
    const own = await fakeWorkspace();
    try {
      await own.write(
        'second.mjs',
        `import fake from './fake-plugin.mjs';
         const backend = {
           accepts: (source) => source.path.endsWith('.fake.json'),
           async open(source) {
             let opened;
             fake.register({ bind: (token, id, make) => token.name === 'backend' && (opened = make().open(source)) });
             return { ...(await opened), origin: { backend: 'second', executionProvider: 'ink', sha256: '', remarks: [] } };
           },
         };
         export default {
           name: 'second', version: '1.0.0', hostApi: '^1.0.0',
           provides: [
             { kind: 'backend', id: 'second', title: 'Second', description: 'The fake one again.' },
             { kind: 'explainer', id: 'names', title: 'Names', description: 'Names its backend as the layer.' },
           ],
           register(registry) {
             registry.bind({ name: 'backend' }, 'second', () => backend);
             registry.bind({ name: 'explainer' }, 'names', () => ({
               explain: async ({ model }) => [{ height: 1, width: 1, data: new Float32Array(1), layer: model.origin.backend }],
             }));
           },
         };`,
      );
      const plugins = ['./fake-plugin.mjs', './second.mjs'];
      await own.write(
        'understory.config.json',
        JSON.stringify({ plugins, backend: 'fake', backends: { second: 'second' } }),
      );
      const explain = ['explain', 'red.png', '--model', 'model/tiny.fake.json', '--explainer', 'names', '--json'];
      const layerOf = async (...argv: readonly string[]) => {
        const { model, images } = JSON.parse((await own.cli([...explain, ...argv])).stdout);
        return [model.backend, images[0].maps[0].layer];
      };
      expect(await layerOf()).toEqual(['fake', 'second']);
      expect(await layerOf('--backend', 'fake')).toEqual(['fake', 'fake']);
    } finally {
      await own.remove();
    }
  });
});

describe('a plugin from elsewhere', () => {
  it('is loaded from a packed tarball that was installed', async () => {
    const own = await emptyWorkspace();
    try {
      await own.write(
        'source/package.json',
        JSON.stringify({
          name: 'understory-explain-corner',
          version: '0.3.1',
          type: 'module',
          exports: { import: './lib/plugin.js' },
          files: ['lib'],
          peerDependencies: { '@understory/core': '^0.1.0' },
        }),
      );
      await own.write(
        'source/lib/plugin.js',
        `import { definePlugin, EXPLAINER } from '@understory/core';
         import { corner } from './corner.js';
         export default definePlugin({
           name: 'understory-explain-corner', version: '0.3.1', hostApi: '^1.0.0',
           provides: [{ kind: 'explainer', id: 'corner', title: 'Corner', description: 'Points at the upper left.' }],
           register: (registry) => registry.bind(EXPLAINER, 'corner', () => corner),
         });`,
      );
      await own.write(
        'source/lib/corner.js',
        `export const corner = {
           explain: async ({ feeds }) => Array.from({ length: Object.values(feeds)[0].dims[0] },
             () => ({ height: 2, width: 2, data: Float32Array.of(1, 0, 0, 0) })),
         };`,
      );
      await own.write('source/unpublished.txt', 'not part of the package');
      // npm is run by its script, so that no shell and no configuration of the machine comes between; not every Node brings one.
      const npm = process.env['npm_execpath'] ?? join(process.execPath, '../../lib/node_modules/npm/bin/npm-cli.js');
      const pack = [npm, 'pack', '--ignore-scripts', '--offline', '--json', '--pack-destination', own.folder];
      const { stdout } = await execute(process.execPath, pack, { cwd: join(own.folder, 'source') });
      expect(JSON.parse(stdout)[0].files.map(({ path }: { path: string }) => path)).not.toContain('unpublished.txt');

      const modules = join(own.folder, 'node_modules');
      await mkdir(modules, { recursive: true });
      await execute('tar', ['-xzf', join(own.folder, 'understory-explain-corner-0.3.1.tgz'), '-C', modules]);
      await rename(join(modules, 'package'), join(modules, 'understory-explain-corner'));
      await mkdir(join(modules, '@understory'));
      await symlink(join(repository, 'packages', 'core'), join(modules, '@understory', 'core'));

      const pictures = await fakeWorkspace();
      await cp(join(pictures.folder, 'model'), join(own.folder, 'model'), { recursive: true });
      await cp(join(pictures.folder, 'fake-plugin.mjs'), join(own.folder, 'fake-plugin.mjs'));
      await pictures.remove();
      await own.write('cat.png', await quarter([200, 100, 0]));
      const plugins = ['--plugin', './fake-plugin.mjs', '--plugin', 'understory-explain-corner'];
      const explain = ['explain', 'cat.png', '--model', 'model/tiny.fake.json', '--explainer', 'corner', '--json'];
      const outcome = await own.cli([...explain, ...plugins]);
      expect([outcome.stderr, outcome.code]).toEqual(['', 0]);
      const { images, versions } = JSON.parse(outcome.stdout);
      expect(versions['understory-explain-corner']).toBe('0.3.1');
      expect(images[0].maps).toEqual([
        expect.objectContaining({ explainer: 'corner', size: [2, 2], range: [0, 1], layer: null }),
      ]);
      expect(await readdir(join(own.folder, 'out'))).toEqual(['cat.corner.top1.png']);

      const listed = JSON.parse((await own.cli(['plugins', '--json', ...plugins])).stdout).plugins.at(-1);
      expect(listed.from).toBe(join(modules, 'understory-explain-corner'));
    } finally {
      await own.remove();
    }
  });

  it('is named with the places that were searched where there is none', async () => {
    const { code, stderr } = await workspace.cli(['plugins', '--plugin', 'understory-explain-nothing']);
    expect([code, codeOf(stderr)]).toEqual([2, 'PLUGIN_NOT_FOUND']);
    expect(stderr).toContain(workspace.folder);
    expect(stderr).toContain('npm install understory-explain-nothing');
  });

  it('is refused with its reason where it does not load or is none', async () => {
    await workspace.write('broken.mjs', 'throw new Error("I am broken")');
    await workspace.write('nothing.mjs', 'export const name = "nothing"');
    await workspace.write('folder/package.json', '{ "main": "missing.js" }');
    await workspace.write('twin.mjs', `export { default } from './fake-plugin.mjs';`);
    await workspace.write('shut.mjs', 'export default { get name() { throw new Error("I am shut") } };');
    const outcomes = [];
    for (const plugin of ['./broken.mjs', './nothing.mjs', './shut.mjs', './folder', './twin.mjs']) {
      outcomes.push(codeOf((await workspace.cli(['plugins', '--plugin', plugin])).stderr));
    }
    expect(outcomes).toEqual([...Array(4).fill('PLUGIN_INVALID'), 'DUPLICATE_PLUGIN']);
  });
});
