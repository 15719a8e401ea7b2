import type { Store, StoreLock } from '@understory/core';
import { check, checkRejects, isSame } from './check.ts';
import { timed, type ContractCase, type ContractTime } from './contract-case.ts';

export interface StoreSubject extends ContractTime {
  /** A store with nothing in it, another each time. */
  readonly create: () => Store | Promise<Store>;
  /** The same place opened once more, as another process would; without it the store is its only way in. */
  readonly reopen?: (store: Store) => Store | Promise<Store>;
}

const notReadable = 'RUN_FOLDER_NOT_READABLE';
const notWritable = 'RUN_FOLDER_NOT_WRITABLE';
const alone = { name: 'run', beside: () => false };
const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);

/** What every store promises, one case a promise. */
export function storeContract({ create, reopen, ...time }: StoreSubject): readonly ContractCase[] {
  const fresh = async () => create();
  return timed(time, [
    {
      name: 'has nothing in it at first',
      async run() {
        const store = await fresh();
        checkSame('names', await store.names(''), []);
        checkSame('files', await store.list(''), []);
        checkSame('names of a missing folder', await store.names('gone/too'), []);
        checkSame('files of a missing folder', await store.list('gone'), []);
        checkSame('a missing file', await store.read('gone/file'), undefined);
        checkSame('a missing text', await store.readText('file'), undefined);
        checkSame('a missing file, opened', await store.openToRead('gone/file'), undefined);
      },
    },
    {
      name: 'gives back what was written, byte for byte',
      async run() {
        const store = await fresh();
        await store.write('bytes', everyByte);
        checkBytes('every byte', await store.read('bytes'), everyByte);
        const text = '\ufeffé \u{1f9c0}\r\n"';
        await store.write('text', text);
        checkSame('a text', await store.readText('text'), text);
        checkBytes('a text, as bytes', await store.read('text'), utf8(text));
        await store.write('empty', '');
        checkBytes('an empty file', await store.read('empty'), new Uint8Array());
        await store.write('bytes', 'short');
        checkSame('a shorter text over a longer file', await store.readText('bytes'), 'short');
      },
    },
    {
      name: 'keeps files that are its own, whatever becomes of buffers handed in and out',
      async run() {
        const store = await fresh();
        const buffer = utf8('abc');
        const written = [store.write('written', buffer), store.create('created', buffer)];
        buffer.fill(0);
        await Promise.all(written);
        const sunk = utf8('abc');
        await store.replace('filled', async (sink) => {
          for (let time = 0; time < 2; time += 1) {
            await sink(sunk);
            sunk.fill(45);
          }
        });
        const log = await store.openToAppend('log', 0);
        const line = utf8('abc');
        await log.append(line);
        line.fill(0);
        await log.flush();
        await log.close();
        for (const name of ['written', 'created', 'log']) {
          (await store.read(name))?.fill(1);
          checkSame(name, await store.readText(name), 'abc');
        }
        checkSame('filled', await store.readText('filled'), 'abc---');
      },
    },
    {
      name: 'makes the folders above a file, and lists what is below one in order',
      async run() {
        const store = await fresh();
        for (const name of ['b/2/x', 'b/10', 'a', 'b/2/a']) await store.write(name, name);
        await store.create('c/d', 'c/d');
        await (await store.openToAppend('e/log', 0)).close();
        checkSame('names', await store.names(''), ['a', 'b', 'c', 'e']);
        checkSame('names of a folder', await store.names('b'), ['10', '2']);
        checkSame('files', await store.list(''), ['a', 'b/10', 'b/2/a', 'b/2/x', 'c/d', 'e/log']);
        checkSame('files of a folder', await store.list('b'), ['b/10', 'b/2/a', 'b/2/x']);
        checkSame('files of a folder in it', await store.list('b/2'), ['b/2/a', 'b/2/x']);
        checkSame('a file in a folder', await store.readText('b/2/x'), 'b/2/x');
      },
    },
    {
      name: 'writes a file as a whole or not at all',
      async run() {
        const store = await fresh();
        await store.write('table', 'old');
        const failure = new Error('no more rows');
        for (const name of ['table', 'new']) {
          const seen: (string | undefined)[] = [];
          const outcome = await store
            .replace(name, async (sink) => {
              await sink(utf8('ne'));
              seen.push(await store.readText('table'));
              throw failure;
            })
            .catch((error: unknown) => error);
          check(outcome === failure, `${name}: expected the failure of who fills it, found ${String(outcome)}`);
          checkSame(`${name}, while it is written`, seen, ['old']);
        }
        checkSame('after both', [await store.readText('table'), await store.readText('new')], ['old', undefined]);
        checkSame('what is there', await store.names(''), ['table']);
        await store.replace('table', async (sink) => {
          for (const piece of ['one', '', ' and', ' two']) await sink(utf8(piece));
        });
        checkSame('written in pieces', await store.readText('table'), 'one and two');
        checkSame('what is there in the end', await store.names(''), ['table']);
      },
    },
    {
      name: 'creates a file for one of many that ask at once, and never over another',
      async run() {
        const store = await fresh();
        const texts = Array.from({ length: 8 }, (_, place) => `text ${place}`);
        const made = await Promise.all(texts.map((text) => store.create('file', text)));
        checkSame('how many did', made.filter((did) => did).length, 1);
        checkSame('its text', await store.readText('file'), texts[made.indexOf(true)]);
        checkSame('once more', await store.create('file', 'other'), false);
        checkSame('the text after that', await store.readText('file'), texts[made.indexOf(true)]);
        checkSame('what is there', await store.names(''), ['file']);
        await store.remove('file');
        checkSame('after it was removed', await store.create('file', 'again'), true);
      },
    },
    {
      name: 'appends behind what a file is known to hold',
      async run() {
        const store = await fresh();
        const log = await store.openToAppend('log', 0);
        checkSame('made', await store.names(''), ['log']);
        for (const line of ['one\n', 'two\n']) {
          await log.append(utf8(line));
          await log.flush();
        }
        await log.append(everyByte);
        await log.close();
        const appended = (await store.read('log')) ?? new Uint8Array();
        checkBytes('appended texts', appended.subarray(0, 8), utf8('one\ntwo\n'));
        checkBytes('appended bytes', appended.subarray(8), everyByte);
        const cut = await store.openToAppend('log', 4);
        await cut.flush();
        checkSame('cut', await store.readText('log'), 'one\n');
        await cut.append(utf8('three\n'));
        await cut.append(utf8('four\n'));
        await cut.flush();
        checkSame('appended after it was cut', await store.readText('log'), 'one\nthree\nfour\n');
        await cut.close();
        await (await store.openToAppend('log', 15)).close();
        checkSame('opened with all that it holds', await store.readText('log'), 'one\nthree\nfour\n');
      },
    },
    {
      name: 'reads from any position',
      async run() {
        const store = await fresh();
        await store.write('file', everyByte);
        const file = await store.openToRead('file');
        check(file !== undefined, 'a file that is there: expected it open, found none');
        for (const [position, length, expected] of [
          [0, 256, 256],
          [10, 5, 5],
          [250, 20, 6],
          [256, 4, 0],
          [300, 4, 0],
        ] as const) {
          const target = new Uint8Array(length);
          checkSame(`bytes from ${position}`, await file.read(target, position), expected);
          checkBytes(
            `from ${position}`,
            target.subarray(0, expected),
            everyByte.subarray(position, position + expected),
          );
        }
        await file.close();
      },
    },
    {
      name: 'removes files, folders with all that is in them, and what is not there without a word',
      async run() {
        const store = await fresh();
        for (const name of ['a', 'b/c', 'b/d/e', 'bc']) await store.write(name, name);
        for (const name of ['a', 'b', 'b', 'gone/too']) await store.remove(name);
        checkSame('what is left', [await store.list(''), await store.names('')], [['bc'], ['bc']]);
      },
    },
    {
      name: 'prepares a folder and leaves nothing in it',
      async run() {
        const store = await fresh();
        for (const folder of ['', 'a/b', 'a/b']) await store.prepare(folder);
        checkSame(
          'what is there',
          [await store.names('a'), await store.names('a/b'), await store.list('')],
          [['b'], [], []],
        );
        await store.write('a/b/c', 'text');
        await store.prepare('a/b');
        checkSame('a file in it', await store.readText('a/b/c'), 'text');
      },
    },
    {
      name: 'refuses a folder for a file and a file for a folder, naming it',
      async run() {
        const store = await fresh();
        await store.write('folder/file', 'text');
        const refused: readonly (readonly [string, string, () => Promise<unknown>])[] = [
          ['folder', notReadable, () => store.read('folder')],
          ['folder/file/x', notReadable, () => store.read('folder/file/x')],
          ['folder/file', notReadable, () => store.names('folder/file')],
          ['folder/file', notReadable, () => store.list('folder/file')],
          ['folder', notWritable, () => store.write('folder', 'text')],
          ['folder', notWritable, () => store.openToAppend('folder', 0)],
          ['folder/file/x', notWritable, () => store.write('folder/file/x', 'text')],
          ['folder/file/x', notWritable, () => store.create('folder/file/x', 'text')],
          ['folder/file', notWritable, () => store.prepare('folder/file')],
        ];
        for (const [at, [name, code, ask]] of refused.entries()) {
          await checkRejects(`${name}, refusal ${at}`, ask, code);
          const { message } = (await ask().catch((error: unknown) => error)) as Error;
          check(message.includes(store.pathOf(name)), `${name}: expected ${store.pathOf(name)} in "${message}"`);
        }
        checkSame('what is there', await store.list(''), ['folder/file']);
        checkSame('the file', await store.readText('folder/file'), 'text');
      },
    },
    {
      name: 'refuses names that lead out of it',
      async run() {
        const store = await fresh();
        for (const name of ['..', '../x', 'a/../b', './a', '/a', 'a//b', 'a/']) {
          for (const ask of [
            () => store.read(name),
            () => store.write(name, 'text'),
            () => store.remove(name),
            () => store.list(name),
          ]) {
            const error = await (async () => ask())().catch((failure: unknown) => failure);
            check(isRangeError(error), `"${name}": expected a RangeError, found ${String(error)}`);
          }
        }
        checkSame('what is there', await store.list(''), []);
      },
    },
    {
      name: 'gives a lock to one of many that ask at once, and again once it is released',
      async run() {
        const store = await fresh();
        await store.prepare('');
        const asked = await Promise.allSettled(Array.from({ length: 5 }, () => store.lock(alone)));
        const locks = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
        checkSame('how many have it', locks.length, 1);
        await locks[0]!.check();
        await checkRejects('asked for while it is held', () => store.lock(alone), 'RUN_LOCKED');
        await locks[0]!.check();
        await locks[0]!.release();
        const again = await store.lock(alone);
        await again.check();
        await again.release();
        checkSame('what is left', await store.names(''), []);
      },
    },
    {
      name: 'lets those locks stand beside each other that may',
      async run() {
        const store = await fresh();
        await store.prepare('');
        const shard = (index: number, count: number) => ({
          name: `shard-${index}-of-${count}`,
          beside: (other: string) => other.endsWith(`-of-${count}`),
        });
        const held: StoreLock[] = [await store.lock(shard(0, 2)), await store.lock(shard(1, 2))];
        for (const other of [shard(0, 2), shard(0, 3), alone]) {
          await checkRejects(`${other.name} beside two shards`, () => store.lock(other), 'RUN_LOCKED');
        }
        for (const lock of held) {
          await lock.check();
          await lock.release();
        }
        const whole = await store.lock(alone);
        await checkRejects('a shard beside the whole', () => store.lock(shard(0, 2)), 'RUN_LOCKED');
        await whole.release();
      },
    },
    {
      name: 'removes what was left and nothing that is whole',
      async run() {
        const store = await fresh();
        const lock = await store.lock(alone);
        for (const name of ['file', 'folder/file']) await store.write(name, name);
        await store.removeLeftovers('', 'folder', 'gone');
        await lock.check();
        checkSame(
          'files',
          [await store.readText('file'), await store.readText('folder/file')],
          ['file', 'folder/file'],
        );
        await lock.release();
        checkSame('what is there', await store.list(''), ['file', 'folder/file']);
      },
    },
    {
      name: 'says where its files are',
      async run() {
        const store = await fresh();
        check(store.path !== '', 'expected a path that messages can tell, found an empty one');
        for (const name of ['file', 'folder/file']) {
          const found = store.pathOf(name);
          check(
            found.replaceAll('\\', '/').endsWith(`/${name}`) && found !== store.pathOf('other'),
            `${name}: expected a path that ends with it, found ${found}`,
          );
        }
      },
    },
    {
      name: 'shows the same files and locks to who opens it once more',
      ...(reopen === undefined && { skip: 'the store is its only way in' }),
      async run() {
        if (reopen === undefined) return;
        const store = await fresh();
        await store.write('folder/file', everyByte);
        const lock = await store.lock(alone);
        const other = await reopen(store);
        checkSame('where it is', other.path, store.path);
        checkBytes('a file', await other.read('folder/file'), everyByte);
        await checkRejects('a lock that is held', () => other.lock(alone), 'RUN_LOCKED');
        checkSame('a file that is there', await other.create('folder/file', 'other'), false);
        await other.write('answer', 'yes');
        checkSame('a file of the other', await store.readText('answer'), 'yes');
        await lock.check();
        await lock.release();
        await (await other.lock(alone)).release();
      },
    },
  ]);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

// By its name, because errors of another realm are of another class.
function isRangeError(error: unknown): boolean {
  return (error as { readonly name?: unknown } | null)?.name === 'RangeError';
}

function checkSame(what: string, actual: unknown, expected: unknown): void {
  check(isSame(actual, expected), `${what}: expected ${shown(expected)}, found ${shown(actual)}`);
}

function checkBytes(what: string, actual: Uint8Array | undefined, expected: Uint8Array): void {
  check(actual !== undefined, `${what}: expected ${expected.length} bytes, found no file`);
  checkSame(what, Array.from(actual), Array.from(expected));
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
