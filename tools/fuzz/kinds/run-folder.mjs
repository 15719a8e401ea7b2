import { readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encode, networkOf } from '../bases/onnx-networks.mjs';
import { pictureFolder } from '../bases/pictures.mjs';
import { outputFlags } from '../commands.mjs';
import { mutateBytes } from '../mutate-bytes.mjs';
import { mutateJson } from '../mutate-json.mjs';
import { jsonValues, names } from '../special-values.mjs';

export const name = 'run-folder';

const run = ['--model', 'model.onnx', '--out', 'out', '--threads', '1', '--quiet', '--examples', '1'];
const commands = {
  evaluate: [
    'evaluate',
    'folder:photos',
    '--explainer',
    'gradcam,sobel',
    '--metric',
    'deletion:steps=4,sparseness',
    ...run,
  ],
  probe: ['probe', 'shuffle', 'folder:photos', '--grid', '2', '--permutations', '2', ...run.slice(0, -2)],
  attack: ['attack', 'fgsm', 'folder:photos', '--untargeted', '--mask', 'all,random:0.5', '--epsilon', '8/255', ...run],
};

async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** Ways to change the lines of a log. */
const lineChanges = {
  remove: (lines, at) => lines.splice(at, 1),
  repeat: (lines, at) => lines.splice(at, 0, lines[at]),
  swap: (lines, at) => lines.push(...lines.splice(at, 1)),
  cut: (lines, at, draw) => (lines[at] = lines[at].slice(0, draw.integer(0, lines[at].length))),
  garble: (lines, at) => (lines[at] = 'this is no JSON'),
  blank: (lines, at) => (lines[at] = ''),
  digit: (lines, at, draw) => {
    const places = [...lines[at].matchAll(/\d/g)].map(({ index }) => index);
    const place = draw.pick(places);
    const digit = String((Number(lines[at][place]) + draw.integer(1, 9)) % 10);
    lines[at] = lines[at].slice(0, place) + digit + lines[at].slice(place + 1);
  },
  json: (lines, at, draw) => {
    try {
      lines[at] = String(mutateJson(JSON.parse(lines[at]), draw).text).replaceAll('\n', ' ');
    } catch {
      lines[at] = '{}';
    }
  },
  value: (lines, at, draw) => (lines[at] = JSON.stringify(draw.pick(jsonValues))),
  item: (lines, at, draw) =>
    (lines[at] = lines[at].replace(/"item":"[^"]*"/, `"item":${JSON.stringify(draw.pick(names))}`)),
  nul: (lines, at) => (lines[at] = '\0'.repeat(300)),
  deep: (lines, at) => (lines[at] = `${'['.repeat(50_000)}${']'.repeat(50_000)}`),
};

/** Damages a run folder in one way: what was done. */
async function damage(folder, draw) {
  const files = await filesOf(join(folder, 'out'));
  const log = join(folder, 'out/rows.jsonl');
  const way = draw.weighted({ line: 6, json: 3, bytes: 2, remove: 3, truncate: 2, lock: 1, folder: 1 });
  if (way === 'line') {
    const text = await readFile(log, 'utf8').catch(() => '');
    const lines = text.trimEnd().split('\n');
    const change = draw.pick(Object.keys(lineChanges));
    lineChanges[change](lines, draw.integer(0, lines.length - 1), draw);
    await writeFile(log, draw.chance(0.85) ? `${lines.join('\n')}\n` : lines.join('\n'));
    return;
  }
  const records = files.filter((path) => path.endsWith('.json'));
  if (way === 'json' && records.length > 0) {
    const path = draw.pick(records);
    const { text } = mutateJson(JSON.parse(await readFile(path, 'utf8')), draw);
    await writeFile(path, text);
    return;
  }
  const path = draw.pick(files);
  if (path === undefined) return;
  if (way === 'lock')
    await writeFile(
      join(folder, 'out/run.lock'),
      String(draw.pick(['', '{}', '{"pid":1}', 'x', '{"pid":"1","host":3}'])),
    );
  else if (way === 'truncate') await truncate(path, draw.pick([0, 1, 10, 100]));
  else if (way === 'remove') await rm(path);
  else if (way === 'folder') {
    await rm(path);
    await writeFile(`${path}.txt`, 'something else');
  } else await writeFile(path, mutateBytes(new Uint8Array(await readFile(path)), draw).bytes);
}

/** A finished run that is damaged, then continued and reported. */
export async function make(draw) {
  const kind = draw.pick(Object.keys(commands));
  const command = commands[kind];
  const flags = outputFlags(draw).filter((flag) => flag !== '--quiet');
  let clean;
  const summary = (work) => readFile(join(work, 'out/summary.json'), 'utf8').catch(() => undefined);
  return {
    title: kind,
    files: { 'model.onnx': encode(networkOf('plain')), ...(await pictureFolder('photos', { perClass: 2 })) },
    steps: [
      { argv: command, mustSucceed: kind !== 'attack' },
      {
        async change(work) {
          clean = await summary(work);
          await damage(work, draw);
        },
      },
      ...draw.pick([
        [{ argv: [...command, ...flags] }, { argv: ['report', 'out', ...flags] }],
        [{ argv: ['report', 'out', ...flags] }],
        [{ argv: ['report', 'out', ...flags] }, { argv: [...command, ...flags] }],
      ]),
    ],
    // What is lost may be computed again, and what was changed may be refused; other numbers than before are neither.
    async check({ steps, folder }) {
      const again = steps.slice(1).find(({ argv }) => argv[0] === command[0]);
      if (again?.outcome.code !== 0 || clean === undefined || (await summary(folder)) === clean) return [];
      return ['the damaged run goes on without a word and comes to another summary'];
    },
  };
}
