import { axesInput } from './axes-input.ts';

/** Opset 13 turned the axes from an attribute into an input. */
export const squeeze = axesInput('Squeeze', 13);
