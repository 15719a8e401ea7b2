import type { Command } from '@commander-js/extra-typings';
import type { CommandContext } from '../command-context.ts';
import { json } from '../formatters/json.ts';
import type { Io } from '../io.ts';
import { version } from '../manifest.ts';
import { wholeNumber } from '../option-values.ts';
import { withOutput } from '../options.ts';
import { styleFor } from '../style.ts';

const details = `
The page opens in the browser: drop models and pictures into it, or choose what lies in the paths that are given. Models run in this
command, on this machine, and nothing leaves it. Run folders below --runs can be read there, and studies started, cancelled and resumed.

The page can read the paths that are given, files that are dropped into it, bundled models and run folders, and nothing else; files are written
below --runs alone. Only this machine reaches it, and only with the token in the address. Ctrl-C ends it.

Examples:
  understory studio
  understory studio photos models --runs runs
  understory studio photos --port 8080 --no-open
`;

export function studioCommand(program: Command, { io }: CommandContext): void {
  define(program).action((paths, options) => studio(paths, options, io));
}

function define(program: Command) {
  const command = program
    .command('studio')
    .description('open a page on which models and pictures are explained, measured and attacked')
    .argument('[paths...]', 'folders, models and pictures that the page may open')
    .option('--runs <folder>', 'the folder of run folders', 'runs')
    .option('--port <n>', 'the port (default: any that is free)', wholeNumber(0))
    .option('--no-open', 'print the address and open no browser, as with --json and where there is no display');
  return withOutput(command).addHelpText('after', details);
}

type StudioOptions = ReturnType<ReturnType<typeof define>['opts']>;

async function studio(paths: readonly string[], options: StudioOptions, io: Io): Promise<void> {
  const { runs, port = 0, open: isOpened, json: asJson = false, quiet = false } = options;
  const { cwd, env, runtime, signal } = io;
  const { serveStudio } = await import('@understory/studio/server');
  const server = await serveStudio({
    ...{ paths, runs, port, cwd, env, versions: { understory: version, runtime } },
    // A study is stopped in order, which takes a moment.
    onStudies: (count) => io.standing?.({ kind: 'begun', asked: 0, resumes: true, concludes: count > 0 }),
  });
  try {
    const { url } = server;
    if (asJson) io.stdout.write(json({ url, port: server.port, runs, paths }));
    else io.stdout.write(`${styleFor(io.stdout, env).bold(url)}\n`);
    if (!asJson && !quiet)
      io.stderr.write('The studio runs until Ctrl-C; its address has a token, keep it to yourself.\n');
    if (isOpened && !asJson && hasDisplay(env)) {
      const { default: openInBrowser } = await import('open');
      const note = () => io.stderr.write('note: no browser opens; open the address yourself\n');
      await openInBrowser(server.ticket()).then((browser) => browser.on('error', note), note);
    }
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    await server.close();
  }
}

/** Elsewhere than on Linux there is one, except where somebody works over SSH. */
function hasDisplay(env: Io['env']): boolean {
  if (env['DISPLAY'] || env['WAYLAND_DISPLAY'] || env['WSL_DISTRO_NAME']) return true;
  return process.platform !== 'linux' && !env['SSH_CONNECTION'];
}
