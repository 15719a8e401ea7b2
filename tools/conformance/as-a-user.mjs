import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeNpy } from '@understory/imaging';

const here = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const command = here('packages/cli/bin/understory.js');
const [picture, another] = ['chelsea.png', 'coffee.png'].map((name) => here(`fixtures/images/${name}`));
/** What is said beside the picture, by task. */
const beside = { 'image-feature-extraction': ['--to', another] };

/**
 * What `understory inspect` and `understory explain` make of an exported network: throws where that is not its task, or where there are no maps. A task
 * with a form, such as `object-detection:detr`, is told to both, since nothing in the file says it; and a task is told where several are offered and it is
 * one of them. `element` is a number of an output, such as `logits[0,0]`.
 */
export async function useModel(path, subjectOfFile, element) {
  const [task, form] = subjectOfFile.split(':');
  let told = form === undefined ? [] : ['--task', subjectOfFile];
  const inspect = async () => JSON.parse(await understory(['inspect', path, ...told, '--json'])).subject;
  let subject = await inspect();
  if (subject.error?.found?.includes(`${task} of `)) {
    told = ['--task', task];
    subject = await inspect();
  }
  if (subject.task !== task) throw new Error(`inspect says ${subject.task ?? subject.error.found}, not ${task}`);
  const given = [...told, ...(beside[task] ?? [])];
  const out = mkdtempSync(join(tmpdir(), 'conformance-'));
  try {
    const settings = ['--explainer', 'gradcam,saliency', '--npy', '--no-overlay', '--json', '--out', out];
    const args = ['explain', picture, '--model', path, ...settings, ...given];
    const explained = await understory(args).catch((cause) => {
      // Random weights may find no object in the picture; a number of an output is there.
      if (!cause.message.includes('it says nothing')) throw cause;
      return understory([...args, '--target', element]);
    });
    const { maps = [], error } = JSON.parse(explained).images[0];
    if (error || maps.length < 2) throw new Error(`explain makes no maps: ${JSON.stringify(error)}`);
    const data = maps.map(({ files }) => decodeNpy(readFileSync(files.map)).data);
    // What Grad-CAM keeps may be 0 everywhere where weights are random.
    const [, slopes] = data;
    if (!data.flatMap((map) => [...map]).every(Number.isFinite)) throw new Error('a map has numbers that are none');
    if (slopes.every((value) => value === slopes[0])) throw new Error('the map of saliency is the same everywhere');
  } finally {
    rmSync(out, { recursive: true });
  }
}

function understory(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('close', (code) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`understory ${args[0]} ends with ${code}: ${stderr || stdout}`));
    });
  });
}
