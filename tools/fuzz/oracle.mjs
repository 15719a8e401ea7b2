import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { flags } from './commands.mjs';
import { changesOutside } from './snapshot.mjs';

const exitCodes = [0, 1, 2];
const stackTrace = /^\s*at .*(?:\(|\s)(?:file:|node:|\/)\S+:\d+:\d+\)?\s*$/m;
const codeInText = /^ {2}code {6}([A-Z][A-Z0-9_]*)$/gm;
/** Longer than any message that a person would read. */
const longestError = 200_000;

/**
 * What is wrong with how a command ended, in words, nothing where all is well.
 * `outcome` is the referee's, `before` and `after` are snapshots of its folder, `outs` are where it may write; one is talkative where
 * a plugin writes to stderr.
 */
export async function judge({
  argv,
  outcome,
  before,
  after,
  folder,
  outs,
  mustSucceed = false,
  isTalkative = false,
  leaves = false,
}) {
  const problems = [...judgeEnding(outcome)];
  if (problems.length > 0) return problems;
  problems.push(...judgeOutput(argv, outcome, { mustSucceed, isTalkative, leaves }));
  for (const path of changesOutside(before, after, outs))
    problems.push(`it changed ${path}, outside of ${outs.join(', ')}`);
  problems.push(...(await judgeFiles(folder, before, after, outs)));
  return problems;
}

function* judgeEnding({ broken, died, killedBy, uncaught, stuck, code, stderr = '' }) {
  if (broken) yield `it ${broken}`;
  else if (died) yield `the process died: ${died} ${lastLines(stderr)}`;
  else if (killedBy) yield `the process was killed by ${killedBy} ${lastLines(stderr)}`;
  else if (uncaught) yield `an error nobody caught: ${uncaught}`;
  else if (stuck) yield 'it waits for nothing and does not end';
  else if (!exitCodes.includes(code)) yield `the exit code is ${code} ${lastLines(stderr)}`;
}

function* judgeOutput(
  argv,
  { code, stdout, stderr, beside = { stdout: '', stderr: '' } },
  { mustSucceed, isTalkative, leaves },
) {
  const asJson = hasFlag(argv, '--json');
  const isQuiet = hasFlag(argv, '--quiet');
  if (mustSucceed && code !== 0) yield `it should succeed and ends with ${code}: ${lastLines(stderr)}`;
  if (beside.stdout !== '') yield `something was written past the results: ${lastLines(beside.stdout)}`;
  const told = stderr + beside.stderr;
  // An error of usage is JSON wherever the word stands, also where an option has taken it as its value.
  const mayBeJson = !asJson && argv.includes('--json');
  const codes = asJson ? [] : [...told.matchAll(codeInText)].map(([, found]) => found);
  if (mayBeJson) codes.push(...told.split('\n').flatMap((line) => parsed(line)?.error?.code ?? []));
  if (asJson) {
    for (const line of told.split('\n')) {
      // Notes and progress are for people.
      if (line === '' || (!line.startsWith('{') && (isTalkative || !isQuiet))) continue;
      const entry = parsed(line);
      if (typeof entry?.error?.code === 'string') codes.push(entry.error.code);
      else yield `a line on stderr is no JSON of an error: ${line.slice(0, 300)}`;
    }
    const isHelp = code === 0 && argv.some((word) => /^(--help|-h|--version|-V)$/.test(word));
    if (isHelp) return;
    if (stdout !== '' && parsed(stdout) === undefined) yield `stdout is not one JSON document: ${stdout.slice(0, 300)}`;
    if (stdout === '' && code === 0) yield 'there is no JSON document on stdout';
  }
  if (code === 2 && codes.length === 0) yield `exit code 2 without an error that has a code: ${lastLines(told)}`;
  if (code === 0 && codes.length > 0) yield `exit code 0 with errors: ${codes.join(', ')}`;
  const isOwn = /\bINTERNAL\b/.test(told + stdout);
  if (isOwn) yield `it failed itself: ${around(told + stdout, 'INTERNAL')}`;
  if (!leaves && /\bREJECTION_UNHANDLED\b/.test(told + stdout))
    yield `it leaves a rejection: ${around(told + stdout, 'REJECTION_UNHANDLED')}`;
  if (/fault of @understory\//.test(told + stdout))
    yield `a plugin of its own failed: ${around(told + stdout, 'PLUGIN_')}`;
  // The author of a plugin is shown where it failed.
  if (!isOwn && stackTrace.test(told) && !codes.some((code) => /^(PLUGIN_FAILED|REJECTION_UNHANDLED)$/.test(code)))
    yield `there is a stack trace: ${lastLines(told)}`;
  if (/\[object \w+\]/.test(told)) yield `a message shows an object: ${around(told, '[object')}`;
  if (told.length > longestError) yield `stderr has ${told.length} characters`;
}

/** What was written, but for the file that `--out` itself names: it is what the command makes, whatever its name ends with. */
async function* filesIn(folder, before, after, outs) {
  for (const path of after.keys()) {
    const isMade = !path.endsWith('/') && before.get(path) !== after.get(path);
    if (isMade && !outs.includes(path)) yield { path, file: join(folder, path) };
  }
}

/** Files that were written, each whole and holding numbers that are numbers. */
async function judgeFiles(folder, before, after, outs) {
  const problems = [];
  for await (const { path, file } of filesIn(folder, before, after, outs)) {
    if (/\.tmp$/.test(path)) problems.push(`${path} was left behind`);
    else if (/\.lock$/.test(path)) problems.push(`the lock ${path} was left behind`);
    else if (path.endsWith('.npy')) {
      if (!finiteMap(await readFile(file))) problems.push(`${path} is no map of finite numbers`);
    } else if (path.endsWith('.json') && parsed(await readFile(file, 'utf8')) === undefined) {
      problems.push(`${path} is not JSON`);
    } else if (path.endsWith('.jsonl')) {
      const text = await readFile(file, 'utf8');
      if (text !== '' && !text.endsWith('\n')) problems.push(`${path} ends within a line`);
      if (/"code":"INTERNAL"|of the plugin @understory\/\S+ failed/.test(text))
        problems.push(`${path} records a failure of its own: ${around(text, '"code"')}`);
    } else if (path.endsWith('.png')) {
      const bytes = await readFile(file);
      if (bytes.readUInt32BE(0) !== 0x89504e47 || !bytes.includes('IEND')) problems.push(`${path} is no whole PNG`);
    }
  }
  return problems;
}

function finiteMap(bytes) {
  if (bytes.toString('latin1', 1, 6) !== 'NUMPY') return false;
  const start = 10 + bytes.readUInt16LE(8);
  for (let at = start; at + 4 <= bytes.length; at += 4) if (!Number.isFinite(bytes.readFloatLE(at))) return false;
  return bytes.length > start;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Options without a value; any other takes the word behind it, whatever that is. */
const valueless = new Set(['--json', '--quiet', '--print-spec', '--retry-failed', '--schema', ...flags]);

/** Whether a command line gives an option without a value, and not as the value of another. */
export function hasFlag(argv, flag) {
  for (let at = 0; at < argv.length && argv[at] !== '--'; at += 1) {
    if (argv[at] === flag) return true;
    if (argv[at].startsWith('--') && !argv[at].includes('=') && !valueless.has(argv[at])) at += 1;
  }
  return false;
}

function lastLines(text) {
  return text.trim().split('\n').slice(-6).join(' | ').slice(-600);
}

function around(text, word) {
  const at = text.indexOf(word);
  return text
    .slice(Math.max(0, at - 200), at + 500)
    .replace(/\s+/g, ' ')
    .trim();
}
