import { carriedError } from '@understory/core';
import { nodeEnvironment } from '@understory/environment-node';
import { nodeStore } from '@understory/experiments/node';
import { explanationPage, makeReport } from '@understory/report';
import { toPng } from '@understory/report/png';
import { openExecutor, openStudy, runOpened } from '@understory/studies';
import { confinedEnvironment } from './confined-environment.ts';
import type { FromStudy, ToStudy } from './messages.ts';
import { Places } from './places.ts';

// The process that runs one study in the background; `study-process.ts` is its other end.

const send = (message: FromStudy) => void process.send?.(message);
const controller = new AbortController();
const abort = () => controller.abort();

process.on('message', (message: ToStudy) => {
  if (message.kind === 'abort') abort();
  else void work(message);
});
process.on('SIGINT', () => undefined);
process.on('SIGTERM', abort);
// What is done is kept, and the run can go on.
process.on('disconnect', abort);

async function work(start: Extract<ToStudy, { kind: 'start' }>): Promise<void> {
  const { signal } = controller;
  try {
    await run(start);
    send({ kind: 'ended', state: 'finished' });
  } catch (error) {
    if (signal.aborted) send({ kind: 'ended', state: 'interrupted' });
    else send({ kind: 'failed', error: carriedError(error) });
  }
}

async function run({ setup, spec, folder, name }: Extract<ToStudy, { kind: 'start' }>): Promise<void> {
  const { signal } = controller;
  const places = new Places(setup.places);
  const { cwd } = setup.places;
  const environment = confinedEnvironment(nodeEnvironment({ cwd, versions: setup.versions }), places);
  const store = nodeStore(folder);
  const page = explanationPage(spec, environment, store);
  const study = await openStudy(spec, environment, { ...page.options, store, signal });
  try {
    let left = study.size;
    // Other threads open the study for themselves, and know nothing of what was dropped into the page.
    const workers = places.isSubstituted ? 1 : 'auto';
    const executor = await openExecutor(study, {
      ...{ environment, store, workers, size: study.size, signal, left: () => left },
    });
    try {
      await runOpened(study, {
        ...{ store, signal, ...(executor && { executor }) },
        onProgress({ done, failed, total = study.size }) {
          left = total - done - failed;
          send({ kind: 'progress', done: done + failed, total });
        },
      });
    } finally {
      await executor?.close();
    }
    await page.finishRun(study, store);
  } finally {
    await study.close();
  }
  const { report } = await makeReport(store, name, { codec: environment.codec, toPng });
  if (report.images > 0) await store.write('report.html', report.html);
}
