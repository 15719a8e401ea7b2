import { beforeAll, expect, it } from '@jest/globals';
import { TfjsBackend } from '@understory/backend-tfjs';
import { graphClassifier } from './models.ts';

// Each file of tests has a process object of its own.
beforeAll(() => {
  Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '24.3.0' } });
});

it.each(['tfjs-node', 'tfjs-node-gpu'])(
  '%s says on which Node it ends, and another engine is taken',
  async (engine) => {
    const backend = new TfjsBackend();
    const found = expect.stringContaining(`Node 24.3.0, and the addon of ${engine} ends at Node 22`);
    await expect(backend.open(graphClassifier(), { devices: [engine] })).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      found,
    });
    const model = await backend.open(graphClassifier(), { devices: [engine, 'cpu'] });
    expect(model.origin).toMatchObject({ executionProvider: 'cpu', remarks: [found] });
    await model.close();
  },
);
