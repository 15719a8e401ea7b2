import { firstLineOf } from '@understory/core';
import type { DeviceLog } from '../device-log.ts';
import type { Session } from '../runtime.ts';

/** Some kernels of WebGPU refuse only when they run: a graph with one that is not known goes on in WebAssembly, which the log is told. */
export function withFallback(first: Session, open: () => Promise<Session>, log: DeviceLog): Session {
  let session = first;
  let device = 'webgpu';
  return {
    inputNames: first.inputNames,
    async run(feeds, fetches) {
      try {
        const results = await session.run(feeds, fetches);
        log.ran(device);
        return results;
      } catch (error) {
        if (device === 'wasm') throw error;
        const other = await open();
        const results = await other.run(feeds, fetches).catch(async (failure: unknown) => {
          await other.release();
          throw failure;
        });
        log.gaveWay(device, 'wasm', firstLineOf(error));
        log.ran('wasm');
        await session.release();
        [session, device] = [other, 'wasm'];
        return results;
      }
    },
    release: () => session.release(),
  };
}
