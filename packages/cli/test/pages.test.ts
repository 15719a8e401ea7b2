import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { commandTree } from '../src/index.ts';
import { pagesWithCommands, wordsOf } from './support/page-commands.ts';
import { writeStandIns } from './support/stand-ins.ts';
import { emptyWorkspace, repository, type Workspace } from './support/workspace.ts';

// Networks run in ONNX Runtime, on a busy machine.
jest.setTimeout(300_000);

const readJson = (path: string) => JSON.parse(readFileSync(join(repository, path), 'utf8')) as unknown;
const { scripts } = readJson('package.json') as { readonly scripts: Readonly<Record<string, string>> };
const { generators } = readJson('tools/workspace/generators.json') as { readonly generators: object };

/** Whether a command has the options of a line. */
function knows(command: string, rest: string): boolean {
  const { options = [] } = commandTree().commands.find(({ name }) => name === command) ?? {};
  const known = new Set(options.map(({ long }) => long));
  return Array.from(rest.matchAll(/--[\w-]+/g)).every(([flag]) => known.has(flag));
}

/** Commands that something else runs, and what about them can be seen here. */
const elsewhere: readonly (readonly [pattern: RegExp, isTrue: (...found: readonly string[]) => boolean])[] = [
  // `.ci/run` runs these on a fresh clone; and `end-to-end.test.ts` looks at what the demo makes.
  [/^npm (?:ci|test)$/, () => true],
  [/^understory (demo)\b(.*)$/, (command, rest) => knows(command!, rest!)],
  [/^npm run ([\w:-]+)/, (script) => script === 'typecheck' || script === 'build' || Object.hasOwn(scripts, script!)],
  [/^npm test -- --selectProjects (\S+)/, (name) => existsSync(join(repository, 'packages', name!))],
  // `npm run packages` installs tarballs.
  [/^npm install @understory\/([\w-]+)/, (name) => existsSync(join(repository, 'packages', name!))],
  // `npm run generator`.
  [/^npx nx g @understory\/workspace:([\w-]+)/, (name) => Object.hasOwn(generators, name!)],
  // These need PyTorch, other programs of the repository, or the documentation to be built.
  [
    /^(?:python3?|\.venv\/bin\/python|node) ((?:tools|bench|examples)\/\S+)/,
    (path) => existsSync(join(repository, path!)),
  ],
  [/^(?:\.venv\/bin\/)?pip install -r (\S+)/, (path) => existsSync(join(repository, path!))],
  [/^python3 -m venv/, () => true],
  // It runs until it is ended: `studio.test.ts` runs it.
  [/^understory studio\b/, () => true],
  [/^understory <command> --help$/, () => true],
  // `queue.test.ts` runs workers; these would wait for a Redis of that address.
  [/^understory (worker|queue) (.*)$/, (command, rest) => knows(command!, rest!)],
  // `many-machines.test.ts` looks at the files that these are given.
  [/^(?:docker compose|kubectl|sbatch|redis-server|export) /, () => true],
];

/** Networks that are run: small ones. The rest of a page's networks stand for efficientnet-lite0, with which a run takes minutes. */
const small = /^(?:cifar10-resnet|orchard-.*|(?:yolo|detector|any|age|network)\.onnx|path\/to\/(?:clip|mdetr|RN50))$/;

/**
 * Whether a command is parsed and its study printed, and not run. These are lists of studies, diagnoses, comparisons and visualisations,
 * which `study.test.ts`, `diagnose.test.ts`, `compare.test.ts` and `visualise.test.ts` run on small inputs; and runs over data with a network that is not small.
 */
function isParsedOnly(words: readonly string[]): boolean {
  const [command] = words;
  if (['compare', 'diagnose', 'study', 'visualise'].includes(command!)) return true;
  const model = words[words.indexOf('--model') + 1]!;
  return ['attack', 'evaluate', 'probe'].includes(command!) && !(words.includes('--model') && small.test(model));
}

/** Explainers that run a network many times, with settings by which they run it a few times. */
const fewRuns: Readonly<Record<string, string>> = {
  'integrated-gradients': 'integrated-gradients:steps=2',
  occlusion: 'occlusion:window=64',
  // What is named beside `all` is not run a second time.
  all: 'all,rise:masks=64,lime:samples=16,kernelshap:samples=16,smoothgrad:samples=2,integrated-gradients:steps=2',
};

/** Whether a command explains pictures by the bundled network, but for what only that network has: its classes and its layers. */
function takesAnyNetwork(words: readonly string[]): boolean {
  const targets = words.includes('--target') ? words[words.indexOf('--target') + 1]! : 'top1';
  return words[0] === 'explain' && !words.includes('--model') && !words.includes('--layer') && /^top\d$/.test(targets);
}

