import { expect, it, jest } from '@jest/globals';

const reason = "Cannot find module '../bin/plan9/mips/onnxruntime_binding.node'";
jest.unstable_mockModule('onnxruntime-node', () => {
  throw new Error(`${reason}\nRequire stack:\n- binding.js`);
});

it('says how ONNX Runtime is installed where its binary cannot be loaded', async () => {
  // The package itself loads, so that a command which needs no network of this kind runs.
  const { OnnxBackend } = await import('@understory/backend-onnx');
  const { linear } = await import('./models.ts');
  await expect(new OnnxBackend().open({ kind: 'bytes', bytes: linear('N') })).rejects.toMatchObject({
    code: 'ONNX_RUNTIME_NOT_LOADED',
    found: reason,
    expected: expect.stringContaining(`${process.platform} ${process.arch}`),
    next: expect.stringContaining('npm install --ignore-scripts onnxruntime-node'),
  });
});
