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
    expect(() => recognise(host, facts, {})).toThrow(expect.objectContaining({ code: 'SUBJECT_UNKNOWN' }));
  });
});
