import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { rocAuc } from '../../packages/statistics/dist/index.js';

// node tools/analysis/clip-validity.mjs MODELS --out RUNS [--limit N] [--data orchard]
// Whether the spatial blindness score of `understory probe clip` tells blind models from sighted ones: probes every model folder
// MODELS/VARIANT-SEED, blind, ordered and sighted, and prints the scores, ROC AUC between blind and sighted with its interval, and where
// ordered lies. Runs are kept in RUNS, so that the command goes on where it stood. `npm run build` comes first.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    limit: { type: 'string' },
    data: { type: 'string', default: 'orchard' },
  },
});
const [models] = positionals;
if (models === undefined || values.out === undefined) {
  console.error('Usage: node tools/analysis/clip-validity.mjs MODELS --out RUNS [--limit N] [--data DATASET]');
  process.exit(2);
}

const command = fileURLToPath(new URL('../../packages/cli/bin/understory.js', import.meta.url));
const variants = ['blind', 'ordered', 'sighted'];
const names = readdirSync(models)
  .filter((name) => variants.includes(name.split('-')[0]) && existsSync(join(models, name, 'visual', 'model.onnx')))
  .sort();
mkdirSync(values.out, { recursive: true });

const found = [];
for (const name of names) {
  const out = join(values.out, name);
  const limit = values.limit === undefined ? [] : ['--limit', values.limit];
  const run = spawnSync(
    process.execPath,
    [
      ...[command, 'probe', 'clip', values.data, '--model', join(models, name), '--out', out],
      ...['--explainer', 'none', '--quiet', '--json', ...limit],
    ],
    { encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (run.status !== 0) {
    console.error(`${name} could not be probed`);
    process.exit(1);
  }
  const { estimates, images } = JSON.parse(run.stdout).summary;
  const estimate = (measure, condition) =>
    estimates.find((each) => each.measure === measure && each.condition === condition);
  const { estimate: score, interval } = estimate('blindness', 'all places');
  const told = Object.fromEntries(
    ['objects (control)', 'left and right', 'above and below', 'attribute binding', 'word order'].map((kind) => [
      kind,
      estimate('told-apart', kind)?.estimate ?? null,
    ]),
  );
  found.push({ name, variant: name.split('-')[0], images, score, interval, told });
  const shares = Object.entries(told).map(([kind, share]) => `${kind} ${percent(share)}`);
  console.log(
    `${name.padEnd(12)} ${text(score)} (${text(interval?.[0])} to ${text(interval?.[1])})  ${shares.join(', ')}`,
  );
}

const scoresOf = (variant) =>
  found.flatMap((each) => (each.variant === variant && each.score !== null ? each.score : []));
console.log();
for (const variant of variants) {
  const scores = scoresOf(variant);
  if (scores.length === 0) continue;
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  console.log(
    `${variant.padEnd(8)} ${scores.length} models, score ${text(mean)} on average, ${text(Math.min(...scores))} to ${text(Math.max(...scores))}`,
  );
}
const comparisons = [
  ['blind', 'sighted'],
  ['ordered', 'sighted'],
  ['blind', 'ordered'],
].flatMap(([higher, lower]) => {
  const { auc, interval } = rocAuc(scoresOf(higher), scoresOf(lower));
  return auc === undefined ? [] : [{ higher, lower, auc, interval }];
});
console.log();
for (const { higher, lower, auc, interval } of comparisons) {
  console.log(
    `ROC AUC, ${higher} above ${lower}: ${text(auc)} (95 % interval ${text(interval[0])} to ${text(interval[1])})`,
  );
}
writeFileSync(
  join(values.out, 'validity.json'),
  `${JSON.stringify({ data: values.data, models: found, comparisons }, null, 2)}\n`,
);

function text(value) {
  return value === null || value === undefined ? '-' : value.toFixed(3);
}

function percent(share) {
  return share === null ? '-' : `${(100 * share).toFixed(1)} %`;
}
