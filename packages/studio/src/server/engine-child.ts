import { nodeEnvironment } from '@understory/environment-node';
import { listZoo } from '@understory/zoo';
import type { StudioEngine } from '../engine/engine.ts';
import { openEngine } from '../engine/open-engine.ts';
import { answerParts } from '../wire/http.ts';
import { confinedEnvironment } from './confined-environment.ts';
import { listServed } from './list-served.ts';
import type { ChildSetup, FromEngine, ToEngine } from './messages.ts';
import { Places } from './places.ts';

// The process that runs models for a page; `engine-host.ts` is its other end.

const send = (message: FromEngine) => void process.send?.(message);
const running = new Map<number, AbortController>();
let engine: Promise<StudioEngine> | undefined;

process.on('message', (message: ToEngine) => {
  if (message.kind === 'open') engine = openServed(message.setup);
  else if (message.kind === 'abort') running.get(message.id)?.abort();
  else void answer(message);
});
// Who started it decides when it ends, whatever a terminal sends to both.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

async function answer({ id, method, body }: Extract<ToEngine, { kind: 'call' }>): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  for await (const bytes of answerParts(await engine!, method, body, controller.signal))
    send({ kind: 'part', id, bytes });
  running.delete(id);
  send({ kind: 'end', id });
}

async function openServed({ places, paths, versions }: ChildSetup): Promise<StudioEngine> {
  const { cwd } = places;
  const environment = confinedEnvironment(nodeEnvironment({ cwd, versions }), new Places(places));
  const models = (await listZoo()).map(({ name }) => ({ name, title: name }));
  const samples = Object.keys(places.samples);
  const opened = openEngine({
    ...{ environment, kind: 'served', models, samples, served: { models: [], pictures: [] } },
    // What is dropped is written by the server, which lives on where this process ends.
    addFiles: async () => ({ pictures: [], models: [], others: [] }),
  });
  return {
    ...opened,
    about: async (call) => ({ ...(await opened.about(call)), served: await listServed(paths, cwd) }),
  };
}
