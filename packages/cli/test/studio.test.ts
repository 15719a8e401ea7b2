import { afterAll, expect, it, jest } from '@jest/globals';

const closed = jest.fn(async () => undefined);
const serveStudio = jest.fn(async (_: object) => ({
  ...{ url: 'http://127.0.0.1:4711/?token=secret', port: 4711, enginePid: 1 },
  ...{ ticket: () => 'http://127.0.0.1:4711/open?ticket=once', close: closed },
}));
const open = jest.fn(async (_: string) => ({ on: () => undefined }));
// What it serves is tested in its own package, and no test opens a browser.
jest.unstable_mockModule('@understory/studio/server', () => ({ serveStudio }));
jest.unstable_mockModule('open', () => ({ default: open }));

const { emptyWorkspace } = await import('./support/workspace.ts');
const workspace = await emptyWorkspace();
afterAll(() => workspace.remove());

/** Runs the command until it has begun, and ends it as Ctrl-C does. */
async function studio(argv: readonly string[], env: Record<string, string> = {}) {
  jest.clearAllMocks();
  const controller = new AbortController();
  const outcome = workspace.cli(['studio', ...argv], { signal: controller.signal, env });
  while (serveStudio.mock.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(closed).not.toHaveBeenCalled();
  controller.abort();
  return outcome;
}

it('serves the paths that are given, prints the address, opens a ticket in the browser, and ends in order', async () => {
  const { code, stdout, stderr } = await studio(['photos', 'models', '--runs', 'out', '--port', '4711'], {
    DISPLAY: ':0',
  });
  expect([code, stdout]).toEqual([0, 'http://127.0.0.1:4711/?token=secret\n']);
  expect(stderr).toBe('The studio runs until Ctrl-C; its address has a token, keep it to yourself.\n');
  const asked = { paths: ['photos', 'models'], runs: 'out', port: 4711, cwd: workspace.folder };
  expect(serveStudio.mock.calls).toEqual([[expect.objectContaining(asked)]]);
  expect(open.mock.calls).toEqual([['http://127.0.0.1:4711/open?ticket=once']]);
  expect(closed).toHaveBeenCalledTimes(1);
});

it('opens no browser where it is told so, where there is no display, and for a program', async () => {
  for (const [argv, env] of [
    [['--no-open'], { DISPLAY: ':0' }],
    [[], { SSH_CONNECTION: 'from afar' }],
    [['--json'], { DISPLAY: ':0' }],
  ] as const) {
    expect((await studio(argv, env)).code).toBe(0);
    expect(open).not.toHaveBeenCalled();
  }
  const { stdout, stderr } = await studio(['--json', 'photos']);
  expect(JSON.parse(stdout)).toEqual({
    ...{ url: 'http://127.0.0.1:4711/?token=secret', port: 4711, runs: 'runs', paths: ['photos'] },
  });
  expect(stderr).toBe('');
});

it('refuses a port that is none', async () => {
  const { code, stderr } = await workspace.cli(['studio', '--port', 'http']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('USAGE')]);
});
