import { parentPort, workerData } from 'node:worker_threads';
import { openWorks } from './peer-works.mjs';

const { path, size } = workerData;
// As the workers of a study have it.
const { run, close } = await openWorks(path, { size, threads: 1 });
parentPort.on('message', async (asked) => {
  if (asked === 'close') await close();
  else await run(...asked);
  parentPort.postMessage('done');
  if (asked === 'close') parentPort.close();
});
