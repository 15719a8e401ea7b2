import type { SharedWork } from '@understory/core';
import { duration } from '@understory/studies/results';
import { columns, type Style } from './columns.ts';

/** What is handed out and who works on it, as two tables. */
export function queueText({ studies, workers }: SharedWork, style: Style): string {
  const handedOut =
    studies.length === 0
      ? 'No study is handed out.\n'
      : columns(
          studies.map(({ title, host, pid, total, done, failed, pace, waiting, active, workers: own }) => [
            ...[title, `${host} ${pid}`, `${done + failed}/${total}`, `${failed}`, `${waiting}`, `${active}`],
            ...[`${own.length}`, pace === null ? '' : pace.toPrecision(3)],
            pace === null || pace === 0 ? '' : duration((total - done - failed) / pace),
          ]),
          {
            head: ['study', 'begun by', 'images', 'failed', 'waiting', 'active', 'workers', 'images/s', 'left'],
            right: [2, 3, 4, 5, 6, 7],
          },
        );
  const there =
    workers.length === 0
      ? 'No worker is there.\n'
      : columns(
          workers.map(({ name, host, pid, concurrency, busy, items }) => [
            ...[name, `${host} ${pid}`, `${busy}/${concurrency}`, `${items}`],
          ]),
          { head: ['worker', 'process', 'busy', 'images'], right: [2, 3] },
        );
  return `${style.bold('Studies')}\n${handedOut}\n${style.bold('Workers')}\n${there}`;
}
