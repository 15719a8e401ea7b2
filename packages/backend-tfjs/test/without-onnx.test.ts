import { expect, it, jest } from '@jest/globals';
import plugin, { TfjsBackend } from '@understory/backend-tfjs';

it('says what to install where an ONNX file is opened and nothing reads it', async () => {
  const reader = '@understory/backend-tfjs-onnx';
  jest.unstable_mockModule(reader, () => {
    throw Object.assign(new Error(`Cannot find package '${reader}' imported from here`), {
      code: 'ERR_MODULE_NOT_FOUND',
    });
  });
  const backend = new TfjsBackend();
  const source = { kind: 'file', path: 'network.onnx' } as const;
  expect([backend.accepts(source), backend.isNative(source)]).toEqual([true, false]);
  await expect(backend.open(source)).rejects.toMatchObject({
    code: 'MISSING_PEER',
    found: `no package ${reader}`,
    next: `Run: npm install ${reader}`,
  });
  expect(plugin.optionalPeers).toContainEqual({ name: reader, install: `npm install ${reader}` });
});
