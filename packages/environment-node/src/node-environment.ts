import { annotate, contactSheet } from '@understory/imaging/contact-sheet';
import { sharpCodec } from '@understory/imaging/sharp';
import type { Environment } from '@understory/studies';
import { resolveModel } from '@understory/zoo';
import { chooseImages } from './choose-images.ts';
import { findImages } from './find-images.ts';
import { hostedEnvironment, type Offered } from './hosted-environment.ts';
import { loadPlugins } from './load-plugins.ts';
import { readImage } from './read-image.ts';
import { readLabels } from './read-labels.ts';
import { readTable } from './read-table.ts';
import { readVocabulary } from './read-vocabulary.ts';
import { findTargetReference } from './target-reference.ts';
import { workerMemory } from './worker-memory.ts';

export interface NodeEnvironmentOptions {
  /** Where relative paths start, and configuration and packages are looked for; the folder of the process by default. */
  readonly cwd?: string;
  /** Environment variables; those of the process by default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The program that runs studies, for records: `{ understory: '0.1.0' }`. */
  readonly versions?: Readonly<Record<string, string>>;
  /** What others may have worked on here; nothing without it. */
  readonly offered?: Offered | undefined;
  /** Told of a configuration file that is found, before it is read: a module runs code. */
  readonly onConfiguration?: ((path: string) => void) | undefined;
}

/** The machine as Node sees it: packages as plugins, models and data sets as files, pictures through sharp. */
export function nodeEnvironment({
  cwd = process.cwd(),
  env = process.env,
  versions = {},
  offered,
  onConfiguration,
}: NodeEnvironmentOptions = {}): Environment {
  const runtime = `node ${process.versions.node} on ${process.platform} ${process.arch}`;
  const told = new Set<string>();
  const tellOnce = (path: string) => {
    if (!told.has(path)) onConfiguration?.(path);
    told.add(path);
  };
  const environment: Environment = {
    base: cwd,
    versions: { runtime, ...versions },
    loadPlugins: (request) => loadPlugins({ ...request, cwd, onConfiguration: tellOnce }),
    findModel: (name) => resolveModel(name, { cwd }),
    readLabels: (path) => readLabels(path, cwd),
    readVocabulary: (path) => readVocabulary(path, cwd),
    readTable: (path) => readTable(path, cwd),
    async findImages(paths) {
      const { images, failures } = await findImages(paths, cwd);
      return { images: images.map((image) => ({ ...image, picture: () => readImage(image, cwd) })), failures };
    },
    chooseImages: (images) => chooseImages(images, cwd),
    findTargetReference: (request) => findTargetReference(request, { cwd, env }),
    whenIdle(canHelp) {
      // In an event of the loop, which runs what follows from it; a thread ends right after `beforeExit` otherwise.
      const onIdle = () => void (canHelp() && setImmediate(() => undefined));
      process.on('beforeExit', onIdle);
      return () => void process.removeListener('beforeExit', onIdle);
    },
    async elsewhere(spec) {
      const file = import.meta.url.endsWith('.ts') ? './open-work.ts' : './open-work.js';
      const data = { spec, cwd, env: { ...env }, versions };
      return { module: new URL(file, import.meta.url).href, data, bytes: await workerMemory(spec, cwd) };
    },
    codec: sharpCodec,
    drawSheet: contactSheet,
    annotate,
  };
  if (offered === undefined) return environment;
  return { ...environment, hosting: (base) => hostedEnvironment(environment, offered, base) };
}
