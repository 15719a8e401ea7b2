import { Worker } from 'node:worker_threads';

const script = new URL('peer-worker.mjs', import.meta.url);

/** Worker threads with a session of one thread each, as `--workers` gives them to a study; `run` has each of them do the work. */
export function openWorkers(count, path, size) {
  const workers = Array.from({ length: count }, () => new Worker(script, { workerData: { path, size } }));
  const all = (asked) => Promise.all(workers.map((worker) => answered(worker, asked)));
  return { run: (...asked) => all(asked), close: () => all('close') };
}

function answered(worker, asked) {
  return new Promise((done, failed) => {
    worker.once('error', failed);
    worker.once('message', () => {
      worker.off('error', failed);
      done();
    });
    worker.postMessage(asked);
  });
}
