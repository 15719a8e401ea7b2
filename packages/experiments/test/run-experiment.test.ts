import { describe, expect, it, jest } from '@jest/globals';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { seededRandom } from '@understory/core';
import { inProcess, runExperiment, type Progress } from '../src/index.ts';
import { gatedDisk } from './support/failing-disk.ts';
import {
  collected,
  contents,
  description,
  logged,
  loggedItems,
  numbered,
  request,
  study,
  withFolder,
  type Row,
} from './support/study.ts';

// Each flush waits for the disk, which may be busy.
jest.setTimeout(60_000);

const coded = (code: string, fields: Record<string, unknown> = {}) => expect.objectContaining({ code, ...fields });

describe('runExperiment', () => {
  it('writes the record, the log, the tables and the summary', async () => {
    await withFolder(async (folder) => {
      const result = await runExperiment(request(folder));
      expect(result).toMatchObject({ done: 18, failed: 2, worked: 20, summary: { rows: 36, first: 'image-0' } });
      const files = await contents(folder);
      expect(Object.keys(files)).toEqual(['run.json', 'summary.json', ...[...result.files].sort()].filter(once));
      expect(JSON.parse(files['run.json']!)).toEqual({ format: 2, ...description, seed: 7 });
      expect(JSON.parse(files['summary.json']!)).toEqual(result.summary);
      expect(await loggedItems(folder)).toHaveLength(20);
      expect(files['tables/failures.csv']).toBe(
        'item,code,message\nimage-7,IMAGE_EMPTY,image-7 has no pixels\nimage-17,IMAGE_EMPTY,image-17 has no pixels\n',
      );
    });
  });

  it('seeds each item with the run and its id', async () => {
    await withFolder(async (folder) => {
      await runExperiment(request(folder));
      const [, second] = await logged(folder);
      expect(second).toMatchObject({
        item: 'image-1',
        at: 1,
        rows: [{ area: seededRandom(7).fork('image-1').uniform() }, {}],
      });
    });
  });

  it('ends with the same bytes for any concurrency and any executor', async () => {
    const ends = await Promise.all(
      [1, 2, 7, 50].map((concurrency) =>
        withFolder(async (folder) => {
          const delays = seededRandom(concurrency);
          const experiment = study(() => new Promise((resolve) => setTimeout(resolve, delays.integer(5))));
          await runExperiment({ ...request(folder, 40), experiment, concurrency });
          return contents(folder);
        }),
      ),
    );
    const backwards = await withFolder(async (folder) => {
      const executor = inProcess({ experiment: study(), seed: 7 });
      await runExperiment({
        ...request(folder, 40),
        executor: {
          async *execute(items) {
            yield* (await collected(executor.execute(items))).reverse();
          },
        },
      });
      expect(await loggedItems(folder)).toEqual((await collected(numbered(40))).map(({ id }) => id).reverse());
      return contents(folder);
    });
    for (const end of [...ends, backwards]) expect(end).toEqual(ends[0]);
  });

  it('does nothing twice: a run that is through only writes its tables again', async () => {
    await withFolder(async (folder) => {
      await runExperiment(request(folder));
      const before = await contents(folder);
      const experiment = study(async ({ id }) => {
        throw new Error(`${id} was worked on again`);
      });
      expect(await runExperiment({ ...request(folder), experiment })).toMatchObject({ worked: 0, done: 18, failed: 2 });
      expect(await contents(folder)).toEqual(before);
      expect(await logged(folder)).toHaveLength(21);
    });
  });

  it('goes on when there are more items, and refuses when they are other ones', async () => {
    await withFolder(async (folder) => {
      await runExperiment(request(folder, 5));
      expect(await runExperiment(request(folder, 8))).toMatchObject({ worked: 3, done: 7, failed: 1 });
      await expect(runExperiment(request(folder, 6))).rejects.toEqual(
        coded('RUN_ITEMS_CHANGED', { found: 'item 6, counted from 0, was "image-6" and is now missing' }),
      );
      const swapped = {
        ...request(folder),
        items: (async function* () {
          yield* [{ id: 'image-1' }, { id: 'image-0' }];
        })(),
      };
      await expect(runExperiment(swapped)).rejects.toEqual(
        coded('RUN_ITEMS_CHANGED', { found: 'item 0, counted from 0, was "image-0" and is now "image-1"' }),
      );
    });
  });

  it('refuses ids that repeat, and keeps what was done before', async () => {
    await withFolder(async (folder) => {
      const items = (async function* () {
        yield* [{ id: 'a' }, { id: 'b' }, { id: 'a' }];
      })();
      await expect(runExperiment({ ...request(folder), items })).rejects.toEqual(
        coded('RUN_ITEM_REPEATED', { found: '"a" as items 0 and 2, counted from 0' }),
      );
      expect(await loggedItems(folder)).toEqual(['a', 'b']);
    });
  });

  it('keeps what was done when the stream of items breaks', async () => {
    await withFolder(async (folder) => {
      const items = (async function* () {
        yield* numbered(3);
        throw new Error('the labels are missing');
      })();
      await expect(runExperiment({ ...request(folder), items })).rejects.toThrow('the labels are missing');
      expect(await loggedItems(folder)).toEqual(['image-0', 'image-1', 'image-2']);
      expect(await runExperiment(request(folder))).toMatchObject({ worked: 17, done: 18 });
    });
  });

  it('cuts off a torn last line and does that item again', async () => {
    await withFolder(async (folder) => {
      await runExperiment(request(folder));
      const whole = await contents(folder);
      const log = join(folder, 'rows.jsonl');
      const text = await readFile(log, 'utf8');
      await writeFile(log, text.slice(0, text.indexOf('image-11') + 20));
      expect(await runExperiment(request(folder))).toMatchObject({ worked: 9 });
      expect(await contents(folder)).toEqual(whole);
      expect(await readFile(log, 'utf8')).toBe(text);
    });
  });

  it('names the line of a damaged log', async () => {
    await withFolder(async (folder) => {
      await runExperiment(request(folder));
      await appendFile(join(folder, 'rows.jsonl'), '{"item":"x"}\n');
      await expect(runExperiment(request(folder))).rejects.toEqual(
        coded('RUN_LOG_DAMAGED', { message: `"${join(folder, 'rows.jsonl')}" is damaged at line 22.` }),
      );
      await writeFile(join(folder, 'rows.jsonl'), 'rows\n');
      await expect(runExperiment(request(folder))).rejects.toEqual(coded('RUN_LOG_DAMAGED', { found: 'not JSON' }));
    });
  });
});

