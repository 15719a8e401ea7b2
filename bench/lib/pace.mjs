import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../packages/cli/bin/understory.js', import.meta.url));

/** Milliseconds between two looks at a run folder. */
const pause = 20;

/** Clock ticks a second in which Linux tells processor time. */
const ticks = 100;

/** Whether processes can be kept on one core. */
export const canPin = () => spawnSync('taskset', ['--version']).status === 0;

/** A process of the command, on one core only where `core` is given; `said` is what it wrote on standard error. */
export function started(argv, { core } = {}) {
  const words = [process.execPath, program, ...argv];
  const [file, ...rest] = core === undefined ? words : ['taskset', '--cpu-list', `${core}`, ...words];
  const child = spawn(file, rest, { stdio: ['ignore', 'ignore', 'pipe'] });
  const own = { child, said: '' };
  child.stderr.on('data', (text) => (own.said += text));
  own.ended = new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => (code === 0 ? done() : failed(new Error(own.said))));
  });
  own.ended.catch(() => undefined);
  return own;
}

/**
 * Images a second of commands that fill one run folder at the same time: of the whole commands, from start to end, and between the first row and
 * the last but one, where nothing is opened or summed up and all are at work. Of the same time the seconds of processors an image, those of `helpers`
 * with them, and of how many cores that is. The first row is the first after `isReady` holds. `cores` has the core that each command is kept on.
 */
export async function paceOf(commands, { helpers = [], isReady = () => true, cores = [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'understory-bench-'));
  const out = join(folder, 'run');
  const began = performance.now();
  const own = commands.map((argv, at) => started([...argv, '--json', '--out', out], { core: cores[at] }));
  const seen = [];
  let lines = [];
  const look = () => {
    // Once one of them has ended, not all are at work any more.
    if (!isReady() || own.some(({ child }) => child.exitCode !== null)) return;
    lines = linesOf(out);
    const images = imagesIn(lines);
    if (images === (seen.at(-1)?.images ?? 0)) return;
    const used = [own, helpers].map((each) => each.reduce((sum, { child }) => sum + processorSeconds(child.pid), 0));
    seen.push({ images, at: performance.now(), commands: used[0], helpers: used[1] });
  };
  const timer = setInterval(look, pause);
  try {
    await Promise.all(own.map(({ ended }) => ended));
    const seconds = (performance.now() - began) / 1000;
    lines = linesOf(out);
    const [first, last] = [seen[0], seen.at(-2)];
    const [images, span] = [last.images - first.images, (last.at - first.at) / 1000];
    const used = { commands: last.commands - first.commands, helpers: last.helpers - first.helpers };
    return {
      ...{ whole: imagesIn(lines) / seconds, steady: images / span, cores: (used.commands + used.helpers) / span },
      ...{ ofCommands: used.commands / images, ofHelpers: used.helpers / images, rows: [...lines].sort().join('\n') },
    };
  } finally {
    clearInterval(timer);
    for (const { child } of own) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The lines of all logs of a run folder. */
function linesOf(folder) {
  if (!existsSync(folder)) return [];
  const logs = readdirSync(folder).filter((name) => /^rows.*\.jsonl$/.test(name));
  return logs.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1));
}

/** How many images are in them; what counts the images of the run is no line of one. */
const imagesIn = (lines) => lines.filter((line) => !line.startsWith('{"items":')).length;

/** What a process that runs has used of processors; 0 where the system does not tell. */
function processorSeconds(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in brackets, may hold spaces.
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    return (Number(user) + Number(system)) / ticks;
  } catch {
    return 0;
  }
}
