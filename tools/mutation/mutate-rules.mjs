// Breaks gradient rules on purpose, one change at a time, and lists the changes that no test notices: neither their rows in the
// gradient-check table nor, where those pass, the tests of kinks, of leaner graphs, of straight-through rules and of random forms. In
// what stands in place of rules or around them decisions are broken too: conditions, what is collected, the names in lists.
// Changes that give the same gradients are listed in equivalent.json, with the reason. The working tree is not touched: rules are
// compiled into a folder of their own.
//
//   node tools/mutation/mutate-rules.mjs [--jobs 2] [--tests GLOB] [file or operator ...]
//
// Exit code 0 where every change is noticed or explained, 1 where some are not or an explanation no longer holds, 2 where tests
// fail without any change. --tests names the tests to run beside the rows, where a few are known to look at a rule.
import { transformSync } from '@swc/core';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { packageConfig } from '../../jest.preset.mjs';
import { mutants } from './mutants.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const engine = join(root, 'packages/onnx-autodiff');
// Inside node_modules, so that what the rules import is found from there.
const work = join(root, 'node_modules/.cache', `mutate-rules-${process.pid}`);
const folders = ['src', 'test/rows'];
const singleFiles = ['test/execute.ts', 'test/tensors.ts'];
/** The tests beside the rows that look at what rules write. */
const tests =
  '{blocked-layout,builder,compositions,control-flow,convolution,fused-transformer,gate,guided-rules,hessian-product,kinks,limits,max-pool,' +
  'placement,plain-sequences,*quantised*,random,recurrent,reduction-kinks,relevance-rules,rescale-rules,rescaled-rows,straight-through,*.property}.test.ts';
/** What rules share, and what stands in place of rules. */
const shared = /^src\/(support|recurrent|bodies)\//;
/** No row reaches these: the tests look at them alone. */
const inPlaceOfRules = ['guided-rules', 'hessian-product', 'reference-pass', 'relevance-rules', 'rescale-rules'].map(
  (name) => `src/${name}.ts`,
);
const inTests = [...inPlaceOfRules, 'src/support/plain-sequences.ts'];
const equivalent = JSON.parse(readFileSync(new URL('./equivalent.json', import.meta.url), 'utf8'));

const { values: options, positionals: wanted } = parseArgs({
  options: { jobs: { type: 'string', default: '2' }, tests: { type: 'string', default: tests } },
  allowPositionals: true,
});