describe('a line of a log that is not as this run wrote it', () => {
  const logOf = (folder: string) => join(folder, 'rows.jsonl');
  const linesOf = async (folder: string) => (await readFile(logOf(folder), 'utf8')).split('\n').slice(0, -1);
  const refusal = (line: number, found: string) =>
    coded('RUN_LOG_DAMAGED', {
      found,
      message: expect.stringMatching(new RegExp(`rows\\.jsonl" is damaged at line ${line}\\.$`)),
      next: expect.stringContaining(`delete line ${line}`),
    });

  it.each([
    ['a digit of a row', (line: string) => line.replace(/"area":0\.(\d)/, '"area":0.1$1')],
    ['its item', (line: string) => line.replace('"image-2"', '"image-3"')],
    ['its checksum', (line: string) => line.replace(/"sum":"./, (text) => text.slice(0, -1) + '_')],
    ['a space', (line: string) => line.replace(',"at"', ', "at"')],
    ['no checksum', (line: string) => line.replace(/,"sum":"[^"]*"/, '')],
  ])('is named where it was changed: %s', async (_, change) => {
    await withFolder(async (folder) => {
      await runExperiment(request(folder, 4));
      const lines = await linesOf(folder);
      const changed = lines.map((line, at) => (at === 2 ? change(line) : line));
      expect(changed[2]).not.toBe(lines[2]);
      await writeFile(logOf(folder), `${changed.join('\n')}\n`);
      await expect(runExperiment(request(folder, 4))).rejects.toEqual(
        refusal(3, expect.stringContaining('checksum') as unknown as string),
      );
      await writeFile(logOf(folder), `${changed.toSpliced(2, 1).join('\n')}\n`);
      expect(await runExperiment(request(folder, 4))).toMatchObject({ worked: 1, done: 4 });
    });
  });

  it('is named where it is a second result of an item with other rows, and passed over where it is the same', async () => {
    await withFolder(async (folder) => {
      await runExperiment(request(folder, 4));
      const rows: readonly Row[] = [{ item: 'image-1', explainer: 'cam', area: 0.5, curve: [] }];
      const other = { ...study(), rows: async () => rows };
      const second = await withFolder(async (elsewhere) => {
        await runExperiment({ ...request(elsewhere, 4), experiment: other });
        return (await linesOf(elsewhere))[1]!;
      });
      const lines = await linesOf(folder);
      await appendFile(logOf(folder), `${lines[1]}\n${second}\n`);
      await expect(runExperiment(request(folder, 4))).rejects.toEqual(
        refusal(7, 'a second result for "image-1", with other rows than line 2 of rows.jsonl'),
      );
      await writeFile(logOf(folder), `${[...lines, lines[1]].join('\n')}\n`);
      expect(await runExperiment(request(folder, 4))).toMatchObject({ worked: 0, done: 4, summary: { rows: 8 } });
    });
  });

  it('is named where it comes from another run, such as that of another study', async () => {
    await withFolder(async (folder) => {
      await runExperiment(request(folder, 4));
      const foreign = await withFolder(async (elsewhere) => {
        await runExperiment({ ...request(elsewhere, 6), description: { ...description, study: 'probe' } });
        return (await linesOf(elsewhere))[5]!;
      });
      await appendFile(logOf(folder), `${foreign}\n`);
      await expect(runExperiment(request(folder, 6))).rejects.toEqual(
        refusal(6, 'a line of another run, written under other parameters than run.json has'),
      );
    });
  });

  it('is named where two items claim one place', async () => {
    await withFolder(async (folder) => {
      await runExperiment(request(folder, 3));
      const moved = await withFolder(async (elsewhere) => {
        await runExperiment({ ...request(elsewhere), items: some(['b', 'image-1', 'c']) });
        return linesOf(elsewhere);
      });
      await appendFile(logOf(folder), `${moved[0]}\n`);
      await expect(runExperiment(request(folder, 3))).rejects.toEqual(
        refusal(5, '"b" as item 0, which is "image-0" in line 1 of rows.jsonl'),
      );
    });
  });

  it('is refused with the whole folder where that is of an earlier version', async () => {
    await withFolder(async (folder) => {
      await runExperiment(request(folder, 3));
      await writeFile(join(folder, 'run.json'), JSON.stringify({ format: 1, ...description, seed: 7 }));
      await expect(runExperiment(request(folder, 3))).rejects.toEqual(
        coded('RUN_FORMAT_OLD', { next: expect.stringContaining('into another folder') }),
      );
    });
  });
});

describe('a run folder made with other parameters', () => {
  it('is refused, naming each difference', async () => {
    await withFolder(async (folder) => {
      await runExperiment(request(folder));
      const parameters = { steps: 50, metrics: ['deletion', 'road'], blur: true };
      const changed = { ...request(folder), description: { ...description, parameters }, seed: 8 };
      await expect(runExperiment(changed)).rejects.toEqual(
        coded('RUN_PARAMETERS_DIFFER', {
          found: [
            'parameters.steps: stored 100, now 50',
            'parameters.metrics[1]: stored nothing, now "road"',
            'parameters.blur: stored nothing, now true',
            'seed: stored 7, now 8',
          ].join('; '),
        }),
      );
      const fewer = { ...request(folder), description: { model: description.model } };
      await expect(runExperiment(fewer)).rejects.toEqual(
        coded('RUN_PARAMETERS_DIFFER', { found: expect.stringContaining('parameters: stored {"steps":100') }),
      );
      expect(await loggedItems(folder)).toHaveLength(20);
    });
  });

  it('is the same whatever the order of the keys, and whatever JSON leaves out', async () => {
    await withFolder(async (folder) => {
      await runExperiment(request(folder));
      const { model, parameters } = description;
      const turned = { ...request(folder), description: { parameters, gone: undefined, model } };
      expect(await runExperiment(turned)).toMatchObject({ worked: 0 });
    });
  });

  it('is refused where its record is damaged or gone', async () => {
    await withFolder(async (folder) => {
      await runExperiment(request(folder));
      await writeFile(join(folder, 'run.json'), '{"format": 3, "seed": 7}');
      await expect(runExperiment(request(folder))).rejects.toEqual(coded('RUN_RECORD_DAMAGED'));
      await writeFile(join(folder, 'run.json'), '{"format"');
      await expect(runExperiment(request(folder))).rejects.toEqual(coded('RUN_RECORD_DAMAGED', { found: 'not JSON' }));
    });
    await withFolder(async (folder) => {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'rows.jsonl'), '');
      for (let attempt = 0; attempt < 2; attempt += 1) {
        await expect(runExperiment(request(folder))).rejects.toEqual(
          coded('RUN_RECORD_DAMAGED', { found: 'no such file, beside rows.jsonl' }),
        );
      }
    });
  });
});

describe('what is said about a run', () => {
  const about = { spec: { kind: 'evaluation', images: ['a'] } };

  it('is kept in the record, behind what decides the rows, and is no part of the fingerprint', async () => {
    const [plain, said]: readonly (Record<string, string> | undefined)[] = await Promise.all(
      [undefined, about].map((each) =>
        withFolder(async (folder) => {
          await runExperiment({ ...request(folder), ...(each && { about: each }) });
          return { ...(await contents(folder)), log: await readFile(join(folder, 'rows.jsonl'), 'utf8') };
        }),
      ),
    );
    expect(JSON.parse(said!['run.json']!)).toEqual({ format: 2, ...description, seed: 7, about });
    expect(plain!['run.json']).not.toContain('about');
    expect({ ...said, 'run.json': '' }).toEqual({ ...plain, 'run.json': '' });
  });

  it('may be another or none when a run goes on, which keeps what was said first', async () => {
    await withFolder(async (folder) => {
      await runExperiment({ ...request(folder, 5), about });
      expect(await runExperiment({ ...request(folder, 8), about: { spec: 'another' } })).toMatchObject({ worked: 3 });
      expect(await runExperiment(request(folder, 9))).toMatchObject({ worked: 1 });
      expect(JSON.parse((await contents(folder))['run.json']!)).toMatchObject({ about });
    });
    await withFolder(async (folder) => {
      await runExperiment(request(folder, 5));
      expect(await runExperiment({ ...request(folder, 6), about })).toMatchObject({ worked: 1 });
      await expect(runExperiment({ ...request(folder, 6), about, seed: 8 })).rejects.toEqual(
        coded('RUN_PARAMETERS_DIFFER', { found: 'seed: stored 7, now 8' }),
      );
    });
  });
});

describe('items that fail', () => {
  it('are recorded, and tried again only when asked', async () => {
    await withFolder(async (folder) => {
      await runExperiment(request(folder));
      let tried: string[] = [];
      const experiment = { ...study(), rows: async ({ id }: { id: string }) => (tried.push(id), []) };
      await runExperiment({ ...request(folder), experiment });
      expect(tried).toEqual([]);
      const again = await runExperiment({ ...request(folder), experiment, retryFailed: true });
      expect([tried, again]).toEqual([['image-7', 'image-17'], expect.objectContaining({ done: 20, failed: 0 })]);
      tried = [];
      expect(await runExperiment({ ...request(folder), experiment, retryFailed: true })).toMatchObject({ worked: 0 });
      expect(tried).toEqual([]);
    });
  });

  it('stop a strict run at once, which keeps the rest and tries them again', async () => {
    await withFolder(async (folder) => {
      const strict = { ...request(folder), strict: true };
      await expect(runExperiment(strict)).rejects.toEqual(
        coded('RUN_ITEM_FAILED', { message: '"image-7" failed: image-7 has no pixels', found: 'IMAGE_EMPTY' }),
      );
      expect(await loggedItems(folder)).toEqual([0, 1, 2, 3, 4, 5, 6].map((place) => `image-${place}`));
      expect(await runExperiment(request(folder))).toMatchObject({ worked: 13, failed: 2 });
      await expect(runExperiment({ ...request(folder), strict: true })).rejects.toEqual(coded('RUN_ITEM_FAILED'));
    });
  });

  it.each([
    ['NaN', { area: NaN }, 'NaN at rows[0].area'],
    ['an infinity in a list', { curve: Float64Array.of(1, Infinity) }, 'Infinity at rows[0].curve[1]'],
    ['a bigint', { count: 1n }, 'a bigint at rows[0].count'],
    ['a Map', { details: new Map() }, 'a Map at rows[0].details'],
    ['a hole', { curve: [1, undefined] }, 'undefined at rows[0].curve[1]'],
  ])('include those whose rows no record can keep: %s', async (_, row, found) => {
    await withFolder(async (folder) => {
      const experiment = { rows: async () => [row], summarise: async () => null };
      expect(await runExperiment({ ...request(folder, 1), experiment })).toMatchObject({ done: 0, failed: 1 });
      const message = `A row has a value that cannot be stored: ${found}.`;
      expect((await logged(folder))[0]).toMatchObject({ error: { code: 'ROW_NOT_STORABLE', message } });
    });
  });

  it('are told of whatever was thrown', async () => {
    await withFolder(async (folder) => {
      const thrown: unknown[] = [new TypeError('no'), 'text', undefined];
      const experiment = {
        rows: async ({ id }: { id: string }) => {
          throw thrown[Number(id.slice(6))];
        },
        summarise: async () => null,
      };
      await runExperiment({ ...request(folder, 3), experiment });
      const failures = (await logged(folder)).flatMap(({ error }) => (error === undefined ? [] : [error]));
      expect(failures).toEqual([
        { code: 'TypeError', message: 'no' },
        { code: 'UNKNOWN', message: 'text' },
        { code: 'UNKNOWN', message: 'undefined' },
      ]);
    });
  });
});

describe('a failure of the environment', () => {
  const failures: readonly (readonly [string, Error])[] = [
    ['no room', Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })],
    ['a file that is gone', Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' })],
    [
      'no permission, behind an error of a reader',
      Object.assign(new Error('the image cannot be read'), {
        ...{ code: 'DATASET_IMAGE_NOT_READABLE', cause: Object.assign(new Error('EACCES'), { code: 'EACCES' }) },
      }),
    ],
  ];

  it.each(failures)('stops the run and is no result of its item: %s', async (_, failure) => {
    await withFolder(async (folder) => {
      let broken = true;
      const experiment = study(async ({ id }) => {
        if (broken && id === 'image-4') throw failure;
      });
      await expect(runExperiment({ ...request(folder), experiment })).rejects.toEqual(
        coded('RUN_STOPPED', { message: expect.stringContaining('"image-4"'), cause: failure }),
      );
      expect(await loggedItems(folder)).toEqual(['image-0', 'image-1', 'image-2', 'image-3']);
      broken = false;
      expect(await runExperiment({ ...request(folder), experiment })).toMatchObject({ worked: 16, failed: 2 });
      const uninterrupted = await withFolder(async (other) => (await runExperiment(request(other)), contents(other)));
      expect(await contents(folder)).toEqual(uninterrupted);
    });
  });

  it('lets the items under way finish, and begins no others', async () => {
    await withFolder(async (folder) => {
      const interruption = new AbortController();
      const stopped = new Promise((resolve) => interruption.signal.addEventListener('abort', resolve));
      const experiment = study(async ({ id }) => {
        if (id === 'image-1') {
          interruption.abort();
          throw failures[0]![1];
        }
        await stopped;
      });
      await expect(runExperiment({ ...request(folder), experiment, concurrency: 3 })).rejects.toEqual(
        coded('RUN_STOPPED'),
      );
      expect((await loggedItems(folder)).toSorted()).toEqual(['image-0', 'image-2']);
    });
  });

  it('comes before the failures of a strict run, and before the tables', async () => {
    await withFolder(async (folder) => {
      const experiment = study(async () => {
        throw failures[1]![1];
      });
      await expect(runExperiment({ ...request(folder), experiment, strict: true })).rejects.toEqual(
        coded('RUN_STOPPED', { found: 'ENOENT' }),
      );
      expect(Object.keys(await contents(folder))).toEqual(['run.json']);
    });
  });
});

