import { describe, expect, it } from '@jest/globals';
import { configurable, createHost, definePlugin, METRIC, optionText, PROBE, readOptions } from '@understory/core';
import type { Contribution, Metric, Options, OptionSchema, PluginManifest } from '@understory/core';

const schema = {
  fraction: { type: 'number', default: 0.5, range: [0, 1], description: 'How much.' },
  steps: { type: 'integer', default: 100, range: [1, 1000], description: 'How often.' },
  fill: { type: 'choice', default: 'blur', choices: ['blur', 'zero'], description: 'By what.' },
  half: { type: 'boolean', default: false, description: 'Whether by halves.' },
  layer: { type: 'text', default: 'auto', description: 'Where.' },
  sizes: { type: 'integers', default: [2, 4], range: [2, 16], description: 'How large.' },
  ways: { type: 'choices', default: ['up'], choices: ['up', 'down'], description: 'Which ways.' },
} as const satisfies OptionSchema;

const defaults = { fraction: 0.5, steps: 100, fill: 'blur', half: false, layer: 'auto', sizes: [2, 4], ways: ['up'] };
const metric: Metric = { better: 'lower', range: [0, 1], evaluate: async () => [] };

function pluginWith(contribution: Partial<Contribution>, made: Options[] = []): PluginManifest {
  return definePlugin({
    name: 'p',
    version: '0.1.0',
    hostApi: '^1.0.0',
    provides: [{ kind: 'metric', id: 'deletion', title: 'Deletion', description: 'Deletes.', ...contribution }],
    register: (registry) =>
      registry.bind(METRIC, 'deletion', (_, options) => {
        made.push(options);
        return { ...metric };
      }),
  });
}

function hostWith(contribution: Partial<Contribution>, made?: Options[]) {
  const host = createHost();
  host.use(pluginWith(contribution, made), { from: 'here' });
  host.start();
  return host;
}

describe('readOptions', () => {
  it('reads a number that is written as a fraction', () => {
    expect(readOptions('It', schema, { fraction: '12/255' })).toMatchObject({ fraction: 12 / 255 });
  });

  it('takes what is given, else the default, and reads text', () => {
    expect(readOptions('it', schema)).toEqual(defaults);
    expect(readOptions('it', schema, { steps: '20', half: 'true', fill: 'zero', layer: 'x' })).toEqual({
      ...defaults,
      steps: 20,
      half: true,
      fill: 'zero',
      layer: 'x',
    });
  });

  it.each<[Options, string, string]>([
    [{ fraction: 1.5 }, '1.5', 'a number from 0 to 1'],
    [{ fraction: NaN }, 'NaN', 'a number from 0 to 1'],
    [{ fraction: '1/0' }, '"1/0"', 'a number from 0 to 1'],
    [{ fraction: '1/2/3' }, '"1/2/3"', 'a number from 0 to 1'],
    [{ fraction: '/2' }, '"/2"', 'a number from 0 to 1'],
    [{ steps: '4/2' }, '"4/2"', 'a whole number from 1 to 1000'],
    [{ fraction: '' }, '""', 'a number from 0 to 1'],
    [{ fraction: 'half' }, '"half"', 'a number from 0 to 1'],
    [{ steps: 2.5 }, '2.5', 'a whole number from 1 to 1000'],
    [{ fill: 'grey' }, '"grey"', 'one of blur, zero'],
    [{ half: 'yes' }, '"yes"', 'true or false'],
    [{ layer: 3 }, '3', 'a text'],
    [{ sizes: '2+17' }, '"2+17"', 'whole numbers from 2 to 16 with a + between them, none twice'],
    [{ sizes: [3, 3] }, '[3,3]', 'whole numbers from 2 to 16 with a + between them, none twice'],
    [{ sizes: [] }, '[]', 'whole numbers from 2 to 16 with a + between them, none twice'],
    [{ sizes: 'none' }, '"none"', 'whole numbers from 2 to 16 with a + between them, none twice'],
    [{ sizes: true }, 'true', 'whole numbers from 2 to 16 with a + between them, none twice'],
    [{ ways: 'up+left' }, '"up+left"', 'any of up, down with a + between them, none twice, or none'],
    [{ steps: [3] }, '[3]', 'a whole number from 1 to 1000'],
  ])('refuses %j', (given, found, expected) => {
    expect(() => readOptions('it', schema, given)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', found, expected }),
    );
  });

  it('reads lists, from text as from values', () => {
    expect(readOptions('it', schema, { sizes: '3 + 8', ways: 'down+up' })).toMatchObject({
      sizes: [3, 8],
      ways: ['down', 'up'],
    });
    expect(readOptions('it', schema, { sizes: 3, ways: 'none' })).toMatchObject({ sizes: [3], ways: [] });
    expect(readOptions('it', schema, { sizes: ['3', 8] as never, ways: [] })).toMatchObject({
      sizes: [3, 8],
      ways: [],
    });
  });

  it('writes every value as the text that stands for it', () => {
    const values = readOptions('it', schema, { ways: [], half: true, fraction: 0.25 });
    const texts = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, optionText(value)]));
    expect(texts).toMatchObject({ sizes: '2+4', ways: 'none', half: 'true' });
    expect(readOptions('it', schema, texts)).toEqual(values);
  });

  it('names what was meant by an unknown one', () => {
    expect(() => readOptions('it', schema, { step: 3 })).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_OPTION', next: expect.stringContaining('"steps"') }),
    );
    expect(() => readOptions('it', {}, { toString: 3 })).toThrow(expect.objectContaining({ code: 'UNKNOWN_OPTION' }));
  });
});

