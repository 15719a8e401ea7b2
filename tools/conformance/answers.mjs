/**
 * Compares what `understory explain` says of a picture and a question with PyTorch: answer, boxes, and a map of each target.
 *
 *   node tools/conformance/answers.mjs FOLDER
 *
 * FOLDER is one that `tools/golden/mdetr_full.py` wrote; `npm run build` comes first. Each line has the largest difference, as a fraction of the largest
 * number. Exits with 1 where something is further away than rounding explains.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeNpy } from '@understory/imaging';
import { compare } from './compare.mjs';
import { readGolden } from './golden.mjs';

const command = fileURLToPath(new URL('../../packages/cli/bin/understory.js', import.meta.url));
/** Of answers and boxes, as a fraction of the largest number. */
const largestError = 1e-3;
/** Of maps, as a multiple of what PyTorch in float32 is away from itself in float64. */
const mostRounding = 3;

async function main([folder]) {
  if (folder === undefined) throw new Error('give the folder that mdetr_full.py wrote');
  const golden = await readGolden(folder);
  const out = mkdtempSync(join(tmpdir(), 'answers-'));
  try {
    const { answer, maps } = explained(folder, golden, out);
    const rows = [
      [`answer ${golden.said.answer}`, answer.decision === golden.said.answer ? 0 : Infinity],
      ['confidence', Math.abs(answer.probability - golden.said.confidence) / golden.said.confidence],
      [`${golden.said.boxes.length} boxes and their phrases`, farthestBox(answer, golden.said.boxes)],
      ...maps.map(({ explained: { target }, files }) => {
        const { error } = compare(decodeNpy(readFileSync(files.map)).data, golden.tensor(`map ${target}`).data);
        return [`map of ${target}`, error];
      }),
    ];
    const width = Math.max(...rows.map(([name]) => name.length));
    for (const [name, error] of rows) console.log(`${name.padEnd(width)}  ${error.toExponential(1)}`);
    console.log(`PyTorch in float32: its maps are ${golden.rounding.toExponential(1)} away`);
    const isWhole = maps.length === Object.keys(golden.maps).length;
    const limitOf = (name) => (name.startsWith('map of') ? mostRounding * golden.rounding : largestError);
    return isWhole && rows.every(([name, error]) => error < limitOf(name)) ? 0 : 1;
  } finally {
    rmSync(out, { recursive: true });
  }
}

function explained(folder, { text, maps }, out) {
  const targets = Object.keys(maps).join(',');
  const options = ['--question', text, '--target', targets, '--layer', 'blocks.6.2', '--npy', '--no-overlay', '--json'];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [command, 'explain', join(folder, 'picture.png'), '--model', folder, ...options, '--out', out],
    { encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  if (status !== 0) throw new Error(`explain failed:\n${stderr}${stdout}`);
  return JSON.parse(stdout).images[0];
}

/** The largest distance between the sides of boxes as a fraction of the longest side, and between probabilities; Infinity where phrases are others. */
function farthestBox({ options }, expected) {
  const found = options.filter(({ box }) => box);
  if (found.length !== expected.length) return Infinity;
  const longest = Math.max(...expected.flatMap(({ box }) => box));
  const differences = found.map(({ box, probability, label }, at) => {
    const { box: sides, probability: likely, phrases } = expected[at];
    if (label !== (phrases.length === 0 ? null : phrases.join(', '))) return Infinity;
    const own = [box.x, box.y, box.width, box.height];
    return Math.max(Math.abs(probability - likely), ...own.map((side, axis) => Math.abs(side - sides[axis]) / longest));
  });
  return Math.max(0, ...differences);
}

process.exitCode = await main(process.argv.slice(2));
