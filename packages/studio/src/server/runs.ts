import { mkdir, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { carriedError, systemCode } from '@understory/core';
import { readRun, type StoredRun } from '@understory/experiments';
import { nodeStore } from '@understory/experiments/node';
import { readRegularFile } from '@understory/imaging/files';
import { parseStudySpec, type StudySpec } from '@understory/studies';
import { folderOfItem } from '@understory/studies/results';
import type { Call, RunContents, RunEntry, RunFolders } from '../engine/engine.ts';
import type { ChildOptions } from './child.ts';
import { serverErrors } from './errors.ts';
import type { ChildSetup } from './messages.ts';
import { isInside, isPlain, Places, realpathOf } from './places.ts';
import { askedRows, finishedTables, tableOfRows, type Asked } from './read-tables.ts';
import { StudyProcess } from './study-process.ts';

/** Studies that run at a time; each uses every core. */
const mostStudies = 2;
/** How deep runs are looked for: those of a list lie in a folder of their own. */
const mostDepth = 3;
/** The newest are listed. */
const mostRuns = 500;
/** The most bytes of a file of a run that are sent. */
const mostBytes = 2 ** 29;

const pictureFile = /\.(png|jpe?g|webp)$/i;

interface RunsOptions extends ChildOptions {
  /** Told how many studies run, when that changes. */
  readonly onStudies: (count: number) => void;
}

/** Runs in the folder that a server was started with. */
export class Runs implements RunFolders {
  readonly #root: string;
  readonly #setup: ChildSetup;
  readonly #options: RunsOptions;
  /** Studies that were started or resumed here, by their runs. */
  readonly #own = new Map<string, StudyProcess>();

  constructor(root: string, setup: ChildSetup, options: RunsOptions) {
    this.#root = root;
    this.#setup = setup;
    this.#options = options;
  }

  async list(): Promise<readonly RunEntry[]> {
    const found = new Set([...this.#own.keys(), ...(await this.#folders())]);
    const entries = await Promise.all([...found].slice(0, mostRuns).map((run) => this.#entry(run)));
    return entries.sort((one, other) => ((one.began ?? '') < (other.began ?? '') ? 1 : -1));
  }

  async read({ run, rows }: { readonly run: string; readonly rows?: Asked }): Promise<RunContents> {
    const folder = await this.#wholeFolderOf(run);
    const store = nodeStore(folder);
    const stored = await storedRun(folder);
    const entry = await this.#entry(run, stored);
    const asked = askedRows(rows);
    const summary = await store.readText('summary.json');
    const finished = await finishedTables(store, asked);
    const isEmpty = stored instanceof Error;
    const tables = finished.length > 0 || isEmpty ? finished : [await tableOfRows(stored.rows(), asked)];
    const names = await store.list('');
    return {
      ...entry,
      spec: isEmpty ? null : specOf(stored),
      summary: summary === undefined ? null : (JSON.parse(summary) as unknown),
      tables,
      pictures: picturesOf(names, tables),
      hasReport: names.includes('report.html'),
    };
  }

  async file({ run, name }: { readonly run: string; readonly name: string }): Promise<Uint8Array> {
    const folder = await this.#folderOf(run);
    const path = isPlain(name) ? await realpathOf(join(folder, name)) : undefined;
    if (path === undefined || !isInside(path, folder) || !(await stat(path)).isFile())
      throw serverErrors.runFileNotFound({ run, name });
    return readRegularFile(path, mostBytes);
  }

  async start({ spec: given, name }: { readonly spec: unknown; readonly name?: string }): Promise<RunEntry> {
    const spec = parseStudySpec(given, 'the page');
    this.#checkBusy();
    const run = await this.#newFolder(name ?? `${spec.study}-${basename(spec.model).replace(/[^\w-]+/g, '-')}`);
    return this.#begin(run, spec);
  }

  async watch({ run }: { readonly run: string }, { signal, onProgress }: Call = {}): Promise<RunEntry> {
    const own = this.#own.get(run);
    if (own === undefined || !own.isRunning) return this.#known(run);
    const stop = own.listen((progress) => onProgress?.(progress));
    try {
      await Promise.race([own.ended, aborted(signal)]);
    } finally {
      stop();
    }
    return this.#entry(run);
  }

  async cancel({ run }: { readonly run: string }): Promise<RunEntry> {
    await this.#own.get(run)?.cancel();
    return this.#known(run);
  }

  async resume({ run }: { readonly run: string }): Promise<RunEntry> {
    const folder = await this.#wholeFolderOf(run);
    const stored = await storedRun(folder);
    if (stored instanceof Error) throw stored;
    const { state } = await this.#entry(run, stored);
    const spec = specOf(stored);
    if (state === 'running' || state === 'finished' || spec === null)
      throw serverErrors.runNotResumed({ run, state: spec === null ? 'without a specification' : state });
    this.#checkBusy();
    return this.#begin(run, spec);
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map((own) => own.cancel()));
  }

  async #begin(run: string, spec: StudySpec): Promise<RunEntry> {
    const folder = await this.#folderOf(run);
    const own = new StudyProcess({ spec, folder, name: run }, this.#setup, this.#options);
    this.#own.set(run, own);
    this.#options.onStudies(this.#running.length);
    void own.ended.then(() => this.#options.onStudies(this.#running.length));
    return this.#entry(run);
  }

  get #running(): readonly StudyProcess[] {
    return [...this.#own.values()].filter(({ isRunning }) => isRunning);
  }

  #checkBusy(): void {
    if (this.#running.length >= mostStudies) throw serverErrors.runsBusy({ most: mostStudies });
  }

  /** Makes a folder for a run of this name, or with a number behind it where there is one. */
  async #newFolder(name: string): Promise<string> {
    if (!/^\w[\w.-]{0,99}$/.test(name)) throw serverErrors.runNameInvalid({ name });
    await mkdir(this.#root, { recursive: true });
    for (let number = 1; ; number++) {
      const run = number === 1 ? name : `${name}-${number}`;
      try {
        await mkdir(join(this.#root, run));
        return run;
      } catch (error) {
        if (systemCode(error) !== 'EEXIST') throw error;
      }
    }
  }

  async #known(run: string): Promise<RunEntry> {
    if (!this.#own.has(run)) await this.#folderOf(run);
    return this.#entry(run);
  }

  /** Without links. Throws RUN_NOT_FOUND, also for what leads elsewhere. */
  async #folderOf(run: string): Promise<string> {
    const real = isPlain(run) ? await realpathOf(join(this.#root, run)) : undefined;
    const isHidden = run.split('/').some((name) => name.startsWith('.'));
    if (real === undefined || isHidden || !isInside(real, await realpathOf(this.#root)))
      throw serverErrors.runNotFound({ run });
    return real;
  }

  /** The same; throws PATH_NOT_SERVED where links lead out of it, as they may where somebody else filled it. */
  async #wholeFolderOf(run: string): Promise<string> {
    const folder = await this.#folderOf(run);
    await new Places({ cwd: folder, roots: [folder], uploads: folder, samples: {} }).findWhole(folder);
    return folder;
  }

  async #entry(run: string, known?: StoredRun<unknown> | Error): Promise<RunEntry> {
    const own = this.#own.get(run);
    const folder = join(this.#root, run);
    const stored = known ?? (await storedRun(folder));
    const began = await stat(join(folder, 'run.json')).then(
      ({ mtime }) => mtime.toISOString(),
      () => null,
    );
    const facts = stored instanceof Error ? unreadable(stored) : factsOf(stored);
    if (own === undefined) return { run, ...facts, began };
    // A study that has no folder yet is known by its specification alone.
    return {
      run,
      dataset: facts.dataset,
      ...own.facts,
      ...(!own.isRunning && facts.done > 0 && { done: facts.done }),
      began,
    };
  }

  async #folders(): Promise<readonly string[]> {
    const found: string[] = [];
    const left = [{ at: '', depth: 0 }];
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const { at, depth } = next;
      const entries = await readdir(join(this.#root, at), { withFileTypes: true }).catch(() => []);
      if (at !== '' && entries.some(({ name }) => name === 'run.json')) found.push(at);
      else if (depth < mostDepth) {
        for (const entry of entries)
          if (entry.isDirectory() && !entry.name.startsWith('.'))
            left.push({ at: at === '' ? entry.name : `${at}/${entry.name}`, depth: depth + 1 });
      }
    }
    return found;
  }
}

async function storedRun(folder: string): Promise<StoredRun<unknown> | Error> {
  try {
    return await readRun(nodeStore(folder), { leaveOutDamaged: true });
  } catch (error) {
    return error as Error;
  }
}

type Facts = Omit<RunEntry, 'run' | 'began'>;

function unreadable(error: Error): Facts {
  const nothing = { study: null, model: null, dataset: null, total: null };
  return { ...nothing, state: 'failed', done: 0, error: carriedError(error) };
}

function factsOf(stored: StoredRun<unknown>): Facts {
  const { record, complete, done, failed } = stored;
  const { model, parameters } = record as {
    readonly model?: { readonly name?: string };
    readonly parameters?: { readonly dataset?: { readonly name?: string } };
  };
  return {
    ...{ study: specOf(stored)?.study ?? null, model: model?.name ?? null, dataset: parameters?.dataset?.name ?? null },
    ...{ state: complete ? 'finished' : 'interrupted', done: done + failed, total: complete ? done + failed : null },
    error: null,
  };
}

/** The specification that a record keeps; null where it has none that is valid. */
function specOf({ record }: StoredRun<unknown>): StudySpec | null {
  try {
    return parseStudySpec((record['about'] as { readonly spec?: unknown } | undefined)?.spec);
  } catch {
    return null;
  }
}

/** Pictures with the item whose folder they lie in, or whose name they begin with. */
function picturesOf(names: readonly string[], tables: RunContents['tables']): RunContents['pictures'] {
  const items = new Map<string, string>();
  for (const { columns, rows } of tables) {
    const at = columns.indexOf('item');
    if (at >= 0) for (const row of rows) items.set(folderOfItem(String(row[at])), String(row[at]));
  }
  return names
    .filter((name) => pictureFile.test(name))
    .map((name) => {
      const folder = name.split('/').at(-2) ?? '';
      const [first = ''] = name.split('.');
      return { name, item: items.get(folder) ?? items.get(first) ?? null };
    });
}

/** Throws the reason of the signal when that is aborted. */
function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted === true) reject(signal.reason as Error);
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
