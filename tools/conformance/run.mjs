/**
 * Holds the differentiated graphs of whole networks against PyTorch: `npm run conformance -- --help`.
 *
 * Logits, the gradient of the input and Grad-CAM of every network that `export.py` writes; some of the differentiated
 * graphs also run as files in Python's ONNX Runtime.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { check } from './check.mjs';
import { exported, listCases, torchPython } from './exporters.mjs';
import { runInPython, writeDifferentiated } from './python-runtime.mjs';
import { tableOf } from './table.mjs';

const usage = `usage: npm run conformance -- [options]

  --filter TEXT   only networks and settings whose name holds the text, such as swin or dynamo-20; or one of several: swin,detr/
  --all           every setting of every network, and the networks of real size
  --list          print the names and do nothing
  --table         at the end a table in Markdown: the largest error of each network by exporter
  --layouts       only the table of layers that auto takes: exports each family by both exporters, and compares
  --threads N     threads of each side (1)
`;

const known = JSON.parse(readFileSync(new URL('known-failures.json', import.meta.url), 'utf8')).map((entry) => ({
  ...entry,
  pattern: new RegExp(entry.case),
}));

const leastCosine = 0.9999;
/**
 * Of the largest element: what PyTorch in float32 is off from float64 where a deep network has units at their kinks. The
 * cosine alone would pass over a rule that is wrong at few places.
 */
const largestError = 5e-2;

/** These run in Python as well: each exporter, and each kind of objective. */
const inPython =
  /^(resnet18|densenet121|swin-narrow|vit-small|convnext-narrow|clip|detr|timm-test_vit3|zoo-caffe|zoo-residual|keras-mobilenet_v2)\//;

async function main() {
  const { values } = parseArgs({
    options: {
      filter: { type: 'string', default: '' },
      all: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      table: { type: 'boolean', default: false },
      layouts: { type: 'boolean', default: false },
      threads: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  if (values.layouts) return checkLayouts();
  const threads = Number(values.threads);
  const listed = listCases(values.all);
  if (!listed) return 2;
  const texts = values.filter.split(',');
  const chosen = listed.map(({ exporter, ids }) => ({
    exporter,
    ids: ids.filter((id) => texts.some((text) => id.includes(text))),
  }));
  const count = chosen.reduce((total, { ids }) => total + ids.length, 0);
  if (count === 0) {
    console.error(`no network is called "${values.filter}"; --list prints the names`);
    return 2;
  }
  if (values.list) {
    for (const { ids } of chosen) for (const id of ids) console.log(id);
    return 0;
  }
  const started = performance.now();
  const tally = { passed: 0, failed: 0, expected: 0 };
  const width = Math.max(...chosen.flatMap(({ ids }) => ids.map((id) => id.length)));
  const report = (id, outcome) => {
    const entry = known.find(({ pattern }) => pattern.test(id));
    const verdict = judge(outcome, entry);
    tally[verdict.counts] += 1;
    console.log(`${verdict.word.padEnd(8)}  ${id.padEnd(width)}  ${verdict.text}`);
  };

  const files = [];
  const outcomes = [];
  for (const { exporter, ids } of chosen) {
    if (ids.length === 0) continue;
    for await (const { id, folder, error } of exported(exporter, ids, threads)) {
      let outcome = { failure: error };
      if (!error) {
        outcome = await check(folder, threads).catch((cause) => ({ failure: described(cause) }));
        if (!outcome.failure && inPython.test(id) && !id.endsWith('/tfjs-layers'))
          files.push({ id, folder, input: outcome.input });
      }
      report(id, outcome);
      outcomes.push({ id, outcome });
    }
  }
  if (files.length > 0) {
    for (const file of files) await writeDifferentiated(file.folder);
    const results = await runInPython(
      torchPython,
      files.map(({ folder }) => folder),
      threads,
    );
    console.log(`\nThe differentiated graphs as files in Python's ONNX Runtime, against ours:`);
    files.forEach(({ id, input }, at) => report(id, results[at](input)));
  }
  if (values.table) console.log(`\n${tableOf(outcomes)}`);
  const seconds = Math.round((performance.now() - started) / 1000);
  const expected = tally.expected > 0 ? `, ${tally.expected} failed as listed in known-failures.json` : '';
  console.log(`\n${tally.passed} passed, ${tally.failed} failed${expected} (${seconds} s)`);
  return tally.failed > 0 ? 1 : 0;
}

/** The layers that `auto` takes, beside fixtures/golden/layouts.jsonl.gz; what an exporter does not export is named and left out. */
function checkLayouts() {
  if (!torchPython) {
    console.error('PyTorch exports the networks: name a Python that has it in $UNDERSTORY_PYTHON');
    return 2;
  }
  const golden = fileURLToPath(new URL('../golden/', import.meta.url));
  spawnSync(torchPython, [`${golden}layouts.py`], { stdio: 'inherit' });
  return spawnSync(process.execPath, [`${golden}layouts.mjs`, '--check'], { stdio: 'inherit' }).status ?? 1;
}

function judge(outcome, entry) {
  if (outcome.failure !== undefined) {
    const text = oneLine(outcome.failure);
    if (entry && text.includes(entry.error)) return { counts: 'expected', word: 'expected', text: entry.reason };
    return { counts: 'failed', word: 'FAIL', text };
  }
  const { cosine, error, where, operators } = outcome;
  const text = `cosine ${cosine.toFixed(7)}  error ${error.toExponential(1)} in ${where}${operators ? `  ${operators.join(' ')}` : ''}`;
  if (!(cosine > leastCosine && error < largestError)) {
    if (entry?.error === 'cosine') return { counts: 'expected', word: 'expected', text: entry.reason };
    return { counts: 'failed', word: 'FAIL', text };
  }
  if (entry)
    return { counts: 'failed', word: 'FAIL', text: `passes, though known-failures.json lists it: ${entry.reason}` };
  return { counts: 'passed', word: 'pass', text };
}

function described(cause) {
  const { code, message, found } = cause;
  return `${code ? `${code}: ` : ''}${message}${found ? ` Found ${found}.` : ''}`;
}

function oneLine(text) {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 300)}...` : line;
}

process.exitCode = await main();
