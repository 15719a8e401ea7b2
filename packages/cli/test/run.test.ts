import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { version } from '../src/manifest.ts';
import { fakeWorkspace, type Workspace } from './support/workspace.ts';

let workspace: Workspace;
beforeAll(async () => void (workspace = await fakeWorkspace()));
afterAll(() => workspace.remove());

describe('run', () => {
  it('prints version and help on stdout and ends with 0', async () => {
    expect(await workspace.cli(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    for (const argv of [['--help'], ['help'], ['help', 'explain'], ...commands.map((command) => [command, '--help'])]) {
      const { code, stdout, stderr } = await workspace.cli(argv);
      expect([argv, code, stderr]).toEqual([argv, 0, '']);
      expect(stdout).toContain('Examples:\n  understory ');
    }
  });

  it('says in the help of explain how maps are drawn and files are named', async () => {
    const { stdout } = await workspace.cli(['explain', '--help']);
    for (const words of ['bilinear interpolation and half-pixel centres', '<out>/<image>.<explainer>.<target>.png']) {
      expect(stdout).toContain(words);
    }
  });

  it('prints the help on stderr and ends with 2 where there is no command', async () => {
    const { code, stdout, stderr } = await workspace.cli([]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: understory');
  });

  it.each([
    [['explian', 'cat.png'], "Unknown command 'explian'.", 'Did you mean explain?'],
    [['explain', 'cat.png', '--explaner', 'cam'], "Unknown option '--explaner'.", 'Did you mean --explainer?'],
    [['explain'], "Missing required argument 'images'.", 'Run: understory explain --help'],
    [['explain', 'cat.png', '--out'], "Option '--out <folder>' argument missing.", 'Run: understory explain --help'],
    [['explain', 'cat.png', '--opacity', '2'], 'Expected a number from 0 to 1.', 'understory explain --help'],
    [['explain', 'cat.png', '--batch', '0'], 'Expected a whole number from 1.', 'understory explain --help'],
    [['explain', 'cat.png', '--mean', '1,two'], 'Expected comma-separated numbers', 'understory explain --help'],
    [['explain', 'cat.png', '--resize', '0x3'], 'Expected a number of pixels', 'understory explain --help'],
    [['explain', 'cat.png', '--colour-map', 'rainbow'], 'Allowed choices are viridis', 'understory explain --help'],
    [['inspect', 'a', 'b'], 'Too many arguments', 'understory inspect --help'],
  ])('refuses %j with what to do next', async (argv, message, next) => {
    const { code, stdout, stderr } = await workspace.cli(argv);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).toContain(next);
    expect(stderr).toContain('code      USAGE');
    const json = await workspace.cli([...argv, '--json']);
    if (!argv.includes('--out')) expect(JSON.parse(json.stderr).error.code).toBe('USAGE');
  });

  it('owns up to failures of its own', async () => {
    await workspace.write(
      'wrong.mjs',
      `export default { name: 'wrong', version: '1.0.0', hostApi: '^1.0.0',
         provides: [{ kind: 'explainer', id: 'wrong', title: 'Wrong', description: 'Gives too few maps.' }],
         register: (registry) => registry.bind({ name: 'explainer' }, 'wrong', () => ({ explain: async () => [] })) };`,
    );
    const argv = [
      'explain',
      'red.png',
      '--model',
      'model/tiny.fake.json',
      '--explainer',
      'wrong',
      '--plugin',
      './wrong.mjs',
    ];
    const { code, stderr } = await workspace.cli(argv);
    expect(code).toBe(2);
    expect(stderr).toContain(
      'The explainer "wrong" of the plugin wrong returned a result that is not valid for an explainer.',
    );
    expect(stderr).toContain('found     0 maps');
    expect(stderr).toContain('code      PLUGIN_RESULT_INVALID');
  });
});

const commands = ['explain', 'inspect', 'plugins', 'demo'];
