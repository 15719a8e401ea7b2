import { describe, expect, it } from '@jest/globals';
import { createHost, definePlugin, SUBJECT, type Model, type SubjectKind } from '@understory/core';
import { readingsOf, recognise } from '../src/setup/recognise.ts';

const model: Model = {
  ...{ inputs: [], outputs: [{ name: 'out', type: 'float32', dims: ['N', 1, 8, 8] }], layers: [] },
  origin: { backend: 'none', executionProvider: 'cpu', sha256: '', remarks: [] },
  run: async () => ({}),
  close: async () => {},
};

/** A kind that reads a model as its task only where it was asked to. */
const kind: SubjectKind = {
  readings: () => [{ evidence: 'task', why: '"out" may be a mask', tensors: { scores: 'out' } }],
  open: async () => {
    throw new Error('not opened here');
  },
};

describe('a reading for which only the asked task speaks', () => {
  const host = createHost();
  host.use(
    definePlugin({
      ...{ name: 'kinds', version: '1.0.0', hostApi: '^1.0.0' },
      provides: [{ kind: 'subject', id: 'masks', title: 'Masks', description: 'Masks of pictures.' }],
      register: (registry) => registry.bind(SUBJECT, 'masks', () => kind),
    }),
    { from: 'here' },
  );
  host.start();
  const facts = { model, folder: {} };

  it('counts where it was asked', () => {
    expect(recognise(host, facts, { task: 'masks' })).toMatchObject({ task: 'masks', reading: { evidence: 'task' } });
  });

  it('does not count otherwise', () => {
    expect(readingsOf(host, facts)).toEqual([]);
    expect(() => recognise(host, facts, {})).toThrow(
      expect.objectContaining({
        code: 'SUBJECT_UNKNOWN',
        found: 'outputs out (float32 [N, 1, 8, 8]); masks where that is said ("out" may be a mask)',
        remedy: { kind: 'settings', settings: [{ name: 'task', value: 'masks' }] },
      }),
    );
  });
});

describe('a kind that says why it cannot read what looks like its task', () => {
  const host = createHost();
  host.use(
    definePlugin({
      ...{ name: 'kinds', version: '1.0.0', hostApi: '^1.0.0' },
      provides: [
        { kind: 'subject', id: 'masks', title: 'Masks', description: 'Masks of pictures.' },
        { kind: 'subject', id: 'boxes', title: 'Boxes', description: 'Boxes in pictures.' },
      ],
      register(registry) {
        registry.bind(SUBJECT, 'masks', () => kind);
        registry.bind(SUBJECT, 'boxes', () => ({
          readings: () => [],
          open: kind.open,
          refuses: () => 'anchors are missing',
        }));
      },
    }),
    { from: 'here' },
  );
  host.start();

  it.each([undefined, 'boxes'])('is heard where the task is %s, before what only an asked task speaks for', (task) => {
    expect(() => recognise(host, { model, folder: {} }, { task })).toThrow(
      expect.objectContaining({
        code: 'SUBJECT_UNKNOWN',
        found: 'outputs out (float32 [N, 1, 8, 8]); anchors are missing',
      }),
    );
  });
});

describe('two readings of one output that differ in their form', () => {
  const forms: SubjectKind = {
    readings: () =>
      ['one', 'two'].map((form) => ({ ...{ evidence: 'shape', why: `as ${form}` }, tensors: { scores: 'out' }, form })),
    open: kind.open,
  };
  const host = createHost();
  host.use(
    definePlugin({
      ...{ name: 'forms', version: '1.0.0', hostApi: '^1.0.0' },
      provides: [{ kind: 'subject', id: 'boxes', title: 'Boxes', description: 'Boxes in pictures.' }],
      register: (registry) => registry.bind(SUBJECT, 'boxes', () => forms),
    }),
    { from: 'here' },
  );
  host.start();
  const facts = { model, folder: {} };

  it('are refused with the tasks that tell them apart', () => {
    expect(() => recognise(host, facts, { task: 'boxes' })).toThrow(
      expect.objectContaining({
        code: 'SUBJECT_AMBIGUOUS',
        found: 'boxes:one of out (as one); boxes:two of out (as two)',
        remedy: {
          kind: 'settings',
          settings: ['boxes:one', 'boxes:two'].map((value) => ({ name: 'task', value })),
        },
      }),
    );
  });

  it('are told apart by the form beside the task', () => {
    expect(recognise(host, facts, { task: 'boxes:two' })).toMatchObject({ task: 'boxes', reading: { form: 'two' } });
    expect(() => recognise(host, facts, { task: 'boxes:three' })).toThrow(
      expect.objectContaining({ code: 'SUBJECT_UNKNOWN', message: 'The model cannot be read as boxes:three.' }),
    );
  });
});
