import { describe, expect, it } from '@jest/globals';
import type { OptionSchema } from '@understory/core';
import { readPluginFlags } from '../src/plugin-flags.ts';

const schema = {
  grid: { type: 'integers', default: [2], range: [1, 9], description: 'Patches a side.' },
  controls: { type: 'choices', default: [], choices: ['seams', 'rows'], flag: 'control', description: 'Beside it.' },
  seamWidth: { type: 'integer', default: 2, range: [1, 9], description: 'In pixels.' },
  derangement: { type: 'boolean', default: false, description: 'None stays.' },
} as const satisfies OptionSchema;

const read = (...args: string[]) =>
  readPluginFlags(args, schema, { command: 'understory probe', known: ['--out', '--batch'] });

describe('readPluginFlags', () => {
  it('reads settings by name in kebab case, lists with commas, and flags that a schema names itself', () => {
    expect(
      read('a.png', '--grid', '2,4', '--control=seams,rows', '--seam-width', '3', '--derangement', 'b.png'),
    ).toEqual({
      positionals: ['a.png', 'b.png'],
      settings: { grid: '2+4', controls: 'seams+rows', seamWidth: '3', derangement: true },
    });
  });

  it('suggests flags of the command and of the plugin', () => {
    expect(() => read('--gird', '2')).toThrow(
      expect.objectContaining({ code: 'USAGE', next: expect.stringContaining('--grid') }),
    );
    expect(() => read('--bacth', '2')).toThrow(
      expect.objectContaining({ code: 'USAGE', next: expect.stringContaining('--batch') }),
    );
    expect(() => read('--controls', 'rows')).toThrow(expect.objectContaining({ found: '--controls' }));
  });

  it('asks for the value of a flag that needs one', () => {
    expect(() => read('--grid')).toThrow(
      expect.objectContaining({ code: 'USAGE', message: "The option '--grid' needs a value." }),
    );
  });
});
