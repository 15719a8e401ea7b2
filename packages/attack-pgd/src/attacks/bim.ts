import { configurable } from '@understory/core';
import { iterated, iteratedOptions } from './iterated.ts';

/** The basic iterative method, or I-FGSM: small steps of one size. Kurakin et al. 2017, section 2.2. */
export const bim = configurable('The attack "bim"', iteratedOptions, (options) =>
  iterated('The attack "bim"', options, 0),
);
