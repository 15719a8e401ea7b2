import { carriedError } from '@understory/core';
import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { EngineProgress, RunContents, RunEntry } from '../../engine/engine.ts';
import { commandLine } from '../../words/command-line.ts';
import { save } from '../draw/figure.ts';
import { Command } from '../parts/Command.tsx';
import { Problem } from '../parts/Problem.tsx';
import { about, engine, explainer, layer, modelRequest, selection } from '../state.ts';
import { problems, run as work, tell } from '../tasks.ts';
import { number, numberIn } from '../words.ts';

const entries = signal<readonly RunEntry[]>([]);
/** Runs that are open, at most two beside each other. */
const open = signal<readonly RunContents[]>([]);
/** Runs that were told to stop, and have not yet. */
const stopping = signal<readonly string[]>([]);
/** Runs that are followed. */
const watched = new Set<string>();

async function list(): Promise<void> {
  const found = await work('runs', 'Reading run folders', (call) => engine.value!.runs!.list({}, call), {
    isQuiet: true,
  });
  if (found === undefined) return;
  entries.value = found;
  for (const { run: name, state } of found) if (state === 'running') void watch(name);
}

async function show(name: string): Promise<void> {
  const found = await work('runs', `Reading ${name}`, (call) => engine.value!.runs!.read({ run: name }, call));
  if (found !== undefined) open.value = [...open.value.filter(({ run: own }) => own !== name), found].slice(-2);
}

/** Follows a run until it ends, with how far it is in its row, whatever else is done meanwhile; studies go on without the page. */
async function watch(name: string): Promise<void> {
  if (watched.has(name)) return;
  watched.add(name);
  const onProgress = ({ done, total }: EngineProgress) =>
    (entries.value = entries.value.map((each) => (each.run === name ? { ...each, done, total: total ?? null } : each)));
  try {
    const ended = await engine.value!.runs!.watch({ run: name }, { onProgress });
    tell(`${name}: ${ended.state}`);
    await show(name);
  } catch (error) {
    failed(error);
  } finally {
    watched.delete(name);
    stopping.value = stopping.value.filter((each) => each !== name);
  }
  await list();
}

async function begin(title: string, start: () => Promise<RunEntry>): Promise<void> {
  const begun = await work('runs', title, start);
  if (begun === undefined) return;
  entries.value = [begun, ...entries.value.filter(({ run: own }) => own !== begun.run)];
  tell(`${begun.run}: ${begun.state}`);
  await watch(begun.run);
}

/** Has a run stop after the image that it is at. */
function stop(name: string): void {
  stopping.value = [...stopping.value, name];
  engine.value!.runs!.cancel({ run: name }).catch(failed);
}

function failed(error: unknown): void {
  problems.value = { ...problems.value, runs: carriedError(error) };
}

