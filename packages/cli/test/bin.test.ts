import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { emptyWorkspace, repository, type Workspace } from './support/workspace.ts';

/** What the executable loads beside the command; words come from `words.js`, which stands for the texts of the command. */
const relayed = [
  ...['thread/run-in-thread', 'thread/relay', 'thread/thread', 'thread/remote-stream'],
  'thread/surroundings',
  'standing',
];
const words = `
  export const wordsFor = ({ kind, error }, { done }) =>
    ({ stdout: '', stderr: [kind, done, error?.message].join(' ').trim() + '\\n' });`;

/** A run that says what it was given; asked to wait, it does so until it is interrupted. */
const built = `
  export async function run(argv, io) {
    io.stdout.write(JSON.stringify({ argv, cwd: io.cwd, runtime: io.runtime }) + '\\n');
    if (argv[0] === 'wait') {
      const busy = setInterval(() => undefined, 1000);
      await new Promise((resolve) => io.signal.addEventListener('abort', resolve));
      clearInterval(busy);
    }
    return 1;
  }`;

let checkout: Workspace;
beforeEach(async () => {
  checkout = await emptyWorkspace();
  const { folder, write } = checkout;
  await cp(join(repository, 'packages/cli/bin'), join(folder, 'packages/cli/bin'), { recursive: true });
  await write('packages/cli/package.json', '{ "type": "module" }');
  await write('node_modules/typescript/package.json', '{ "bin": { "tsc": "./tsc.cjs" } }');
  await write('nx.json', '{}');
  const compilerOptions = {
    ...{ module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
    ...{ rewriteRelativeImportExtensions: true, verbatimModuleSyntax: true },
  };
  for (const name of relayed) {
    const source = await readFile(join(repository, `packages/cli/src/${name}.ts`), 'utf8');
    await write(`packages/cli/dist/${name}.js`, ts.transpileModule(source, { compilerOptions }).outputText);
  }
  for (const [name, file] of [
    ['environment-node', 'unfinished-files'],
    ['experiments', 'interruption'],
  ] as const) {
    const source = await readFile(join(repository, `packages/${name}/src/${file}.ts`), 'utf8');
    const exported = { type: 'module', exports: { [`./${file}`]: `./${file}.js` } };
    await write(`node_modules/@understory/${name}/package.json`, JSON.stringify(exported));
    const { outputText } = ts.transpileModule(source, { compilerOptions });
    await write(`node_modules/@understory/${name}/${file}.js`, outputText);
  }
  await write('packages/cli/dist/thread/words.js', words);
});
afterEach(() => checkout.remove());

/** Stands for a build that writes `content` and ends with `status`. */
const pretendBuild = (content: string, status: number) =>
  checkout.write(
    'node_modules/typescript/tsc.cjs',
    `const { mkdirSync, writeFileSync } = require('node:fs');
     console.log('building', process.argv.slice(2).join(' '));
     if (${status} === 0) {
       mkdirSync('packages/cli/dist', { recursive: true });
       writeFileSync('packages/cli/dist/run.js', ${JSON.stringify(content)});
     }
     process.exitCode = ${status};`,
  );

function start(...argv: readonly string[]) {
  const child = spawn(process.execPath, [join(checkout.folder, 'packages/cli/bin/understory.js'), ...argv], {
    cwd: checkout.folder,
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (text.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (text.stderr += String(chunk)));
  const ended = new Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, ...text })),
  );
  return { child, ended };
}

