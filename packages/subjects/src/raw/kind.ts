import type { SubjectKind } from '@understory/core';
import { Raw } from './raw.ts';

/** Any element or region of any output. It is for those who ask for it: no evidence speaks for it, and whoever weighs readings leaves it out. */
export const raw: SubjectKind = {
  readings({ model, outputs }) {
    const names = outputs ?? model.outputs.map(({ name }) => name);
    if (names.length === 0) return [];
    const tensors = Object.fromEntries(names.map((name) => [name, name]));
    return [{ evidence: 'shape', why: 'every number of an output can be named by its place', tensors }];
  },
  open: async (facts, { tensors }, settings) => new Raw(facts, Object.values(tensors), settings),
};