describe('configurable', () => {
  const make = configurable('it', schema, (values) => values);

  it('makes things of typed settings', () => {
    const { fraction, fill, half }: { fraction: number; fill: 'blur' | 'zero'; half: boolean } = make({ steps: 3 });
    const { sizes, ways }: { sizes: readonly number[]; ways: readonly ('up' | 'down')[] } = make({ sizes: [3] });
    expect([sizes, ways]).toEqual([[3], ['up']]);
    expect([fraction, fill, half, make().layer, make({ steps: 3 }).steps]).toEqual([0.5, 'blur', false, 'auto', 3]);
    expect(make.options).toBe(schema);
  });

  it('makes the same of settings nobody has checked', () => {
    expect(make.from({ steps: '3' })).toEqual(make({ steps: 3 }));
    expect(() => make.from({ stepz: 3 })).toThrow(expect.objectContaining({ code: 'UNKNOWN_OPTION' }));
  });

  it('is named as a part of the sentence that refuses it', () => {
    const named = configurable(
      'The mask "dots"',
      { count: { type: 'integer', default: 1, range: [1, 9], description: 'How many.' } },
      (values) => values,
    );
    expect(() => named.from({ count: 0 })).toThrow('The option "count" of the mask "dots" has an invalid value.');
    expect(() => named.from({ size: 0 })).toThrow('The mask "dots" has no option "size".');
  });

  it('is checked by type', () => {
    // @ts-expect-error a text is no number
    expect(() => make({ steps: 'three' })).toThrow('has an invalid value');
    // @ts-expect-error there is no such option
    expect(() => make({ stepz: 3 })).toThrow('has no option');
  });
});

describe('a host', () => {
  const presets = { paper: { steps: 10 } };

  it('hands a factory the value of every option', () => {
    const made: Options[] = [];
    const host = hostWith({ options: schema, presets }, made);
    host.get(METRIC, 'deletion');
    host.get(METRIC, 'deletion', { steps: '7' });
    host.get(METRIC, 'deletion', { preset: 'paper', half: true });
    expect(made).toEqual([defaults, { ...defaults, steps: 7 }, { ...defaults, steps: 10, half: true }]);
  });

  it('makes one thing for the same settings however they are given', () => {
    const made: Options[] = [];
    const host = hostWith({ options: schema, presets }, made);
    const one = host.get(METRIC, 'deletion', { steps: 10, layer: 'x' });
    expect(host.get(METRIC, 'deletion', { layer: 'x', preset: 'paper' })).toBe(one);
    expect(host.get(METRIC, 'deletion', { layer: 'x', steps: '10', fraction: 0.5 })).toBe(one);
    expect(host.get(METRIC, 'deletion')).not.toBe(one);
    expect(made).toHaveLength(2);
  });

  it('gives way where something is said beside the preset', () => {
    const host = hostWith({ options: schema, presets });
    expect(host.optionsOf('metric', 'deletion', { preset: 'paper', steps: 3 })).toEqual({ ...defaults, steps: 3 });
  });

  it('refuses what the contribution does not know', () => {
    const host = hostWith({ options: schema, presets });
    const failure = (code: string) => expect.objectContaining({ code, message: expect.stringContaining('"deletion"') });
    expect(() => host.get(METRIC, 'deletion', { step: 1 })).toThrow(failure('UNKNOWN_OPTION'));
    expect(() => host.get(METRIC, 'deletion', { steps: 0 })).toThrow(failure('OPTION_INVALID'));
    expect(() => host.get(METRIC, 'deletion', { preset: 'rise' })).toThrow(failure('UNKNOWN_PRESET'));
    expect(() => host.optionsOf('metric', 'delete')).toThrow(expect.objectContaining({ code: 'UNKNOWN_ID' }));
    expect(() => hostWith({}).get(METRIC, 'deletion', { steps: 1 })).toThrow(failure('UNKNOWN_OPTION'));
  });

  it('lets plugins take from each other with settings', () => {
    const made: Options[] = [];
    const host = createHost();
    host.use(pluginWith({ options: schema }, made), { from: 'here' });
    const provides: Contribution[] = [{ kind: 'metric', id: 'twice', title: 'Twice', description: 'Two.' }];
    const register: PluginManifest['register'] = (registry) =>
      registry.bind(METRIC, 'twice', (resolve) => resolve(METRIC, 'deletion', { steps: 2 }));
    host.use({ ...pluginWith({}), name: 'q', provides, register }, { from: 'there' });
    host.start();
    expect(host.get(METRIC, 'twice')).toBe(host.get(METRIC, 'deletion', { steps: 2 }));
    expect(made).toEqual([{ ...defaults, steps: 2 }]);
  });
});

