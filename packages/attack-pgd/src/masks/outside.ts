import { configurable, type Mask } from '@understory/core';
import { boxMasks } from './boxes.ts';

/** Every pixel whose centre lies outside all annotation boxes of its sample. */
export const outside = configurable('outside', {}, (): Mask => ({
  needs: ['boxes'],
  draw: async (request) => boxMasks('outside', 'outside', request),
}));
