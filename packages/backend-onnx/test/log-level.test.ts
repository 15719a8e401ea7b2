import { expect, it } from '@jest/globals';
import { env } from 'onnxruntime-node';
import { OnnxBackend } from '@understory/backend-onnx';
import { linear } from './models.ts';

it('keeps ONNX Runtime from writing lines of its own, from before the first provider is loaded', async () => {
  expect(env.logLevel).toBe('warning');
  await (await new OnnxBackend().open({ kind: 'bytes', bytes: linear('N') })).close();
  expect(env.logLevel).toBe('fatal');
});

it('leaves a level that the program has set', async () => {
  env.logLevel = 'error';
  await (await new OnnxBackend().open({ kind: 'bytes', bytes: linear('N') })).close();
  expect(env.logLevel).toBe('error');
});
