import { describe, expect, it } from '@jest/globals';
import { parseStudyFile, parseStudySpec, studyJsonSchema } from '../src/index.ts';

const evaluation = { version: 1, study: 'evaluate', model: 'tiny', images: { from: 'folder:pets' } } as const;

const failure = (where: string, found: string) =>
  expect.objectContaining({ code: 'SPEC_INVALID', message: expect.stringContaining(where), found });

describe('parseStudySpec', () => {
  it('fills in the defaults of each kind of study', () => {
    expect(parseStudySpec(evaluation)).toEqual({
      ...evaluation,
      ...{ explainers: ['gradcam'], metrics: ['deletion'], target: 'predicted', layer: 'auto' },
      ...{ examples: 4, batch: 32, seed: 0 },
    });
    expect(parseStudySpec({ ...evaluation, study: 'probe', probe: 'shuffle' })).toMatchObject({
      ...{ explainer: 'gradcam', batch: 32 },
    });
    expect(parseStudySpec({ ...evaluation, study: 'attack', attack: 'pgd', targetClass: null })).toMatchObject({
      ...{ masks: ['all'], explainer: 'gradcam', examples: 4, batch: 8 },
    });
    expect(parseStudySpec({ ...evaluation, study: 'explain' })).toMatchObject({
      ...{ target: 'top1', overlay: true, npy: false, opacity: 0.5, batch: 8 },
    });
  });

  it('explains the answer that is asked for, in the place of the best or beside other targets, once', () => {
    const asked = { ...evaluation, study: 'explain', question: 'What color is it?', answer: 'attr:red' };
    const target = (spec: object) => (parseStudySpec(spec) as { target?: string }).target;
    expect(target(asked)).toBe('answer:attr:red');
    expect(target({ ...asked, target: 'boxes' })).toBe('boxes,answer:attr:red');
    expect(target(parseStudySpec({ ...asked, target: 'boxes' }))).toBe('boxes,answer:attr:red');
    expect(target({ ...asked, answer: 'red, green' })).toBe('answer:"red, green"');
  });

  it('gives back what it takes once it has been filled in', () => {
    const spec = parseStudySpec({
      ...evaluation,
      metrics: [{ id: 'deletion', options: { steps: 10 } }],
    });
    expect(parseStudySpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
  });

  it.each([
    ['a kind that there is none of', { ...evaluation, study: 'paint' }, 'study', '"paint"'],
    ['a later version', { ...evaluation, version: 2 }, 'version', '2'],
    [
      'a field that it does not know',
      { ...evaluation, explainer: 'cam' },
      'the whole of it',
      expect.stringContaining('"study":"evaluate"'),
    ],
    ['a number out of range', { ...evaluation, batch: 0 }, 'batch', '0'],
    ['a field within', { ...evaluation, images: { from: 'x', limit: -1 } }, 'images.limit', '-1'],
    ['an option of a selection', { ...evaluation, metrics: [{ id: '' }] }, 'metrics.0.id', '""'],
    ['a layout', { ...evaluation, layout: 'sideways' }, 'layout', '"sideways"'],
    ['no object', 7, 'the whole of it', '7'],
  ])('names what does not fit: %s', (_, spec, where, found) => {
    expect(() => parseStudySpec(spec)).toThrow(failure(where, found as string));
  });
});

describe('parseStudyFile', () => {
  it('takes a single spec for a list of one', () => {
    expect(parseStudyFile(evaluation).studies).toEqual([{ name: 'evaluate', spec: parseStudySpec(evaluation) }]);
  });

  it('takes a list, whose names are those of folders and differ', () => {
    const studies = [
      { name: 'deletion', spec: evaluation },
      { name: 'rise', spec: { ...evaluation, preset: 'rise' } },
    ];
    expect(parseStudyFile({ version: 1, title: 'Both', studies }).studies.map(({ name }) => name)).toEqual([
      'deletion',
      'rise',
    ]);
    const twice = [studies[0], { ...studies[1], name: 'Deletion' }];
    expect(() => parseStudyFile({ version: 1, studies: twice })).toThrow(failure('studies', 'two named "deletion"'));
    const outside = [{ name: '../x', spec: evaluation }];
    expect(() => parseStudyFile({ version: 1, studies: outside })).toThrow(failure('studies.0.name', '"../x"'));
  });
});

it('has a JSON Schema in which what has a default may be left out', () => {
  const schema = studyJsonSchema() as { anyOf: { oneOf?: { properties: object; required: string[] }[] }[] };
  const kinds = schema.anyOf[0]!.oneOf!;
  expect(kinds).toHaveLength(7);
  for (const { properties, required } of kinds) {
    expect(Object.keys(properties)).toEqual(expect.arrayContaining(['version', 'study', 'model', 'images', 'seed']));
    expect(required).toEqual(expect.arrayContaining(['version', 'study', 'model', 'images']));
    expect(required).not.toContain('seed');
  }
});

it('says in its JSON Schema what each key is', () => {
  type Described = { readonly description?: string; readonly properties?: Readonly<Record<string, Described>> };
  const { anyOf } = studyJsonSchema() as { anyOf: readonly { oneOf?: readonly Described[] }[] };
  const kinds = anyOf[0]!.oneOf!;
  const within = kinds.flatMap(({ properties }) => [properties!['images']!, properties!['preprocessing']!]);
  const keys = [...kinds, ...within].flatMap(({ properties }) => Object.entries(properties!));
  expect(keys.length).toBeGreaterThan(100);
  const bare = keys.filter(([key, { description = '' }]) => key !== 'study' && !/^.{8,}\.$/.test(description));
  expect(bare.map(([key]) => key)).toEqual([]);
});
