import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandTree } from '../src/index.ts';
import { emptyWorkspace, type Workspace } from './support/workspace.ts';

jest.setTimeout(120_000);

let workspace: Workspace;
const scripts: Record<string, string> = {};
beforeAll(async () => {
  workspace = await emptyWorkspace();
  await workspace.write('photos/cat.png', 'x');
  await workspace.write('cars.json', '{}');
  await workspace.write('two words.json', '{}');
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout, stderr } = await workspace.cli(['completion', shell]);
    expect([code, stderr]).toEqual([0, '']);
    scripts[shell] = stdout;
    await workspace.write(`completion.${shell}`, stdout);
  }
});
afterAll(() => workspace.remove());

const isThere = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;

const inZsh = isThere('zsh') ? it : it.skip;
const inFish = isThere('fish') ? it : it.skip;

/** What bash offers for the last of some words. */
function offered(...words: readonly string[]): readonly string[] {
  const script = `
    source ./completion.bash
    COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 ))
    _understory
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const args = ['--noprofile', '--norc', '-c', script, 'bash', 'understory', ...words];
  const text = execFileSync('bash', args, { cwd: workspace.folder, encoding: 'utf8' });
  return text.split('\n').filter((line) => line !== '');
}

describe('completion in bash', () => {
  it('has every command, and of each every option', () => {
    const { commands } = commandTree();
    expect(offered('')).toEqual([...commands.map(({ name }) => name), 'help', '--help', '--version']);
    for (const { name, options } of commands) {
      const flags = options.flatMap(({ long, short }) => [long, short].filter((flag) => flag !== undefined));
      expect(offered(name, '-')).toEqual([...flags, '--help', '-h']);
    }
    expect(offered('pro')).toEqual(['probe']);
    expect(offered('help', 'ev')).toEqual(['evaluate']);
  });

  it('completes ids of plugins, several with commas between them', () => {
    expect(offered('explain', 'a.png', '--explainer', 'grad')).toEqual(['gradcam', 'gradcam++']);
    expect(offered('explain', 'a.png', '--explainer', 'cam,hires')).toEqual(['cam,hirescam']);
    expect(offered('evaluate', 'x', '--metric', 'deletion,ro')).toEqual(['deletion,road']);
    expect(offered('attack', 'pgd', 'x', '--mask', 'all,target-')).toEqual(
      ['target-top', 'target-bottom', 'target-weighted'].map((mask) => `all,${mask}`),
    );
    expect(offered('probe', 'sh')).toEqual(['shuffle']);
    expect(offered('attack', 'p')).toEqual(['pgd']);
  });

  it('completes bundled models, choices, and files where anything else is expected', () => {
    expect(offered('explain', 'a.png', '--model', 'orchard-c')).toEqual(['orchard-clip-blind', 'orchard-clip-sighted']);
    expect(offered('explain', 'a.png', '--model', 'ca')).toEqual(['cars.json']);
    expect(offered('inspect', 'cifar')).toEqual(['cifar10-resnet']);
    expect(offered('explain', 'a.png', '--colour-map', 'j')).toEqual(['jet']);
    expect(offered('completion', 'f')).toEqual(['fish']);
    expect(offered('study', 'p')).toEqual(['paper']);
    expect(offered('explain', 'pho')).toEqual(['photos']);
    expect(offered('run', 'two')).toEqual(['two words.json']);
    // There the name of a role stands in front of a model.
    expect(offered('study', 'paper', '--model', 'orchard')).toEqual([]);
  });
});

describe('the script for a shell', () => {
  it.each(['bash', 'zsh', 'fish'].filter(isThere))('is read by %s without a complaint', (shell) => {
    const { status, stderr } = spawnSync(shell, ['-n', join(workspace.folder, `completion.${shell}`)], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
  });

  it('has the same commands, options and ids for each shell', () => {
    for (const { name, options } of commandTree().commands) {
      for (const script of Object.values(scripts)) expect(script).toContain(name);
      for (const { long } of options) {
        expect(scripts['zsh']).toContain(`${long}[`);
        expect(scripts['fish']).toContain(`-l ${long!.slice(2)}`);
      }
    }
    for (const script of Object.values(scripts)) {
      for (const id of ['hirescam', 'orchard-segmenter', 'pointing-game', 'origin-bottom'])
        expect(script).toContain(id);
    }
  });

  inFish('offers commands, options and values in fish', () => {
    const offers = (line: string) =>
      execFileSync('fish', ['--no-config', '-c', `source completion.fish; complete -C "$argv[1]"`, line], {
        cwd: workspace.folder,
        encoding: 'utf8',
      })
        .split('\n')
        .flatMap((each) => each.split('\t')[0]!)
        .filter((each) => each !== '');
    expect(offers('understory pro')).toEqual(['probe']);
    expect(offers('understory explain a.png --explainer cam,hires')).toEqual(['cam,hirescam']);
    expect(offers('understory explain a.png --colour-map j')).toEqual(['jet']);
    expect(offers('understory probe sh')).toContain('shuffle');
  });

  inZsh('offers commands and values in zsh', () => {
    // Without a terminal zsh runs no completion: what its functions are handed is looked at.
    const script = `
      compdef() { :; }
      _describe() { print -rl -- \${(P)2}; }
      _arguments() { print -rl -- "$@"; }
      source ./completion.zsh
      words=(understory "$@"); CURRENT=$#words
      _understory`;
    const handed = (...words: readonly string[]) =>
      execFileSync('zsh', ['-f', '-c', script, 'zsh', ...words], { cwd: workspace.folder, encoding: 'utf8' }).split(
        '\n',
      );
    expect(handed('')).toContain(
      'probe:test what a model makes of where things are, over a data set, into a run folder',
    );
    expect(handed('explain', '').join('\n')).toMatch(
      /^\*--explainer\[.*\]:value:_values -s , value cam (?:\S+ )*gradcam /m,
    );
    expect(handed('completion', '')).toContain('1:argument:(bash zsh fish)');
  });
});

it('completes what a plugin that is named provides as well', async () => {
  const plugin = fileURLToPath(new URL('./support/fake-plugin.mjs', import.meta.url));
  await workspace.write('fake-plugin.mjs', await readFile(plugin));
  const { code, stdout } = await workspace.cli(['completion', 'bash', '--plugin', './fake-plugin.mjs']);
  expect(code).toBe(0);
  expect(stdout).toContain(' brightness ');
  expect(scripts['bash']).not.toContain('brightness');
});

it('names a shell that it does not know', async () => {
  const { code, stderr } = await workspace.cli(['completion', 'tcsh']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('bash, zsh, fish')]);
});
