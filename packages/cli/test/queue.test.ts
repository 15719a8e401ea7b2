import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { hasRedis, redisServer, withoutRedis, type RedisServer } from '@understory/testing/node';
import { emptyWorkspace, fakeWorkspace, quarter, repository, type Workspace } from './support/workspace.ts';

jest.setTimeout(60_000);

const password = 'hunter2-of-the-queue';
const secret = 'secret-of-the-environment';

/** All that a Redis has: names and contents of its keys. */
function contents(redis: RedisServer): string {
  const all = `local found = {}
    for _, key in ipairs(redis.call('KEYS', '*')) do
      table.insert(found, key)
      table.insert(found, redis.call('DUMP', key))
    end
    return found`;
  const asked = ['-p', `${redis.port}`, '-a', password, '--no-auth-warning', 'EVAL', all, '0'];
  return execFileSync('redis-cli', asked, { encoding: 'latin1' }).trim();
}

(hasRedis ? describe : describe.skip)(`studies over a queue${withoutRedis}`, () => {
  let redis: RedisServer;
  let main: Workspace;
  let other: Workspace;
  let url: string;
  /** What ends the workers of a test, and what they said by then. */
  let ending: (() => Promise<readonly string[]>)[];

  beforeAll(async () => {
    redis = await redisServer(['--requirepass', password]);
    url = redis.url.replace('redis://', `redis://:${password}@`);
    [main, other] = [await fakeWorkspace(), await fakeWorkspace()];
    for (const { folder, write } of [main, other]) {
      const files = ['fake-metrics.mjs', 'fake-attacks.mjs'];
      for (const name of files) await cp(join(repository, 'packages/cli/test/support', name), join(folder, name));
      const packages = ['subjects', 'probe-shuffle', 'executor-bullmq'].map((name) => `@understory/${name}`);
      const plugins = ['./fake-plugin.mjs', ...files.map((name) => `./${name}`), ...packages];
      await write('understory.config.json', JSON.stringify({ plugins }));
      await write('model/second.fake.json', '{ }');
    }
    for (const [place, name] of [
      [main, 'data'],
      [other, 'store/data'],
    ] as const) {
      for (const [at, colour] of [
        [255, 0, 0],
        [0, 255, 0],
        [0, 0, 255],
      ].entries()) {
        for (const copy of [1, 2, 3])
          await place.write(
            `${name}/${['red', 'green', 'blue'][at]}/${copy}.png`,
            await quarter(colour as [number, number, number]),
          );
      }
    }
  });
  afterAll(async () => {
    await Promise.all([main.remove(), other.remove(), redis.close()]);
  });
  beforeEach(() => void (ending = []));
  afterEach(async () => void (await Promise.all(ending.map((end) => end()))));

  const startWorker = (...more: readonly string[]) => {
    const interruption = new AbortController();
    const outcome = other.cli(['worker', '--queue', url, '--concurrency', '2', ...more], {
      signal: interruption.signal,
      env: { TOKEN: secret },
    });
    const end = async () => {
      interruption.abort();
      const { code, stdout, stderr } = await outcome;
      return [`${code}`, stdout, stderr];
    };
    ending.push(end);
    return end;
  };
  const study = (out: string, ...more: readonly string[]) => [
    ...['evaluate', 'folder:data', '--model', 'model/tiny.fake.json', '--explainer', 'brightness', '--metric', 'mass'],
    ...['--out', out, ...more],
  ];
  /** Until a worker was told whether it gets work, and has had the time to say so. */
  const answered = async () => {
    while (!contents(redis).includes(':verdicts')) await pause(50);
    await pause(500);
  };
  const filesOf = async (out: string) => {
    const entries = await readdir(join(main.folder, out), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    const texts = await Promise.all(
      files.map(
        async (file) => [file.slice(main.folder.length + out.length + 1), await readFile(file, 'latin1')] as const,
      ),
    );
    return Object.fromEntries(
      texts.map(([file, text]) => [file, file.endsWith('.jsonl') ? text.trim().split('\n').sort().join('\n') : text]),
    );
  };

  it('have the files of one process, and leave no secret anywhere', async () => {
    expect(await main.cli(study('here', '--quiet'))).toMatchObject({ code: 0, stderr: '' });
    const end = startWorker('--data-root', 'store', '--model-root', 'model');
    const running = main.cli(study('there', '--queue', url), {
      env: { TOKEN: secret, UNDERSTORY_QUEUE_PASSWORD: password },
    });
    let seen = '';
    let isRunning = true;
    const watching = (async () => {
      while (isRunning) {
        seen += contents(redis);
        await pause(50);
      }
    })();
    const { code, stdout, stderr } = await running;
    isRunning = false;
    await watching;
    expect([code, stderr]).toEqual([0, expect.stringContaining('joins in')]);
    expect(await filesOf('there')).toEqual(await filesOf('here'));
    const said = await end();
    expect(said[0]).toBe('0');
    expect(said[2]).toContain('works for evaluate tiny.fake.json');
    expect(seen).toContain('folder:data');
    const all = [seen, stdout, stderr, ...said, JSON.stringify(await filesOf('there'))].join('\n');
    expect(all).not.toContain(password);
    expect(all).not.toContain(secret);
    expect(contents(redis)).toBe('');
  });

  const model = ['--model', 'model/tiny.fake.json', '--explainer', 'brightness'];
  const shuffle = ['--probe', 'shuffle:grid=2,permutations=1'];
  const push = ['--attack', 'push:steps=2', '--epsilon', '8/255', '--mask', 'all'];
  const examined = ['--explainer', 'brightness', '--metric', 'mass', ...shuffle, ...push];

  it.each([
    ['attack', ['attack', 'push:steps=2', 'folder:data', ...model, '--untargeted', '--mask', 'all,origin-top']],
    ['probe', ['probe', 'shuffle', 'folder:data', ...model, '--grid', '2', '--permutations', '2']],
    ['compare', ['compare', 'model/tiny.fake.json', 'model/second.fake.json', '--images', 'folder:data', ...examined]],
    ['diagnose', ['diagnose', 'folder:data', '--model', 'model/tiny.fake.json', ...examined]],
    ['a list of studies', ['run', 'list.json']],
  ])('have the files of one process: %s', async (name, argv) => {
    const probed = {
      version: 1,
      study: 'probe',
      probe: 'shuffle:grid=2,permutations=2',
      model: 'model/tiny.fake.json',
    };
    const images = { from: ['folder:data'] };
    const studies = [{ name: 'order', spec: { ...probed, images, explainer: null } }];
    await main.write('list.json', JSON.stringify({ version: 1, title: 'A list', studies, claims: [] }));
    expect(await main.cli([...argv, '--out', `${name}-here`, '--quiet'])).toMatchObject({ code: 0, stderr: '' });
    startWorker('--data-root', 'store', '--model-root', 'model');
    const { code, stderr } = await main.cli([...argv, '--out', `${name}-there`, '--queue', url]);
    expect([code, stderr]).toEqual([0, expect.stringContaining('joins in')]);
    const [here, there] = [await filesOf(`${name}-here`), await filesOf(`${name}-there`)];
    expect(Object.keys(there).length).toBeGreaterThan(4);
    expect(there).toEqual(here);
  });

  it('go on after an interruption, with the same command', async () => {
    const interruption = new AbortController();
    const stopped = main.cli(study('stopped', '--queue', url), { signal: interruption.signal });
    setTimeout(() => interruption.abort(), 1500);
    const { code, stderr } = await stopped;
    expect([code, stderr]).toEqual([2, expect.stringContaining('INTERRUPTED')]);
    startWorker('--data-root', 'store');
    expect(await main.cli(study('stopped', '--queue', url, '--quiet'))).toMatchObject({ code: 0 });
    const { 'run.json': before, ...files } = await filesOf('here');
    const { 'run.json': after, ...found } = await filesOf('stopped');
    expect([found, after]).toEqual([files, before]);
  });

  it('tell both sides of a worker with other data, which gets no work', async () => {
    await other.write('store/data/red/4.png', await quarter([255, 0, 0]));
    const end = startWorker('--data-root', 'store');
    const interruption = new AbortController();
    const outcome = main.cli(study('refused', '--queue', url, '--json'), { signal: interruption.signal });
    await answered();
    interruption.abort();
    const { stderr } = await outcome;
    const [, , said] = await end();
    await rm(join(other.folder, 'store/data/red/4.png'));
    for (const text of [stderr, said!]) {
      expect(text).toContain('WORKER_DIFFERS');
      expect(text).toMatch(/9 images/);
      expect(text).toMatch(/10 images/);
    }
  });

  it('are refused by a worker that is named a file outside or a plugin that it has not', async () => {
    const end = startWorker('--data-root', 'photos');
    const interruption = new AbortController();
    const outcome = main.cli(study('outside', '--queue', url, '--json'), { signal: interruption.signal });
    await answered();
    interruption.abort();
    const { stderr } = await outcome;
    const [, , said] = await end();
    for (const text of [stderr, said!]) expect(text).toContain('PATH_NOT_OFFERED');
  });

  it('are listed with their workers', async () => {
    const empty = await main.cli(['queue', 'status', '--queue', url, '--quiet']);
    expect(empty).toEqual({
      code: 0,
      stdout: 'Studies\nNo study is handed out.\n\nWorkers\nNo worker is there.\n',
      stderr: '',
    });
    const interruption = new AbortController();
    const outcome = main.cli(study('listed', '--queue', url, '--quiet'), { signal: interruption.signal });
    let found: { studies: object[]; workers: object[] };
    do {
      const { stdout } = await main.cli(['queue', 'status', '--queue', url, '--json']);
      found = JSON.parse(stdout) as typeof found;
    } while (found.studies.length === 0);
    expect(found).toEqual({
      studies: [
        {
          ...{ id: expect.any(String), title: 'evaluate tiny.fake.json', host: expect.any(String), pid: process.pid },
          ...{ since: expect.any(String), total: 9, done: 0, failed: 0, pace: null },
          ...{ waiting: expect.any(Number), active: 0, workers: [] },
        },
      ],
      workers: [],
    });
    const { stdout } = await main.cli(['queue', 'status', '--queue', url]);
    expect(stdout).toMatch(/evaluate tiny\.fake\.json {2}.* 0\/9 /);
    interruption.abort();
    expect((await outcome).code).toBe(2);
  });

  it('stop where no worker takes part for as long as --queue-wait says, and a worker needs its folders', async () => {
    const { code, stderr } = await main.cli(study('alone', '--queue', url, '--queue-wait', '1'));
    expect([code, stderr]).toEqual([2, expect.stringMatching(/NO_WORKER/)]);
    expect(await other.cli(['worker', '--queue', url, '--data-root', 'nowhere'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("The folder 'nowhere' is not there."),
    });
  });

  it('say what is wrong with a password or an address, without repeating it', async () => {
    const wrong = redis.url.replace('redis://', 'redis://:another-password@');
    for (const [address, code] of [
      [wrong, 'QUEUE_REFUSED'],
      ['redis://:another-password@127.0.0.1:1/0', 'QUEUE_NOT_REACHABLE'],
      ['redis://:another-password@there/what', 'QUEUE_URL_INVALID'],
    ] as const) {
      const { code: exit, stdout, stderr } = await main.cli(['queue', 'status', '--queue', address]);
      expect([exit, stdout]).toEqual([2, '']);
      expect(stderr).toContain(code);
      expect(stderr).not.toContain('another-password');
    }
    expect(await other.cli(['worker', '--queue', wrong])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('QUEUE_REFUSED'),
    });
  });
});

describe('--queue', () => {
  it('excludes --workers, and does not get into a specification', async () => {
    const workspace = await emptyWorkspace();
    const argv = ['evaluate', 'orchard', '--model', 'cifar10-resnet', '--queue', `redis://:${password}@there`];
    const both = await workspace.cli([...argv, '--workers', '2', '--out', 'out']);
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('USAGE')]);
    const alone = await workspace.cli([
      'evaluate',
      'orchard',
      '--model',
      'cifar10-resnet',
      '--queue-wait',
      '5',
      '--out',
      'out',
    ]);
    expect([alone.code, alone.stderr]).toEqual([
      2,
      expect.stringContaining("'--queue-wait <s>' needs '--queue <url>'"),
    ]);
    const { code, stdout } = await workspace.cli([...argv, '--print-spec']);
    expect([code, both.stderr.includes(password), stdout.includes('redis')]).toEqual([0, false, false]);
    await workspace.remove();
  });
});
