import { afterEach, expect, it, jest } from '@jest/globals';
import { InferenceSession } from 'onnxruntime-node';
import { OnnxBackend } from '@understory/backend-onnx';
import { linear } from './models.ts';

const before = process.env['UNDERSTORY_THREADS'];
afterEach(() => {
  if (before === undefined) delete process.env['UNDERSTORY_THREADS'];
  else process.env['UNDERSTORY_THREADS'] = before;
  jest.restoreAllMocks();
});

/** The threads that a session is opened with. */
async function threadsOf(variable: string | undefined, threads?: number): Promise<number | undefined> {
  if (variable === undefined) delete process.env['UNDERSTORY_THREADS'];
  else process.env['UNDERSTORY_THREADS'] = variable;
  const create = jest.spyOn(InferenceSession, 'create');
  const options = threads === undefined ? {} : { threads };
  await (await new OnnxBackend().open({ kind: 'bytes', bytes: linear('N') }, options)).close();
  return (create.mock.calls[0] as unknown as [Uint8Array, InferenceSession.SessionOptions])[1].intraOpNumThreads;
}

it.each([
  ['one a core, which the runtime decides', undefined, undefined, undefined],
  ['what the environment says', '3', undefined, 3],
  ['what is asked for', '3', 2, 2],
  ['the default where the variable is empty', '', undefined, undefined],
])('takes %s', async (_, variable, asked, expected) => {
  expect(await threadsOf(variable, asked)).toBe(expected);
});

it.each(['0', '-1', 'two', '1.5', '10000'])('refuses %s', async (variable) => {
  await expect(threadsOf(variable)).rejects.toMatchObject({ code: 'ONNX_THREADS_INVALID', found: variable });
});
