import { describe, it } from '@jest/globals';
import { TfjsBackend } from '@understory/backend-tfjs';
import { contractCases } from './contract-cases.ts';
import { engines } from './engines.ts';
import { classifiers } from './models.ts';

describe.each(engines)('%s', (engine) => {
  const create = () => new TfjsBackend();
  for (const { kind, cases } of contractCases(create, (of) => classifiers[of](), { devices: [engine] })) {
    describe(`a ${kind} model`, () => {
      for (const { name, run, timeout, skip } of cases) (skip ? it.skip : it)(name, run, timeout);
    });
  }
});
