// Breaks gradient rules on purpose, one change at a time, and lists the changes that their rows in the gradient-check table do
// not notice. The working tree is not touched: rules are compiled into a folder of their own.
//
//   node tools/mutation/mutate-rules.mjs [--jobs 2] [file or operator ...]
//
// Exit code 0 where every change is noticed, 1 where some survive, 2 where the rows fail without any change.
import { transformSync } from '@swc/core';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { mutants } from './mutants.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const engine = join(root, 'packages/onnx-autodiff');
// Inside node_modules, so that what the rules import is found from there.
const work = join(root, 'node_modules/.cache', `mutate-rules-${process.pid}`);
const folders = ['src', 'test/rows'];
const singleFiles = ['test/execute.ts'];

const { values: options, positionals: wanted } = parseArgs({
  options: { jobs: { type: 'string', default: '2' } },
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

function write(base, file, source) {
  const target = join(base, file.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, compiled(source));
}

/** Runs the rows of some operators against compiled rules: the first row that fails, or undefined. */
function firstFailure(base, operators) {
  return new Promise((resolve) => {
    const runner = fileURLToPath(new URL('./run-rows.mjs', import.meta.url));
    const child = spawn(process.execPath, [runner, base, ...operators], { stdio: ['ignore', 'pipe', 'ignore'] });
    // A change can make a loop endless.
    const limit = setTimeout(() => child.kill(), 120_000);
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => {
      clearTimeout(limit);
      resolve(code === 0 ? undefined : output.trim() || 'the run was stopped');
    });
  });
}

async function rulesOf(base, file) {
  const module = await import(pathToFileURL(join(base, file.replace(/\.ts$/, '.js'))));
  // Straight-through rules have no finite differences to be held against; tests of their own do that.
  return Object.values(module)
    .flat()
    .filter((rule) => rule?.operator && rule.gradient && !rule.straightThrough);
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
    .filter((file) => /^src\/(gradients|support)\//.test(file))
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

  const rulesIn = new Map();
  for (const file of sources.keys()) {
    if (file.startsWith('src/gradients/') && !file.endsWith('index.ts')) {
      rulesIn.set(file, await rulesOf(bases[0], file));
    }
  }
  const brokenFiles = [...sources.keys()].filter((file) => rulesIn.has(file) || file.startsWith('src/support/'));
  const survivors = [];
  let tried = 0;
  for (const file of brokenFiles) {
    // What rules share is broken as well, and the rows of every rule that reads it must notice.
    const rules = [...rulesIn].flatMap(([each, own]) => (reaches(each, file, sources) ? own : []));
    const operators = [...new Set(rules.map((rule) => `${rule.domain ?? ''}:${rule.operator}`))];
    const isWanted = (text) =>
      file.endsWith(`/${text}.ts`) ||
      file.endsWith(text) ||
      (rulesIn.get(file) ?? []).some((rule) => rule.operator === text);
    if (operators.length === 0 || (wanted.length > 0 && !wanted.some(isWanted))) continue;
    const broken = await firstFailure(bases[0], operators);
    if (broken) {
      process.stderr.write(`${file}: its rows fail without any change: ${broken}\n`);
      process.exitCode = 2;
      continue;
    }
    const source = sources.get(file);
    const before = survivors.length;
    const changes = mutants(source);
    await inParallel(changes, jobs, async (mutant, job) => {
      write(bases[job], file, mutant.source);
      const failure = await firstFailure(bases[job], operators);
      if (!failure) survivors.push({ file, ...mutant });
      write(bases[job], file, source);
    });
    tried += changes.length;
    process.stderr.write(`${file}: ${changes.length} changes, ${survivors.length - before} not noticed\n`);
  }
  for (const { file, line, change, text } of survivors) {
    process.stdout.write(`packages/onnx-autodiff/${file}:${line}: ${change}: ${text}\n`);
  }
  process.stdout.write(`${tried} changes, ${survivors.length} not noticed\n`);
  if (survivors.length > 0) process.exitCode ||= 1;
}

try {
  await main();
} finally {
  rmSync(work, { recursive: true, force: true });
}
