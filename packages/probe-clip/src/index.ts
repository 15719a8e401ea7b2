export type { TextInputs } from './matcher/text-inputs.ts';
