import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandTree } from '../../src/index.ts';
import { repository } from './workspace.ts';

/** A page, or the help of a command, with the command lines that it shows. */
export interface Page {
  readonly name: string;
  readonly lines: readonly string[];
}

/** Pages whose commands `npm run packages` follows, with the package that each makes. */
const followed = /^docs\/how-to\/(?!clip\.md|compare\.md|export\.md|many-machines\.md|studio\.md)/;

/** Every page of the repository that shows commands, and the help of every command. */
export function pagesWithCommands(): readonly Page[] {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], { cwd: repository });
  const paths = listed.toString().trim().split('\n').sort();
  const pages = paths
    .filter((path) => !/CHANGELOG\.md$|^packages\/zoo\/models\/|fixtures\//.test(path) && !followed.test(path))
    .map((path) => ({ name: path, lines: linesOf(readFileSync(join(repository, path), 'utf8')) }));
  const tree = commandTree();
  const helps = [tree, ...tree.commands, ...tree.commands.flatMap(({ commands }) => commands)].map(
    ({ usage, examples }) => ({ name: `the help of ${usage.split(' [')[0]}`, lines: examples }),
  );
  return [...pages, ...helps].filter(({ lines }) => lines.length > 0);
}

/** The lines of a page's blocks of commands, those that go on joined, `a && b` apart, without comments; and the commands in its tables. */
function linesOf(page: string): readonly string[] {
  const blocks = Array.from(page.matchAll(/^```sh\n(.*?)^```$/gms), ([, text]) => text!);
  const shown = blocks
    .flatMap((text) => text.replaceAll(/ *\\\n */g, ' ').split('\n'))
    .flatMap((line) => line.replace(/(^|\s)#\s.*$/, '').split(' && '));
  const inTables = Array.from(page.matchAll(/^\|.*`((?:npx )?understory [^`]+)`/gm), ([, line]) => line!);
  return [...shown, ...inTables].map((line) => line.trim()).filter((line) => line !== '');
}

/** What a shell makes of a line: its words, and the file that it writes to. A pipe and what is behind it are left out. */
export function wordsOf(line: string): { readonly words: readonly string[]; readonly into: string | undefined } {
  const words = Array.from(line.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g), ([word]) => word.replaceAll(/["']/g, ''));
  const pipe = words.indexOf('|');
  const shown = pipe === -1 ? words : words.slice(0, pipe);
  const arrow = shown.findIndex((word) => word === '>' || word === '>>');
  return arrow === -1 ? { words: shown, into: undefined } : { words: shown.slice(0, arrow), into: shown[arrow + 1] };
}