function filesIn(folder) {
  return readdirSync(join(engine, folder), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

function compiled(source) {
  const { code } = transformSync(source, {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
    module: { type: 'es6' },
  });
  return code.replace(/(from\s+|import\(\s*)(['"])(\.[^'"]*)\.ts\2/g, '$1$2$3.js$2');
}

/** Whether a changed source is one still. */
function isSource(source) {
  try {
    compiled(source);
    return true;
  } catch {
    return false;
  }
}

function write(base, file, source) {
  const target = join(base, file.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, compiled(source));
}

/** Runs a program: what it printed where it failed, or undefined. */
function failureOf(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    // A change can make a loop endless. Counted in short steps, which do not pass while all of this is suspended.
    let left = 180;
    const limit = setInterval(() => --left === 0 && child.kill(), 5_000);
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => {
      clearInterval(limit);
      resolve(code === 0 ? undefined : output.trim() || 'the run was stopped');
    });
  });
}

/** Runs the rows of some operators against compiled rules: the first row that fails, or undefined. */
function firstFailingRow(base, operators) {
  if (operators.length === 0) return undefined;
  return failureOf([fileURLToPath(new URL('./run-rows.mjs', import.meta.url)), base, ...operators]);
}

/** Runs the other tests against compiled rules: the failures of the first file that has some, or undefined. */
function firstFailingTest(base) {
  const config = {
    ...packageConfig('onnx-autodiff'),
    testMatch: [`<rootDir>/test/${options.tests}`],
    // Only what is wrong counts, not what is slow beside other work.
    testTimeout: 100_000,
    moduleNameMapper: { [String.raw`^\.\./src/(.*)\.ts$`]: join(base, 'src/$1.js') },
  };
  const path = join(base, 'jest.config.json');
  writeFileSync(path, JSON.stringify(config));
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  // What jest has to say goes to stderr; the file is for the JSON.
  return failureOf(['--experimental-vm-modules', jest, '--config', path, '--ci', '--bail', '--runInBand', '--json']);
}

function keyOf({ domain, operator }) {
  return `${domain ?? ''}:${operator}`;
}

/** The operators that have rows, with their domains. */
async function operatorsInRows(base) {
  const files = readdirSync(join(base, 'test/rows')).filter((name) => name.endsWith('.js'));
  const modules = await Promise.all(files.map((file) => import(pathToFileURL(join(base, 'test/rows', file)))));
  return new Set(modules.flatMap((module) => Object.values(module).flat()).map(keyOf));
}

async function rulesOf(base, file) {
  const module = await import(pathToFileURL(join(base, file.replace(/\.ts$/, '.js'))));
  return Object.values(module)
    .flat()
    .filter((rule) => rule?.operator && (rule.gradient ?? rule.decompose));
}

/** Whether a rule's file is another one or imports it, over others that rules share. */
function reaches(from, to, sources, seen = new Set()) {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  const imports = [...(sources.get(from) ?? '').matchAll(/from '(\.[^']+)'/g)].map((match) =>
    join(dirname(from), match[1]),
  );
  return imports
    .filter((file) => file.startsWith('src/gradients/') || shared.test(file))
    .some((file) => reaches(file, to, sources, seen));
}

async function inParallel(items, jobs, task) {
  const waiting = [...items];
  await Promise.all(
    Array.from({ length: jobs }, async (_, job) => {
      for (let item = waiting.shift(); item; item = waiting.shift()) await task(item, job);
    }),
  );
}

async function main() {
  const sources = new Map(
    [...folders.flatMap(filesIn), ...singleFiles].map((file) => [file, readFileSync(join(engine, file), 'utf8')]),
  );
  const jobs = Math.max(1, Number(options.jobs));
  const bases = Array.from({ length: jobs }, (_, job) => join(work, String(job)));
  for (const [file, source] of sources) write(bases[0], file, source);
  writeFileSync(join(bases[0], 'package.json'), '{ "type": "module" }');
  for (const base of bases.slice(1)) cpSync(bases[0], base, { recursive: true });

  const withRows = await operatorsInRows(bases[0]);
  const rulesIn = new Map();
  for (const file of sources.keys()) {
    if (file.startsWith('src/gradients/') && !file.endsWith('index.ts')) {
      rulesIn.set(file, await rulesOf(bases[0], file));
    }
  }
  const brokenFiles = [...sources.keys()].filter(
    (file) => rulesIn.has(file) || shared.test(file) || inTests.includes(file),
  );
  const survivors = [];
  const explained = [];
  const stale = [];
  let tried = 0;
  const broken = await firstFailingTest(bases[0]);
  if (broken) {
    process.stderr.write(`the tests fail without any change: ${broken}\n`);
    process.exitCode = 2;
    return;
  }
  for (const file of brokenFiles) {
    // What rules share is broken as well, and the rows of every rule that reads it must notice.
    const rules = [...rulesIn].flatMap(([each, own]) => (reaches(each, file, sources) ? own : []));
    // Of straight-through rules few inputs have finite differences to be held against; a test of their own looks at the others.
    const inRows = rules.filter((rule) => !rule.straightThrough || withRows.has(keyOf(rule)));
    const operators = [...new Set(inRows.map(keyOf))];
    const isWanted = (text) =>
      file.endsWith(`/${text}.ts`) ||
      file.endsWith(text) ||
      (rulesIn.get(file) ?? []).some((rule) => rule.operator === text);
    const isSeen = rules.length > 0 || inTests.includes(file);
    if (!isSeen || (wanted.length > 0 && !wanted.some(isWanted))) continue;
    const failingRow = await firstFailingRow(bases[0], operators);
    if (failingRow) {
      process.stderr.write(`${file}: its rows fail without any change: ${failingRow}\n`);
      process.exitCode = 2;
      continue;
    }
    const source = sources.get(file);
    const before = survivors.length;
    const changes = mutants(source, { inDecisions: inPlaceOfRules.includes(file) }).filter((mutant) =>
      isSource(mutant.source),
    );
    const reasons = equivalent.filter((entry) => entry.file === `packages/onnx-autodiff/${file}`);
    const used = new Set();
    await inParallel(changes, jobs, async (mutant, job) => {
      write(bases[job], file, mutant.source);
      const failure = (await firstFailingRow(bases[job], operators)) ?? (await firstFailingTest(bases[job]));
      write(bases[job], file, source);
      if (failure) return;
      const reason = reasons.find(({ mutation, line }) => mutation === mutant.change && line === mutant.text);
      if (reason) {
        used.add(reason);
        explained.push(mutant);
      } else {
        survivors.push({ file, ...mutant });
        process.stderr.write(`${file}:${mutant.line}: ${mutant.change}: not noticed\n`);
      }
    });
    stale.push(...reasons.filter((entry) => !used.has(entry)));
    tried += changes.length;
    process.stderr.write(`${file}: ${changes.length} changes, ${survivors.length - before} not noticed\n`);
  }
  for (const { file, line, change, text } of survivors) {
    process.stdout.write(`packages/onnx-autodiff/${file}:${line}: ${change}: ${text}\n`);
  }
  for (const { file, mutation, line } of stale) {
    process.stdout.write(`${file}: ${mutation}: ${line}: in equivalent.json, but noticed or no longer there\n`);
  }
  const noticed = tried - explained.length - survivors.length;
  process.stdout.write(
    `${tried} changes, ${noticed} noticed, ${explained.length} equivalent, ${survivors.length} not noticed\n`,
  );
  if (survivors.length + stale.length > 0) process.exitCode ||= 1;
}

try {
  await main();
} finally {
  rmSync(work, { recursive: true, force: true });
}
