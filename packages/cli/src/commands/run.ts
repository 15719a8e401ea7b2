import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { reasonOf } from '@understory/core';
import { environmentErrors } from '@understory/environment-node';
import { parseStudyFile, studyJsonSchema, type StudyFile } from '@understory/studies';
import type { CommandContext } from '../command-context.ts';
import { cliErrors } from '../errors.ts';
import { json } from '../formatters/json.ts';
import type { ExitCode, Io } from '../io.ts';
import { withStudy } from '../options.ts';
import { withRoles, type RoleOptions } from '../role-options.ts';
import { runList } from '../run-list.ts';
import { studyCommand, type StudyCommandOptions } from '../study-command.ts';

const details = `
A study describes a run of explain, evaluate, attack or probe as JSON: these commands print it with --print-spec, and run.json of a run
folder contains it. Studies of a list run one after another, each into a folder of its name within --out, and report.html there has the main
results of all. One that fails does not keep the others from running; the same command goes on where it was stopped.

  {"version": 1, "study": "evaluate", "model": "cifar10-resnet", "images": {"from": "cifar10:data/cifar10", "limit": 100},
   "explainers": ["cam", "gradcam"], "metrics": ["deletion"], "preset": "paper"}

  {"version": 1, "title": "Stage 1", "studies": [{"name": "deletion", "spec": {...}}, {"name": "shuffle", "spec": {...}}]}

A list may name models and data that are given when it is run, --model resnet50=path/to/model --data pets=path/to/pets, and has stand-ins
for those that are not; "understory study --help" has an example.

--schema prints the JSON Schema of such files, for editors. Relative paths are resolved from the current folder.

Examples:
  understory evaluate cifar10:data/cifar10 --model cifar10-resnet --preset paper --print-spec > stage1.json
  understory run stage1.json --out runs/stage1
`;

export function runCommand(program: Command, { io, finish }: CommandContext): void {
  const command = program
    .command('run')
    .description('run a study, or a list of studies, from a JSON file')
    .argument('[file]', 'a study as JSON')
    .option('--schema', 'print the JSON Schema of studies');
  withRoles(withStudy(command))
    .addHelpText('after', details)
    .action(async (file, options) => {
      if (options.schema === true) io.stdout.write(json(studyJsonSchema()));
      else finish(await runFile(file, options, io));
    });
}

/** Runs the study or the list of studies in a file; throws USAGE, and what reading it and running studies throws. */
export async function runFile(
  path: string | undefined,
  options: StudyCommandOptions & RoleOptions,
  io: Io,
): Promise<ExitCode> {
  const command = 'understory run';
  if (path === undefined) throw cliErrors.usage({ message: "Missing required argument 'file'.", command });
  const { isList, ...file } = await readStudyFile(path, options, io.cwd);
  if (!isList) return studyCommand(file.studies[0]!.spec, options, io);
  const { out } = options;
  if (options.printSpec === true) io.stdout.write(json(file));
  else if (out === undefined)
    throw cliErrors.usage({ message: "Required option '--out <folder>' not specified.", command });
  else return runList(file, { ...options, out }, io);
  return 0;
}

async function readStudyFile(
  path: string,
  { model: models = {}, data = {}, quick = false }: RoleOptions,
  cwd: string,
): Promise<StudyFile & { isList: boolean }> {
  const file = resolve(cwd, path);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw environmentErrors.fileNotReadable({ path, reason: reasonOf(cause), cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw environmentErrors.fileNotReadable({ path, reason: `not JSON: ${reasonOf(cause)}`, cause });
  }
  // What comes with a list lies beside it.
  const place = (standIn: string) => (/^\.\.?\//.test(standIn) ? resolve(dirname(file), standIn) : standIn);
  const given = { models, data, quick, place };
  return {
    ...parseStudyFile(value, path, given),
    isList: typeof value === 'object' && value !== null && 'studies' in value,
  };
}
