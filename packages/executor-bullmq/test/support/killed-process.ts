import { runExperiment } from '@understory/experiments';
import { openWork } from '@understory/testing/executor-work';
import { handingOut } from './handing-out.ts';
import { serving } from './serving.ts';
import { count, studyIn } from './study.ts';

// A process to kill: `killed-process.ts main URL FOLDER` tells how many items it has and then what it was told, `killed-process.ts worker URL` is a
// worker, and `killed-process.ts stuck URL` is one that tells what batch it begins, and comes to no end with it.

const [role, url, folder] = process.argv.slice(2) as [string, string, string];
if (role === 'main') {
  const { opened, notices } = await handingOut({ url, size: count });
  const onProgress = ({ done }: { readonly done: number }) => process.stdout.write(`${done}\n`);
  await runExperiment({ ...studyIn(folder), executor: opened, onProgress });
  await opened.close();
  process.stdout.write(`${[...opened.notes, ...notices].join('\n')}\n`);
} else if (role === 'worker') {
  serving(url);
} else {
  serving(url, {
    open: async (data, around) => ({
      ...(await openWork(data, around)),
      rows(ids) {
        process.stdout.write(`${ids.join(' ')}\n`);
        return new Promise(() => undefined);
      },
    }),
  });
}
