import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { judge } from './oracle.mjs';
import { snapshot } from './snapshot.mjs';

/** Writes the files of a case: bytes, text, `{ link }`, `{ folder: true }` or `{ pipe: true }`. */
function write(folder, files) {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    if (typeof content === 'string' || content instanceof Uint8Array) writeFileSync(file, content);
    else if (content.link !== undefined) symlinkSync(content.link, file);
    else if (content.folder) mkdirSync(file, { recursive: true });
    else if (content.pipe) spawnSync('mkfifo', [file]);
  }
}

/** What ONNX Runtime's native part leaves among the temporary files by itself. */
function ofTheRuntime(after) {
  return [...after.keys()].filter((path) => /^temporary\/(\.ses|mat-debug-\d+\.log)$/.test(path));
}

/** Runs the steps of a case in a folder of its own: what is wrong, nothing where all is well, and what each command did. */
export async function runCase({ files, steps, check }, folder, referee) {
  rmSync(folder, { recursive: true, force: true });
  const work = join(folder, 'work');
  // Temporary files have a place of their own, which has to be empty afterwards.
  const temporary = join(folder, 'temporary');
  for (const path of [work, temporary]) mkdirSync(path, { recursive: true });
  write(work, files);
  const problems = [];
  const done = [];
  for (const { change, argv, outs = ['out'], through, mustSucceed, isTalkative, leaves } of steps) {
    if (change) {
      await change(work);
      continue;
    }
    const before = await snapshot(folder);
    const env = { TMPDIR: temporary, NO_COLOR: '1' };
    const outcome = await referee.run({ argv, folder: work, env, through });
    const after = await snapshot(folder);
    done.push({ argv, outcome });
    const allowed = [...outs.map((out) => `work/${out}`), ...ofTheRuntime(after)];
    const found = await judge({
      argv,
      outcome,
      before,
      after,
      folder,
      outs: allowed,
      mustSucceed,
      isTalkative,
      leaves,
    });
    if (found.length > 0) problems.push(`understory ${argv.join(' ')}`, ...found);
    if (found.length > 0) break;
  }
  if (problems.length === 0 && check) problems.push(...(await check({ steps: done, folder: work })));
  return { problems, steps: done };
}
