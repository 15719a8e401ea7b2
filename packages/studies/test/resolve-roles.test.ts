import { describe, expect, it } from '@jest/globals';
import { parseStudyFile } from '../src/index.ts';

const evaluation = { version: 1, study: 'evaluate', model: '$net', images: { from: '$pets', limit: 100 } };

/** A list with a network and two data sets that are named when it is run. */
const list = {
  version: 1,
  title: 'Roles',
  roles: {
    net: { kind: 'model', original: 'ResNet-50', standIn: 'lite', about: 'smaller' },
    pets: { kind: 'data', original: 'the pets', standIn: 'orchard:count=9', format: 'oxford-pets' },
    photos: { kind: 'data', original: 'the photographs', standIn: '../samples' },
  },
  studies: [
    {
      name: 'first',
      spec: { ...evaluation, metrics: [{ id: 'deletion', options: { steps: 10 } }], preset: 'paper' },
      standIns: { pets: { images: { limit: 20 }, preset: null }, net: { layer: 'stage3' } },
      quick: { images: { limit: 3 } },
    },
    { name: 'control', onlyWithStandInOf: 'net', spec: { ...evaluation, model: 'other' } },
    {
      name: 'maps',
      spec: { version: 1, study: 'explain', model: '$net', images: { from: ['$photos'] }, notes: ['Of three.'] },
    },
  ],
  claims: [
    {
      ...{ id: 'a', place: 'section 1', claim: 'It falls.' },
      tests: ['first', 'control'].map((study) => ({
        ...{ study, statistic: { kind: 'accuracy' }, expected: { above: 0.5 } },
      })),
    },
  ],
  numbers: [{ place: 'section 1', what: 'accuracy', value: 0.9, study: 'control', statistic: { kind: 'accuracy' } }],
} as const;

const failure = (code: string, fields: object) => expect.objectContaining({ code, ...fields });

describe('the roles of a list of studies', () => {
  it('have their stand-ins where nothing is given, with the changes and the notes that come with them', () => {
    const file = parseStudyFile(list, 'list', { place: (standIn) => standIn.replace('..', '/home/me') });
    expect(file.studies.map(({ name }) => name)).toEqual(['first', 'control', 'maps']);
    const [first, , maps] = file.studies.map(({ spec }) => spec);
    expect(first).toMatchObject({ model: 'lite', images: { from: 'orchard:count=9', limit: 20 }, layer: 'stage3' });
    expect(first).not.toHaveProperty('preset');
    expect(first!.notes).toEqual([
      'lite (smaller) stands in for ResNet-50.',
      'orchard:count=9 stands in for the pets.',
    ]);
    expect(maps).toMatchObject({ images: { from: ['/home/me/samples'] } });
    // The same on every machine, and after what the study says itself.
    expect(maps!.notes).toEqual([
      'Of three.',
      'lite (smaller) stands in for ResNet-50.',
      'samples stands in for the photographs.',
    ]);
    expect(file.materials).toEqual([
      { role: 'net', kind: 'model', original: 'ResNet-50', used: 'lite', about: 'smaller', isStandIn: true },
      { role: 'pets', kind: 'data', original: 'the pets', used: 'orchard:count=9', isStandIn: true },
      { role: 'photos', kind: 'data', original: 'the photographs', used: '/home/me/samples', isStandIn: true },
    ]);
    expect(file).not.toHaveProperty('roles');
    // What is written beside the runs is read back as it is.
    expect(parseStudyFile(JSON.parse(JSON.stringify(file)))).toEqual(file);
  });

  it('are what is given, without the changes for stand-ins and the studies that belong to them', () => {
    const file = parseStudyFile(list, 'list', { models: { net: 'my/net.onnx' }, data: { pets: 'data/pets' } });
    expect(file.studies.map(({ name }) => name)).toEqual(['first', 'maps']);
    expect(file.studies[0]!.spec).toMatchObject({
      ...{ model: 'my/net.onnx', images: { from: 'oxford-pets:data/pets', limit: 100 } },
      ...{ layer: 'auto', preset: 'paper' },
    });
    expect(file.studies[0]!.spec).not.toHaveProperty('notes');
    expect(file.claims![0]!.tests.map(({ study }) => study)).toEqual(['first']);
    expect(file.numbers).toEqual([]);
    const given = (pets: string) => parseStudyFile(list, 'list', { data: { pets } }).studies[0]!.spec.images.from;
    expect([given('folder:cats'), given('orchard')]).toEqual(['folder:cats', 'orchard']);
  });

  it('are short where that is asked for, after the changes for stand-ins', () => {
    const { spec } = parseStudyFile(list, 'list', { quick: true }).studies[0]!;
    expect(spec.images).toEqual({ from: 'orchard:count=9', limit: 3 });
    expect(spec).toMatchObject({ metrics: [{ id: 'deletion', options: { steps: 10 } }] });
  });

  it('leave out of the materials what no study uses', () => {
    const { materials } = parseStudyFile({ ...list, studies: [list.studies[1]], claims: [], numbers: [] });
    expect(materials!.map(({ role }) => role)).toEqual(['pets']);
  });

  it('name what there is no role for', () => {
    expect(() => parseStudyFile(list, 'list', { models: { nett: 'a' } })).toThrow(
      failure('ROLE_UNKNOWN', { found: '"nett"', expected: 'net', next: 'Did you mean "net"?' }),
    );
    expect(() => parseStudyFile(list, 'list', { data: { net: 'a' } })).toThrow(
      failure('ROLE_UNKNOWN', { found: '"net"', expected: 'pets, photos' }),
    );
    const single = { ...evaluation, model: 'tiny', images: { from: 'x' } };
    expect(() => parseStudyFile(single, 'one', { models: { net: 'a' } })).toThrow(failure('ROLE_UNKNOWN', {}));
    const unknown = { ...list, studies: [{ name: 'control', spec: { ...evaluation, model: '$nobody' } }], claims: [] };
    expect(() => parseStudyFile(unknown)).toThrow(failure('SPEC_INVALID', { found: 'the role "nobody"' }));
  });

  it('are asked of studies that the list has', () => {
    const claims = [{ ...list.claims[0], tests: [{ ...list.claims[0].tests[0], study: 'last' }] }];
    expect(() => parseStudyFile({ ...list, claims })).toThrow(
      failure('SPEC_INVALID', {
        found: 'the study "last"',
        expected: expect.stringContaining('first, control, maps'),
      }),
    );
  });
});
