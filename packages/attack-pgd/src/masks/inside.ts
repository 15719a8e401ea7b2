import { configurable, type Mask } from '@understory/core';
import { boxMasks } from './boxes.ts';

/** Every pixel whose centre lies inside the annotation boxes of its sample. */
export const inside = configurable('inside', {}, (): Mask => ({
  needs: ['boxes'],
  draw: async (request) => boxMasks('inside', 'inside', request),
}));
