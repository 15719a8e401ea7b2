/**
 * Feeds the command line broken models, pictures, configurations, run folders and plugins: `npm run fuzz -- --help`.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeCase } from './make-case.mjs';
import { Referee } from './referee.mjs';
import { runCase } from './run-case.mjs';
import { selfTest } from './self-test.mjs';

const usage = `usage: npm run fuzz -- [options]

  --cases N       how many cases (300)
  --seed S        what they are drawn from (1); the same seed gives the same cases
  --case K        only the case with that number, telling what it does
  --from K        begin with the case of that number
  --kind NAME     only cases of one kind: control, onnx, numbers, tfjs, image, configuration, run-folder, plugin, command
  --keep FOLDER   keep the files of failing cases, or of the one of --case, there
  --seconds N     the processor time that a command may take (20)
  --megabytes N   the memory that it may take beyond what the process had (1536)
  --self-test     first make sure that planted faults are found

Each case is run by the built command (npm run build). The last line is "N cases, N failures".
`;

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    case: { type: 'string' },
    from: { type: 'string', default: '0' },
    kind: { type: 'string' },
    keep: { type: 'string' },
    seconds: { type: 'string', default: '20' },
    megabytes: { type: 'string', default: '1536' },
    'self-test': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** The folder of a case: kept where the user wants it, else gone with the run. */
function folderOf(index) {
  return join(values.keep ?? scratch, `case-${index}`);
}

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'understory-fuzz-')));
const limits = { seconds: Number(values.seconds), megabytes: Number(values.megabytes) };

async function main() {
  if (values['self-test'] && !(await selfTest(scratch))) return 1;
  const only = values.case === undefined ? undefined : Number(values.case);
  const first = only ?? Number(values.from);
  const count = only === undefined ? Number(values.cases) : 1;
  const referee = new Referee(limits);
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, async () => {
      await referee.close();
      rmSync(scratch, { recursive: true, force: true });
      process.exit(2);
    });
  }
  let failures = 0;
  const started = performance.now();
  let told = started;
  try {
    for (let index = first; index < first + count; index += 1) {
      const made = await makeCase({ seed: values.seed, index, kind: values.kind });
      const folder = folderOf(index);
      const { problems, steps } = await runCase(made, folder, referee);
      if (only !== undefined) tell(made, steps);
      if (problems.length > 0) {
        failures += 1;
        report(index, made, problems);
      }
      if (values.keep === undefined || (only === undefined && problems.length === 0)) {
        rmSync(folder, { recursive: true, force: true });
      }
      if (performance.now() - told > 60_000) {
        told = performance.now();
        const rate = (1000 * (index + 1 - first)) / (told - started);
        console.error(`${index + 1 - first} of ${count}, ${failures} failures, ${rate.toFixed(1)} cases a second`);
      }
    }
  } finally {
    await referee.close();
    rmSync(scratch, { recursive: true, force: true });
  }
  console.error(`${Math.round((performance.now() - started) / 1000)} s`);
  console.log(`${count} cases, ${failures} failures`);
  return failures > 0 ? 1 : 0;
}

function report(index, { kind, title }, problems) {
  const again = `npm run fuzz -- --seed ${values.seed} --case ${index}${values.kind ? ` --kind ${values.kind}` : ''}`;
  console.log(`FAIL case ${index} ${kind}: ${title}\n  again: ${again}`);
  for (const problem of problems) console.log(`  ${problem.replaceAll('\n', '\n    ')}`);
}

function tell({ kind, title }, steps) {
  console.log(`${kind}: ${title}`);
  for (const { argv, outcome } of steps) {
    const { stdout, stderr, beside, ...rest } = outcome;
    console.log(
      `understory ${argv.map((word) => (/^[\w./:,=-]+$/.test(word) ? word : JSON.stringify(word))).join(' ')}`,
    );
    console.log(JSON.stringify(rest));
    for (const text of [stdout, stderr, beside?.stdout, beside?.stderr]) if (text) console.log(text.slice(0, 4000));
  }
}

process.exitCode = values.help ? (console.log(usage), 0) : await main();