/** Run folders of the server: what was measured, side by side, and studies that are started from here. */
export function Runs() {
  useEffect(() => void list(), []);
  return (
    <div>
      <NewStudy />
      <Problem slot="runs" />
      {entries.value.length === 0 ? (
        <p class="quiet">There is no run folder where the server looks.</p>
      ) : (
        <table class="numbers runs">
          <caption class="only-read">Run folders</caption>
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col">Study</th>
              <th scope="col">Model</th>
              <th scope="col">Images</th>
              <th scope="col">State</th>
              <th scope="col">
                <span class="only-read">What can be done</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {entries.value.map(({ run: name, study, model, done, total, state, error }) => (
              <tr key={name}>
                <th scope="row">
                  <button
                    type="button"
                    class="plain"
                    aria-pressed={open.value.some((each) => each.run === name)}
                    onClick={() => void show(name)}
                  >
                    {name}
                  </button>
                </th>
                <td>{study ?? '–'}</td>
                <td>{model ?? '–'}</td>
                <td>
                  {done}
                  {total === null ? '' : ` of ${total}`}
                  {state === 'running' && (
                    <progress aria-label={`How far ${name} is`} {...(total !== null && { value: done, max: total })} />
                  )}
                </td>
                <td>
                  {state}
                  {error !== null && (
                    <small class="run-problem">
                      {error.message} <code>{error.code}</code> {error.next}
                    </small>
                  )}
                </td>
                <td>
                  {state === 'running' && (
                    <button
                      type="button"
                      class="plain"
                      aria-label={`Cancel ${name}`}
                      disabled={stopping.value.includes(name)}
                      onClick={() => stop(name)}
                    >
                      {stopping.value.includes(name) ? 'Stopping…' : 'Cancel'}
                    </button>
                  )}
                  {state === 'interrupted' && (
                    <button
                      type="button"
                      class="plain"
                      aria-label={`Resume ${name}`}
                      onClick={() => void begin(`Resuming ${name}`, () => engine.value!.runs!.resume({ run: name }))}
                    >
                      Resume
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div class={open.value.length > 1 ? 'split' : ''}>
        {open.value.map((contents) => (
          <Contents key={contents.run} contents={contents} />
        ))}
      </div>
    </div>
  );
}

/** A study of what is chosen, over a data set of the server. */
function NewStudy() {
  const [kind, setKind] = useState<'evaluate' | 'probe'>('evaluate');
  const [from, setFrom] = useState('');
  const [limit, setLimit] = useState(20);
  const common = {
    ...modelRequest.value,
    images: { from, limit },
    ...(layer.value !== 'auto' && { layer: layer.value }),
  };
  const spec =
    kind === 'evaluate'
      ? ({
          version: 1,
          study: 'evaluate',
          ...common,
          explainers: [selection(explainer.value), 'random'],
          metrics: ['deletion', 'insertion'],
        } as const)
      : ({ version: 1, study: 'probe', ...common, probe: 'shuffle', explainer: selection(explainer.value) } as const);
  return (
    <details class="settings">
      <summary>Start a study of this model</summary>
      <form
        class="row study"
        onSubmit={(event) => {
          event.preventDefault();
          void begin(`Starting ${kind}`, () => engine.value!.runs!.start({ spec }));
        }}
      >
        <label>
          Study{' '}
          <select value={kind} onChange={(event) => setKind(event.currentTarget.value as typeof kind)}>
            <option value="evaluate">how faithful {explainer.value} is</option>
            <option value="probe">whether places matter (shuffle)</option>
          </select>
        </label>
        <label>
          Images{' '}
          <input
            list="served-pictures"
            value={from}
            placeholder="folder:photos"
            required
            onInput={(event) => setFrom(event.currentTarget.value)}
          />
        </label>
        <datalist id="served-pictures">
          {about.value?.served.pictures.map((path) => (
            <option key={path} value={path} />
          ))}
        </datalist>
        <label>
          At most{' '}
          <input
            type="number"
            min={1}
            required
            value={limit}
            onInput={(event) => setLimit(numberIn(event.currentTarget, limit))}
          />
        </label>
        <button type="submit" class="strong">
          Start
        </button>
      </form>
      <Command text={from === '' ? undefined : commandLine(spec)} />
    </details>
  );
}

/** The most pictures of a run that are fetched at once. */
const mostPictures = 12;

function Contents({ contents }: { readonly contents: RunContents }) {
  const { run: name, tables, pictures, hasReport, summary } = contents;
  const [item, setItem] = useState<string | null>(null);
  const chosen = pictures.filter((each) => item === null || each.item === item);
  const shown = chosen.slice(0, mostPictures);
  const isEmpty = tables.every(({ rows }) => rows.length === 0) && pictures.length === 0;
  return (
    <section class="panel" aria-label={name}>
      <h2>{name}</h2>
      <p class="row">
        <button
          type="button"
          class="plain"
          onClick={() => (open.value = open.value.filter((each) => each.run !== name))}
        >
          Close
        </button>
        {hasReport && (
          <button
            type="button"
            class="plain"
            onClick={() =>
              void work('runs', 'Reading the report', (call) =>
                engine.value!.runs!.file({ run: name, name: 'report.html' }, call),
              ).then((bytes) => {
                if (bytes !== undefined) save(`${name.replaceAll('/', '-')}.report.html`, bytes, 'text/html');
              })
            }
          >
            Save the report
          </button>
        )}
      </p>
      {isEmpty && <p class="quiet">No image is done yet.</p>}
      {tables
        .filter(({ rows }) => rows.length > 0)
        .map((table) => (
          <SortedTable key={table.name} run={name} table={table} onItem={setItem} />
        ))}
      {item !== null && (
        <p class="row">
          <span class="quiet">Pictures of {item}</span>
          <button type="button" class="plain" onClick={() => setItem(null)}>
            All pictures
          </button>
        </p>
      )}
      {shown.length > 0 && (
        <ul class="grid" aria-label={`Pictures of ${name}`}>
          {shown.map((each) => (
            <li key={each.name}>
              <RunPicture run={name} name={each.name} />
              <p class="small">{each.item ?? each.name}</p>
            </li>
          ))}
        </ul>
      )}
      {chosen.length > shown.length && (
        <p class="quiet small">
          {shown.length} of {chosen.length} pictures: choose an item in a table for its own.
        </p>
      )}
      {summary !== null && summary !== undefined && (
        <details class="settings">
          <summary>Summary as it is kept</summary>
          <pre class="table-frame">{JSON.stringify(summary, null, 1)}</pre>
        </details>
      )}
    </section>
  );
}

type Cell = string | number | boolean | null;

/** A table that is sorted by a column and filtered by what it holds. */
function SortedTable({
  run,
  table,
  onItem,
}: {
  readonly run: string;
  readonly table: RunContents['tables'][number];
  readonly onItem: (item: string | null) => void;
}) {
  const [by, setBy] = useState<{ readonly column: number; readonly isDown: boolean } | null>(null);
  const [filter, setFilter] = useState('');
  const { name, columns, rows, size } = table;
  const itemAt = columns.indexOf('item');
  const kept = rows.filter(
    (row) => filter === '' || row.some((cell) => String(cell).toLowerCase().includes(filter.toLowerCase())),
  );
  const sorted =
    by === null
      ? kept
      : kept.toSorted((one, other) => (by.isDown ? -1 : 1) * order(one[by.column] ?? null, other[by.column] ?? null));
  return (
    <>
      <h3>{name}</h3>
      <input
        type="search"
        aria-label={`Filter ${name} of ${run}`}
        placeholder="Filter"
        value={filter}
        onInput={(event) => setFilter(event.currentTarget.value)}
      />
      <div class="table-frame" tabIndex={0} role="region" aria-label={`${name} of ${run}`}>
        <table class="numbers">
          <thead>
            <tr>
              {columns.map((column, at) => (
                <th
                  scope="col"
                  key={column}
                  aria-sort={by?.column === at ? (by.isDown ? 'descending' : 'ascending') : 'none'}
                >
                  <button
                    type="button"
                    class="plain"
                    onClick={() => setBy({ column: at, isDown: by?.column === at && !by.isDown })}
                  >
                    {column}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, 200).map((row, at) => (
              <tr key={at}>
                {row.map((cell, column) => (
                  <td key={column}>
                    {column === itemAt ? (
                      <button
                        type="button"
                        class="plain"
                        aria-label={`Pictures of ${text(cell)}`}
                        onClick={() => onItem(String(cell))}
                      >
                        {text(cell)}
                      </button>
                    ) : (
                      text(cell)
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="quiet small">
        {kept.length} of {size} rows{kept.length > 200 ? ', the first 200 are shown' : ''}
      </p>
    </>
  );
}

function order(one: Cell, other: Cell): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one).localeCompare(String(other), 'en', { numeric: true });
}

function text(cell: Cell): string {
  if (cell === null) return '–';
  return typeof cell === 'number' && !Number.isInteger(cell) ? number(cell) : String(cell);
}

/** A picture file of a run. */
function RunPicture({ run: folder, name }: { readonly run: string; readonly name: string }) {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    let own: string | undefined;
    void engine.value!.runs!.file({ run: folder, name }).then(
      (bytes) => {
        own = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'image/png' }));
        setAddress(own);
      },
      () => undefined,
    );
    return () => {
      if (own !== undefined) URL.revokeObjectURL(own);
    };
  }, [folder, name]);
  return address === null ? (
    <span class="quiet">…</span>
  ) : (
    <img class="run-picture" src={address} alt={`What the run keeps as ${name}`} />
  );
}