describe('stopping and watching', () => {
  it('keeps what is under way when it is aborted, and goes on later', async () => {
    await withFolder(async (folder) => {
      const interruption = new AbortController();
      const stopped = new Promise((resolve) => interruption.signal.addEventListener('abort', resolve));
      const experiment = study(async ({ id }) => {
        if (id === 'image-4') interruption.abort(new Error('enough'));
        if (id !== 'image-3') return;
        await stopped;
        throw new Error('fails because it was stopped');
      });
      const aborted = { ...request(folder), experiment, concurrency: 2, signal: interruption.signal };
      await expect(runExperiment(aborted)).rejects.toThrow('enough');
      expect(await loggedItems(folder)).toEqual(['image-0', 'image-1', 'image-2', 'image-4']);
      expect(await runExperiment(request(folder))).toMatchObject({ worked: 16, failed: 2 });
      const uninterrupted = await withFolder(async (other) => (await runExperiment(request(other)), contents(other)));
      expect(await contents(folder)).toEqual(uninterrupted);
      await expect(runExperiment(aborted)).rejects.toThrow('enough');
    });
  });

  it('is not held up by a stream that never gives its next item', async () => {
    await withFolder(async (folder) => {
      const interruption = new AbortController();
      const items = (async function* () {
        yield { id: 'a' };
        interruption.abort(new Error('enough'));
        await new Promise(() => undefined);
      })();
      const run = runExperiment({ ...request(folder), items, concurrency: 2, signal: interruption.signal });
      await expect(run).rejects.toThrow('enough');
      expect(await loggedItems(folder)).toEqual(['a']);
    });
  });

  it('reports progress, what was there before included', async () => {
    await withFolder(async (folder) => {
      await runExperiment(request(folder, 8));
      const seen: Progress[] = [];
      await runExperiment({ ...request(folder, 10), total: 10, onProgress: (progress) => seen.push(progress) });
      expect(seen.map(({ done, failed, resumed, total }) => [done, failed, resumed, total])).toEqual([
        [7, 1, 8, 10],
        [8, 1, 8, 10],
        [9, 1, 8, 10],
      ]);
      expect(seen[0]).not.toHaveProperty('rate');
      expect(seen[2]!.rate).toBeGreaterThan(0);
      expect(seen[2]!.eta).toBe(0);
    });
  });

  it('refuses options that make no sense before it makes a folder', async () => {
    await withFolder(async (folder) => {
      const wrong = [
        { concurrency: 0 },
        { shard: { index: 2, count: 2 } },
        { shard: { index: 0.5, count: 2 } },
        { tables: [{ name: '../rows', records: () => [] }] },
        { tables: [{ name: 'failures', records: () => [] }] },
        { description: { seed: 3 } },
        { description: { about: {} } },
        { seed: NaN },
      ];
      for (const options of wrong) {
        await expect(runExperiment({ ...request(folder), ...options })).rejects.toBeInstanceOf(RangeError);
      }
      await expect(readFile(join(folder, 'run.json'))).rejects.toThrow('ENOENT');
    });
  });
});

