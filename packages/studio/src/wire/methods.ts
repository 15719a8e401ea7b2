import { studioErrors } from '../errors.ts';
import type { Call, KeptFiles, MapListener, RowListener, RunFolders, StudioEngine } from '../engine/engine.ts';

/** What the listeners of a call are named. */
export const listeners = ['onProgress', 'onMap', 'onRow'] as const;

export type ListenerName = (typeof listeners)[number];

/** Every listener that a call may have. */
export type AnyCall = Call & MapListener & RowListener;

const own = [
  ...([
    'about',
    'addFiles',
    'readPicture',
    'openModel',
    'runsOn',
    'applicability',
    'predict',
    'explain',
    'sweep',
    'deletion',
  ] as const),
  ...(['attack', 'visualise', 'cross', 'graph', 'study', 'parse'] as const),
];

const ofRuns = [
  'list',
  'read',
  'file',
  'start',
  'watch',
  'cancel',
  'resume',
] as const satisfies readonly (keyof RunFolders)[];

const ofKept = ['list', 'open', 'forget'] as const satisfies readonly (keyof KeptFiles)[];

/** Every method by the name that stands for it in messages: `explain`, `runs/list`. */
export const methods: readonly string[] = [...own, ...ofRuns.map((name) => `runs/${name}`)];

/** Calls a method of an engine by its name; throws METHOD_UNKNOWN, also of what the engine lacks, and what the method throws. */
export async function callMethod(
  engine: Partial<StudioEngine>,
  method: string,
  request: unknown,
  call: AnyCall,
): Promise<unknown> {
  const name = own.find((each) => each === method);
  if (name === 'about' && engine.about !== undefined) return engine.about(call);
  // What a page sends is checked by what reads it; the types of requests are those of one version.
  if (name !== undefined && engine[name] !== undefined) return (engine[name] as Method).call(engine, request, call);
  const run = ofRuns.find((each) => `runs/${each}` === method);
  if (run !== undefined && engine.runs !== undefined)
    return (engine.runs[run] as Method).call(engine.runs, request, call);
  const kept = ofKept.find((each) => `kept/${each}` === method);
  if (kept !== undefined && engine.kept !== undefined)
    return (engine.kept[kept] as Method).call(engine.kept, request, call);
  throw studioErrors.methodUnknown({ method, known: engine.runs === undefined ? own : methods });
}

type Method = (request: unknown, call: AnyCall) => Promise<unknown>;

/** Sends a request somewhere and hands back its answer. */
export type Transport = (method: string, request: unknown, call: AnyCall) => Promise<unknown>;

/** An engine that is somewhere else: run folders are a server's, and models are kept by a browser. */
export function remoteEngine(
  send: Transport,
  { has, close }: { readonly has: 'runs' | 'kept'; readonly close: () => Promise<void> },
): StudioEngine {
  const to =
    (method: string) =>
    (request: unknown, call: AnyCall = {}) =>
      send(method, request, call);
  const named = Object.fromEntries(own.map((name) => [name, to(name)]));
  const within = (folder: string, names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, to(`${folder}/${name}`)]));
  return {
    ...(named as unknown as StudioEngine),
    about: (call: Call = {}) => send('about', {}, call) as ReturnType<StudioEngine['about']>,
    ...(has === 'runs'
      ? { runs: within('runs', ofRuns) as unknown as RunFolders }
      : { kept: within('kept', ofKept) as unknown as KeptFiles }),
    close,
  };
}