describe('the executable', () => {
  it('builds a checkout once, with a line on stderr, and ends with the code of the command', async () => {
    await pretendBuild(built, 0);
    const first = await start('inspect', 'a b').ended;
    expect(first.code).toBe(1);
    expect(first.stderr).toMatch(/^understory: building once.*\n$/);
    expect(JSON.parse(first.stdout)).toEqual({
      argv: ['inspect', 'a b'],
      cwd: checkout.folder,
      runtime: expect.stringContaining(`node ${process.versions.node}`),
    });
    expect((await start().ended).stderr).toBe('');
  });

  it('shows why a checkout does not build and ends with 2', async () => {
    await pretendBuild('', 3);
    const { code, stdout, stderr } = await start().ended;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`building --build ${join(checkout.folder, 'packages/cli/tsconfig.lib.json')}`);
    expect(stderr).toContain('this checkout does not build; see above.');
  });

  it('lets a command finish that is interrupted', async () => {
    await checkout.write('packages/cli/dist/run.js', built);
    const { child, ended } = start('wait');
    child.stdout.once('data', () => child.kill('SIGINT'));
    expect((await ended).code).toBe(1);
  });

  it.each(['stdout', 'stderr'] as const)('ends quietly when nobody reads %s any more', async (unread) => {
    await checkout.write(
      'packages/cli/dist/run.js',
      `export async function run(argv, io) {
         io.stdout.write('ready\\n');
         await new Promise((resolve) => setTimeout(resolve, 50));
         for (let line = 0; line < 1000 && !io.signal.aborted; line += 1) {
           io.${unread}.write('x'.repeat(1000) + '\\n');
           await new Promise((resolve) => setImmediate(resolve));
         }
         io.stderr.write(io.signal.aborted ? 'a complaint' : 'never interrupted');
         return 2;
       }`,
    );
    const { child, ended } = start();
    child.stdout.once('data', () => child[unread].destroy());
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([0, '']);
  });

  /** A command that does `body` after it said that it is there. */
  const command = (body: string) =>
    checkout.write(
      'packages/cli/dist/run.js',
      `export async function run(argv, io) {
         io.stdout.write('ready\\n');
         await new Promise((resolve) => setTimeout(resolve, 20));
         ${body}
         return 0;
       }`,
    );

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'ends by %s whatever blocks the command, with what was told of it, and removes what is half-written',
    async (signal) => {
      await checkout.write('out/.a.tmp', 'half');
      await command(
        `const { unfinished } = await import('@understory/environment-node/unfinished-files');
         void unfinished(${JSON.stringify(join(checkout.folder, 'out/.a.tmp'))}, () => new Promise(() => undefined));
         io.standing({ kind: 'begun', asked: 3, resumes: true });
         io.standing({ kind: 'counted', asked: 3, done: 2 });
         io.stdout.write('blocked\\n');
         Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`,
      );
      const { child, ended } = start('explain');
      child.stdout.on('data', (text) => String(text).includes('blocked') && child.kill(signal));
      expect(await ended).toEqual({ code: null, signal, stdout: 'ready\nblocked\n', stderr: 'interrupted 2\n' });
      expect(await readdir(join(checkout.folder, 'out'))).toEqual([]);
    },
  );

  it('lets code see an interruption that never lets its events run', async () => {
    await command(`while (!io.signal.aborted);\nio.stderr.write('seen\\n');`);
    const { child, ended } = start('explain');
    child.stdout.once('data', () => child.kill('SIGINT'));
    expect(await ended).toMatchObject({ code: 0, signal: null, stderr: 'seen\n' });
  });

  it('says of a command whose promise never settles that it does not, with 2', async () => {
    await command('await new Promise(() => undefined);');
    expect(await start('explain').ended).toMatchObject({ code: 2, stderr: 'neverSettled 0\n' });
  });

  it.each([
    [
      'an exception',
      `setImmediate(() => { throw new Error('thrown'); }); await new Promise(() => undefined);`,
      'failed 0 thrown',
    ],
    ['a rejection', `void Promise.reject(new Error('lost')); await new Promise(() => undefined);`, 'left 0 lost'],
    ['a rejection of nothing', `void Promise.reject(); await new Promise(() => undefined);`, 'left 0 undefined'],
  ])('tells of %s that nobody catches, with 2', async (_, body, told) => {
    await command(body);
    expect(await start('explain').ended).toMatchObject({ code: 2, stderr: `${told}\n` });
  });

  it('lets a command come to its end though a promise is rejected that nobody waits for, and tells of it then', async () => {
    await command(
      `void Promise.reject(new Error('lost'));
       await new Promise((resolve) => setTimeout(resolve, 20));
       io.stdout.write('kept\\n');`,
    );
    const { code, stdout, stderr } = await start('explain').ended;
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: 'ready\nkept\n', stderr: 'left 0 lost\n' });
  });

  it('ends a command that is through, whatever it left running, and writes all that it said in order', async () => {
    const text = 'x'.repeat(200_000);
    await command(
      `setInterval(() => undefined, 1000);
       console.log('a plugin');
       for (let line = 0; line < 20; line += 1) io.stdout.write('${text}\\n');`,
    );
    const { code, stdout, stderr } = await start('explain').ended;
    expect([code, stderr]).toEqual([0, 'a plugin\n']);
    expect(stdout === `ready\n${`${text}\n`.repeat(20)}`).toBe(true);
  });

  it('is what the package says', async () => {
    const { bin } = JSON.parse(await readFile(join(repository, 'packages/cli/package.json'), 'utf8'));
    expect(bin).toEqual({ understory: 'bin/understory.js' });
    expect(await readFile(join(repository, 'packages/cli', bin.understory), 'utf8')).toMatch(
      /^#!\/usr\/bin\/env node\n/,
    );
  });
});