describe('a disk that fails', () => {
  it('is told of with the file, and nothing that was flushed is lost', async () => {
    await withFolder(async (folder) => {
      let room = 1500;
      const fileSystem = gatedDisk(({ name, bytes, path }) => {
        if (name !== 'write' || !path.endsWith('.jsonl')) return bytes;
        const through = Math.min(bytes, room);
        room -= through;
        return through;
      });
      const full = runExperiment(request(folder, 20, fileSystem));
      await expect(full).rejects.toEqual(
        coded('RUN_FOLDER_NOT_WRITABLE', {
          found: 'ENOSPC: no space left on device, write',
          message: `"${join(folder, 'rows.jsonl')}" cannot be written.`,
        }),
      );
      const kept = await loggedItems(folder);
      expect(kept.length).toBeGreaterThan(2);
      expect(Object.keys(await contents(folder))).toEqual(['run.json']);
      expect(await runExperiment(request(folder))).toMatchObject({ worked: 20 - kept.length });
      const uninterrupted = await withFolder(async (other) => (await runExperiment(request(other)), contents(other)));
      expect(await contents(folder)).toEqual(uninterrupted);
    });
  });

  it('leaves no half table behind', async () => {
    await withFolder(async (folder) => {
      const fileSystem = gatedDisk(({ bytes, path }) => (path.includes('.parquet') ? Math.min(bytes, 0) : bytes));
      await expect(runExperiment(request(folder, 20, fileSystem))).rejects.toEqual(coded('RUN_FOLDER_NOT_WRITABLE'));
      expect(Object.keys(await contents(folder))).toEqual(['run.json', 'tables/failures.csv']);
    });
  });

  it('flushes every batch before it writes the next', async () => {
    await withFolder(async (folder) => {
      const operations: string[] = [];
      const fileSystem = gatedDisk(({ name, path, bytes }) => {
        if (path.endsWith('rows.jsonl') && (name === 'write' || name === 'datasync')) operations.push(name);
        return bytes;
      });
      await runExperiment(request(folder, 20, fileSystem));
      const writes = operations.filter((name) => name === 'write').length;
      expect(writes).toBeGreaterThan(0);
      expect(operations.join(' ')).toBe(`datasync${' write datasync'.repeat(writes)}`);
    });
  });

  it('is told of where the folder cannot be made', async () => {
    await withFolder(async (folder) => {
      await mkdir(dirname(folder), { recursive: true });
      await writeFile(folder, 'a file');
      await expect(runExperiment(request(folder))).rejects.toEqual(coded('RUN_FOLDER_NOT_WRITABLE'));
    });
  });
});

async function* some(ids: readonly string[]): AsyncGenerator<{ readonly id: string }> {
  for (const id of ids) yield { id };
}

function once<Value>(value: Value, place: number, all: readonly Value[]): boolean {
  return all.indexOf(value) === place;
}
