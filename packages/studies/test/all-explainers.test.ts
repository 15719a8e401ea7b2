import { describe, expect, it } from '@jest/globals';
import type { Host, LoadedContribution } from '@understory/core';
import { slowNotes, withAll } from '../src/setup/all-explainers.ts';

const listed: readonly Partial<LoadedContribution>[] = [
  { id: 'random', isBaseline: true },
  { id: 'rise', isSlow: true },
  { id: 'cam' },
  { id: 'occlusion', isSlow: true },
  { id: 'gradcam' },
];
const host = { list: () => listed } as unknown as Host;

describe('all explainers', () => {
  it('are those of the host: the slow ones after the rest, baselines last', () => {
    expect(withAll(host, ['all']).map(({ id }) => id)).toEqual(['cam', 'gradcam', 'rise', 'occlusion', 'random']);
    expect(withAll(host, ['all']).every(({ isOptional }) => isOptional === true)).toBe(true);
  });

  it('stand in the place of the word, without those that are named with settings of their own', () => {
    const rise = { id: 'rise', options: { masks: 500 } };
    expect(withAll(host, ['gradcam', 'all', rise])).toEqual([
      { id: 'gradcam', options: {} },
      ...['cam', 'occlusion', 'random'].map((id) => ({ id, options: {}, isOptional: true })),
      rise,
    ]);
  });

  it('are not asked for by anything else', () => {
    expect(withAll(host, ['gradcam', 'cam'])).toEqual([
      { id: 'gradcam', options: {} },
      { id: 'cam', options: {} },
    ]);
  });

  it('are told of where they take long, unless they were named', () => {
    const explainers = [
      { id: 'rise', isOptional: true },
      { id: 'occlusion', isOptional: true },
      { id: 'cam', isOptional: true },
    ];
    const notes = (some: typeof explainers) => slowNotes({ host, explainers: some });
    expect(notes(explainers)).toEqual([
      'rise, occlusion run the model many times for each map and come after the others',
    ]);
    expect(notes(explainers.slice(1))).toEqual([
      'occlusion runs the model many times for each map and comes after the others',
    ]);
    expect(notes([{ id: 'rise', isOptional: false }])).toEqual([]);
  });
});