describe('a manifest', () => {
  it('names one of its options as the one whose name may be left out', () => {
    const use = (unnamedOption: string) => {
      const provides = [{ ...pluginWith({}).provides[0]!, options: schema, unnamedOption }];
      return createHost().use({ ...pluginWith({}), provides }, { from: 'here' }).provides;
    };
    expect(use('steps')).toMatchObject([{ unnamedOption: 'steps' }]);
    expect(() => use('step')).toThrow(
      expect.objectContaining({ code: 'PLUGIN_INVALID', found: expect.stringContaining('"step"') }),
    );
  });

  it('may name its paper and what it computes, as texts', () => {
    const use = (more: object) => {
      const provides = [{ ...pluginWith({}).provides[0]!, ...more }];
      return createHost().use({ ...pluginWith({}), provides }, { from: 'here' }).provides;
    };
    const declared = { reference: 'Zhou et al. 2016, equation 2', formula: String.raw`\sum_k w_k A_k` };
    expect(use(declared)).toMatchObject([declared]);
    for (const [key, value] of Object.entries({ reference: 2016, formula: ' ' })) {
      expect(() => use({ [key]: value })).toThrow(
        expect.objectContaining({
          code: 'PLUGIN_INVALID',
          found: expect.stringContaining(`has a ${key} that is no text`),
        }),
      );
    }
  });

  it('says which models a probe is for, and nothing of the kind of a metric', () => {
    const use = (kind: Contribution['kind']) => {
      const provides = [{ ...pluginWith({}).provides[0]!, kind, task: 'zero-shot-image-classification' }];
      const register: PluginManifest['register'] = (registry) =>
        registry.bind(PROBE, provides[0]!.id, () => ({
          experiment: () => ({ rows: async () => [], summarise: () => Promise.reject(new Error()) }),
        }));
      return createHost().use({ ...pluginWith({}), provides, register }, { from: 'here' }).provides;
    };
    expect(use('probe')).toMatchObject([{ task: 'zero-shot-image-classification' }]);
    expect(() => use('metric')).toThrow(
      expect.objectContaining({ code: 'PLUGIN_INVALID', found: expect.stringContaining('has a task') }),
    );
  });

  it.each<[unknown, unknown, string]>([
    [{}, {}, ''],
    [{ steps: 3 }, undefined, 'options are no objects'],
    [{ 'kernel-size': schema.steps }, undefined, '"kernel-size"'],
    [{ preset: schema.layer }, undefined, '"preset"'],
    [{ steps: { ...schema.steps, description: ' ' } }, undefined, 'no description'],
    [{ steps: { ...schema.steps, default: 0 } }, undefined, 'the default of the option "steps"'],
    [{ sizes: { ...schema.sizes, default: [] } }, undefined, 'the default of the option "sizes"'],
    [{ ways: { ...schema.ways, choices: ['up', 'none'] } }, undefined, 'is "none" or has a "+"'],
    [schema, { paper: { steps: 0 } }, 'the preset "paper"'],
    [schema, { paper: { step: 1 } }, 'the preset "paper"'],
    [undefined, { paper: { steps: 1 } }, 'the preset "paper"'],
    [schema, { paper: 3 }, 'presets are no objects'],
  ])('with options %j and presets %j is refused', (options, presets, found) => {
    const host = createHost();
    const manifest = { ...pluginWith({}), provides: [{ ...pluginWith({}).provides[0], options, presets }] };
    const use = () => host.use(manifest, { from: 'here' });
    if (found === '') expect(use).not.toThrow();
    else
      expect(use).toThrow(expect.objectContaining({ code: 'PLUGIN_INVALID', found: expect.stringContaining(found) }));
  });
});