/** What makes a command that takes minutes take seconds: fewer images and steps, and the smallest network where none is named. */
function shortened(words: readonly string[]): readonly string[] {
  const [command] = words;
  if (isParsedOnly(words)) return words.includes('--print-spec') ? words : [...words, '--print-spec'];
  const added: string[] = [];
  if (command === 'attack' && !words.includes('--steps')) added.push('--steps', '2');
  if (['probe', 'evaluate'].includes(command!)) added.push('--limit', words.includes('--shard') ? '2' : '1');
  // Maps of probes are looked at in the tests of each.
  if (command === 'probe' && !words.includes('--explainer')) added.push('--explainer', 'none');
  if (takesAnyNetwork(words)) added.push('--model', 'cifar10-resnet');
  // Every explainer is tried on the network that is inspected: `a.onnx` is the smallest, and `inspect.test.ts` looks at the bundled one.
  const bundled = /^(?:(?:path\/to\/)?model\.onnx|efficientnet-lite0)$/;
  if (command === 'inspect') return words.map((word) => (bundled.test(word) ? 'a.onnx' : word));
  const explainers = words.indexOf('--explainer') + 1;
  const light = (list: string) =>
    list
      .split(',')
      .map((id) => fewRuns[id] ?? id)
      .join();
  return [...words.map((word, at) => (at > 0 && at === explainers ? light(word) : word)), ...added];
}

/** Names that stand for the same files or for networks of one kind, each by one of them. */
const alike: readonly (readonly [pattern: RegExp, one: string])[] = [
  [/^(?:path\/to\/)?(?:model|my|other|quantised)\.onnx$/, 'model.onnx'],
  [/^(?:a|face)\.jpg$/, 'cat.png'],
  [/^(?:apples|fruit|scene|street|x)\.(?:png|jpg)$/, 'orchard.png'],
  [/^(?:path\/to\/clip|orchard-clip-\w+)$/, 'orchard-clip'],
  [/^orchard-mdetr-\w+$/, 'orchard-mdetr'],
  [/^(?:yolo|detector)\.onnx$/, 'detector.onnx'],
  [/^cifar10:path\/to\/cifar10$/, 'cifar10:data/cifar10'],
];

/** What a command does: its words without the place it writes to, wherever its pictures and networks are. */
function kindOf(words: readonly string[]): string {
  const isApart = (at: number) => ['--out', '--limit', '--text', '--against'].includes(words[at - 1]!);
  const kept = words.filter((word, at) => !isApart(at) && word !== '--limit');
  return kept.map((word) => alike.find(([pattern]) => pattern.test(word))?.[1] ?? word).join(' ');
}

/** Writes a run of another kind where the run that a report is of was parsed only. */
async function withRun(folder: string, { cli, folder: root }: Workspace): Promise<void> {
  if (existsSync(join(root, folder, 'run.json'))) return;
  const study = ['--model', 'cifar10-resnet', '--explainer', 'cam', '--metric', 'deletion:steps=2', '--limit', '1'];
  const { code, stderr } = await cli(['evaluate', 'cifar10:data/cifar10', ...study, '--out', folder]);
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
}

const pages = pagesWithCommands();

it('there are pages with commands', () => {
  expect(pages.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['README.md', 'the help of understory explain']),
  );
});

let workspace: Workspace;
beforeAll(async () => {
  workspace = await emptyWorkspace();
  await writeStandIns(workspace.folder);
});
afterAll(() => workspace.remove());

/** What several pages show is run once. */
const known = new Set<string>();

/** Kinds of commands that were run. */
const kinds = new Set<string>();

/** The command as it is run: parsed only where one of its kind was run. */
function oncePerKind(argv: readonly string[]): readonly string[] {
  const words = shortened(argv);
  const kind = kindOf(words);
  const isKnown = kinds.has(kind);
  kinds.add(kind);
  const hasSpec = ['attack', 'evaluate', 'explain', 'probe'].includes(argv[0]!) && !words.includes('--print-spec');
  return isKnown && hasSpec ? [...words, '--print-spec'] : words;
}

for (const { name, lines } of pages) {
  const own = lines.map((line) => line.replace(/^npx (?=understory )/, '')).filter((line) => !known.has(line));
  for (const line of own) known.add(line);
  if (own.length === 0) continue;

  describe(name, () => {
    for (const line of new Set(own)) {
      const other = elsewhere.find(([pattern]) => pattern.test(line));
      if (other !== undefined) {
        it(`${line} (run elsewhere)`, () => {
          const [pattern, isTrue] = other;
          expect(isTrue(...pattern.exec(line)!.slice(1))).toBe(true);
        });
        continue;
      }
      it(`${line}`, async () => {
        const { words, into } = wordsOf(line);
        const [program, ...argv] = words;
        expect(program).toBe('understory');
        const out = argv[argv.indexOf('--out') + 1];
        // Pages call their folders alike, and each command is run as if it were the first.
        if (argv.includes('--out') && argv[0] !== 'report')
          await rm(join(workspace.folder, out!), { recursive: true, force: true });
        if (argv[0] === 'report') await withRun(argv[1]!, workspace);
        const { code, stdout, stderr } = await workspace.cli(oncePerKind(argv));
        expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
        if (into !== undefined) await workspace.write(into, stdout);
        if (words.includes('--json')) JSON.parse(stdout);
      });
    }
  });
}
