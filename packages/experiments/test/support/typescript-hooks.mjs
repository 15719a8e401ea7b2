import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';

const options = { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } };
const require = createRequire(import.meta.url);
/** What sources were compiled to before: each process and each thread of a test takes the same ones. */
const compiled = join(tmpdir(), `understory-compiled-${require('@swc/core/package.json').version}`);

/** Loads TypeScript sources into plain Node, for tests that need a process to kill. */
export async function load(url, context, next) {
  if (!/\.m?ts$/.test(url)) return next(url, context);
  const text = readFileSync(fileURLToPath(url), 'utf8');
  const path = join(compiled, createHash('sha1').update(JSON.stringify(options)).update(text).digest('hex'));
  return { format: 'module', source: compiledBefore(path) ?? compile(text, path), shortCircuit: true };
}

function compiledBefore(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function compile(text, path) {
  const { code } = require('@swc/core').transformSync(text, options);
  mkdirSync(compiled, { recursive: true });
  // Who reads at the same time finds all of it or nothing.
  const own = `${path}-${process.pid}-${threadId}`;
  writeFileSync(own, code);
  renameSync(own, path);
  return code;
}
