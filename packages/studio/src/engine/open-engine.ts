import type { ContributionKind, Host } from '@understory/core';
import { parseStudySpec, type Environment } from '@understory/studies';
import { attack } from './attack.ts';
import { cross } from './cross.ts';
import { deletion } from './deletion.ts';
import type { AddedFiles, Call, EngineAbout, GivenFile, KeptFacts, Offered, StudioEngine } from './engine.ts';
import { explain, sweep } from './explain.ts';
import { graphAround } from './graph.ts';
import { Turns } from './in-turn.ts';
import { keptEnvironment } from './kept-environment.ts';
import { applicability, modelFacts, runsOn } from './model-facts.ts';
import { predict } from './predict.ts';
import { plain } from './said.ts';
import { explanationSpec, Sessions } from './sessions.ts';
import { visualise } from './visualise.ts';
import { wholeStudy } from './whole-study.ts';

/** What differs between a page and a server. */
export interface EngineParts extends Pick<EngineAbout, 'kind' | 'models' | 'samples' | 'served'> {
  /** Finds models and pictures by the names and paths of specifications, those of added files among them. */
  readonly environment: Environment;
  /** Keeps files where the environment finds them. */
  /** Devices that can be named for a backend, by its id. */
  readonly devices?: Readonly<Record<string, readonly string[]>>;
  readonly addFiles: (files: readonly GivenFile[]) => Promise<AddedFiles>;
  readonly runs?: StudioEngine['runs'];
  readonly kept?: KeptParts;
}

/** Where models are kept. */
interface KeptParts {
  list(): Promise<readonly KeptFacts[]>;
  /** The files of a model, with the paths that they had. */
  read(id: string): Promise<readonly GivenFile[]>;
  forget(id: string): Promise<void>;
}

/** The engine over an environment; calls are worked on one after the other. */
export function openEngine({
  environment: own,
  devices = {},
  addFiles,
  runs,
  kept,
  ...about
}: EngineParts): StudioEngine {
  const environment = keptEnvironment(own);
  const sessions = new Sessions(environment);
  const turns = new Turns();
  /** Paths of files that were added. */
  const given = new Set<string>();
  const hostOf = async () => (await environment.loadPlugins({ plugins: [], backends: {} })).host;
  const inTurn =
    <Request, Listening extends Call, Answer>(work: (request: Request, call: Listening) => Promise<Answer>) =>
    (request: Request, call = {} as Listening): Promise<Answer> =>
      turns.take(() => work(request, call), call.signal);
  const add = async (files: readonly GivenFile[]) => {
    const added = await addFiles(files);
    const paths = files.map(({ path }) => path);
    if (paths.some((path) => given.has(path))) await sessions.forget();
    for (const path of paths) given.add(path);
    return added;
  };
  return {
    about: () =>
      turns.take(async () => ({ ...about, versions: environment.versions, ...offeredBy(await hostOf(), devices) })),
    addFiles: inTurn(({ files }) => add(files)),
    readPicture: inTurn(async ({ path }) => plain(await sessions.picture(path))),
    openModel: inTurn((request) => modelFacts(sessions, request)),
    runsOn: inTurn((request) => runsOn(sessions, request)),
    applicability: inTurn(async (request) => {
      const { setup } = await sessions.open(explanationSpec({ ...request, images: { from: ['picture.png'] } }), []);
      return applicability(setup);
    }),
    predict: inTurn((request) => predict(sessions, request)),
    explain: inTurn(({ spec }, call) => explain(sessions, spec, call)),
    sweep: inTurn((request, call) => sweep(sessions, request, call)),
    deletion: inTurn(({ spec }, call) => deletion(sessions, spec, call)),
    attack: inTurn((request, call) => attack(sessions, request, call)),
    visualise: inTurn(({ spec }, call) => visualise(sessions, spec, call)),
    cross: inTurn((request) => cross(sessions, request)),
    graph: inTurn(async ({ around, steps, ...request }) => {
      const { setup } = await sessions.open(explanationSpec({ ...request, images: { from: ['picture.png'] } }), []);
      const { model, layer } = setup.subject;
      const last = model.layers.findLast(({ dims }) => dims?.length === 4)?.name;
      return graphAround(model, around ?? layer ?? last, steps);
    }),
    study: inTurn(({ spec }, call) => wholeStudy(sessions, spec, call)),
    parse: async ({ spec }) => parseStudySpec(spec, 'the page'),
    ...(runs && { runs }),
    ...(kept && {
      kept: {
        list: inTurn(() => kept.list()),
        open: inTurn(async ({ id }) => add(await kept.read(id))),
        forget: inTurn(({ id }) => kept.forget(id)),
      },
    }),
    close: () => turns.take(() => environment.close()),
  };
}

/** What plugins provide, with their settings. */
function offeredBy(host: Host, devices: NonNullable<EngineParts['devices']>) {
  const offered = (kind: ContributionKind): readonly Offered[] =>
    host
      .list(kind)
      .map(({ id, title, description, options = {}, presets = {}, isBaseline = false, isSlow = false }) => ({
        ...{ id, title, description, options, presets: Object.keys(presets), isBaseline, isSlow },
      }));
  return {
    ...{ explainers: offered('explainer'), metrics: offered('metric'), attacks: offered('attack') },
    ...{ masks: offered('mask'), probes: offered('probe'), visualisers: offered('visualiser') },
    backends: host.list('backend').map(({ id, title }) => ({ id, title, devices: devices[id] ?? [] })),
    tasks: host.list('subject').map(({ id }) => id),
  };
}
