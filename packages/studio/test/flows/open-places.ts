import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeEnvironment } from '@understory/environment-node';
import { nodeStore } from '@understory/experiments/node';
import { openStudy, parseStudySpec, runOpened } from '@understory/studies';
import { chromium as chrome, type Browser } from 'playwright-core';
import { serveStudio } from '../../src/server/index.ts';
import { buildPage, type Script } from '../support/build-page.ts';
import { onSources } from '../support/on-sources.ts';
import { servePage } from '../support/serve-page.ts';
import { visit, type Mode, type Visit } from './visit.ts';

/** The run folder that the served page finds. */
export const keptRun = 'attack-on-both';

/** The page as static files and as a studio serves it, with a browser. */
export interface OpenPlaces {
  readonly scripts: readonly Script[];
  /** Opens a page in a context of its own. */
  open(mode: Mode): Promise<Visit>;
  close(): Promise<void>;
}

/** Builds the page, and opens it where it is looked at; `flags` are of Chromium. */
export async function openPlaces(executablePath: string, flags: readonly string[] = []): Promise<OpenPlaces> {
  const folder = await mkdtemp(join(tmpdir(), 'understory-studio-'));
  const closing: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const each of closing.toReversed()) await each();
  };
  try {
    const page = join(folder, 'page');
    const cwd = join(folder, 'served');
    // esbuild works in a process of its own, and the run is kept meanwhile.
    const [scripts] = await Promise.all([buildPage(page), keepRun(join(cwd, 'runs', keptRun))]);
    const files = await servePage(page);
    closing.push(() => files.close());
    const studio = await serveStudio({ runs: 'runs', cwd, page, execArgv: onSources });
    closing.push(() => studio.close());
    const browser: Browser = await chrome.launch({ executablePath, args: ['--no-sandbox', ...flags] });
    closing.push(() => browser.close());
    return {
      scripts,
      open: (mode) => visit(browser, mode, mode === 'static' ? files.address : studio.ticket()),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Attacks two pictures, of which the run folder keeps what came of them. */
async function keepRun(folder: string): Promise<void> {
  const spec = parseStudySpec({
    ...{ version: 1, study: 'attack', model: 'cifar10-resnet', images: { from: ['chelsea.png', 'coffee.png'] } },
    ...{ attack: 'fgsm', masks: ['all'], targetClass: null, save: 'all', examples: 0 },
  });
  const cwd = fileURLToPath(new URL('../../../cli/samples/', import.meta.url));
  const store = nodeStore(folder);
  const signal = new AbortController().signal;
  const study = await openStudy(spec, nodeEnvironment({ cwd }), { store, signal });
  try {
    await runOpened(study, { store, signal });
  } finally {
    await study.close();
  }
}
