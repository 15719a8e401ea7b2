import { expect, it } from '@jest/globals';
import { commandTree } from '../src/index.ts';
import { emptyWorkspace } from './support/workspace.ts';

const tree = commandTree();

it('has every command that the help lists, each with what its own help says', async () => {
  const workspace = await emptyWorkspace();
  const helpOf = async (...path: readonly string[]) => (await workspace.cli([...path, '--help'])).stdout;
  const listed = Array.from((await helpOf()).matchAll(/^ {2}([a-z-]+) \[options\]/gm), ([, name]) => name);
  expect(tree.commands.map(({ name }) => name)).toEqual(listed);
  for (const { name, usage, options, examples, details } of tree.commands) {
    const help = await helpOf(name);
    expect(help).toContain(`Usage: ${usage}\n`);
    for (const { flags } of options) expect(help).toContain(`  ${flags}`);
    expect(help.trim().endsWith(examples.at(-1) ?? details)).toBe(true);
  }
  await workspace.remove();
});

it('says of an option what it takes, and of an argument how often', () => {
  const explain = tree.commands.find(({ name }) => name === 'explain')!;
  expect(explain.usage).toBe('understory explain [options] <images...>');
  expect(explain.arguments).toMatchObject([{ name: 'images', isRequired: true, isVariadic: true }]);
  const option = (long: string) => explain.options.find((each) => each.long === long);
  expect(option('--json')).toMatchObject({ flags: '--json', value: 'none' });
  expect(option('--opacity')).toMatchObject({ flags: '--opacity <0..1>', value: 'required', default: 0.5 });
  expect(option('--colour-map')).toMatchObject({ choices: expect.arrayContaining(['inferno', 'jet']) });
  expect(option('--text')).toMatchObject({ isVariadic: true });
});

it('has the examples of each command as command lines', () => {
  const examples = tree.commands.flatMap((command) => command.examples);
  expect(examples.length).toBeGreaterThan(20);
  expect(examples.filter((line) => !line.startsWith('understory '))).toEqual([]);
});
