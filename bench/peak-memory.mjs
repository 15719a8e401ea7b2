import { openTask } from './lib/task.mjs';

/** Runs one piece of work three times in a process of its own and prints the highest resident size in bytes. */
const [path, work, threads, batch] = process.argv.slice(2);
const task = await openTask(path, Number(threads), Number(batch));
for (let round = 0; round < 3; round += 1) await task[work]();
console.log(process.resourceUsage().maxRSS * 1024);
