import { fileURLToPath } from 'node:url';
import { nodeEnvironment } from '@understory/environment-node';
import { memoryStore } from '@understory/experiments';
import { decodeNpy } from '@understory/imaging';
import { openExplanation, parseStudySpec, type StudySpec } from '@understory/studies';

const cwd = fileURLToPath(new URL('../../../cli/samples/', import.meta.url));
const known = new Map<string, ReturnType<typeof compute>>();

/** The map of the cat that `understory explain --npy` writes. */
export function mapOfCommand(model: string): ReturnType<typeof compute> {
  const found = known.get(model) ?? compute(model);
  known.set(model, found);
  return found;
}

async function compute(model: string): Promise<ReturnType<typeof decodeNpy>> {
  const given = { version: 1, study: 'explain', model, images: { from: ['chelsea.png'] }, npy: true, overlay: false };
  const spec = parseStudySpec(given) as Extract<StudySpec, { study: 'explain' }>;
  const store = memoryStore();
  const study = await openExplanation(spec, nodeEnvironment({ cwd }), { store });
  try {
    for await (const event of study.explain()) if ('error' in event) throw event.error;
  } finally {
    await study.close();
  }
  return decodeNpy((await store.read('chelsea.gradcam.top1.npy'))!);
}
