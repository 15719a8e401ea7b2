import { fileURLToPath } from 'node:url';
import { describe, it } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { contractCases } from './contract-cases.ts';

const pathOf = (network: string) =>
  fileURLToPath(new URL(`../../../fixtures/golden/networks/${network}/model.onnx`, import.meta.url));

const suites = contractCases(
  () => new OnnxBackend(),
  (network) => ({ kind: 'file', path: pathOf(network) }),
);

describe.each(suites)('$network', ({ cases }) => {
  for (const { name, run, timeout, skip } of cases) (skip ? it.skip : it)(name, run, timeout);
});
