import { float32 } from '@understory/core';
import { memoryStore } from '@understory/experiments';
import { openStudy } from '@understory/studies';
import { adversarialPicture } from '@understory/studies/results';
import type { AttackRequest, Attacked, Call } from './engine.ts';
import { studioErrors } from '../errors.ts';
import { pathsOf } from './explain.ts';
import { predict } from './predict.ts';
import { parsed, type Sessions } from './sessions.ts';

/** An attack on one picture through one mask. */
export async function attack(
  sessions: Sessions,
  { spec: given, painted }: AttackRequest,
  { signal, onProgress }: Call,
): Promise<Attacked> {
  const spec = parsed({ ...given, save: 'all', examples: 0 }, 'attack');
  const { environment } = sessions;
  const store = memoryStore();
  let mask: Float32Array | null = null;
  const brought = painted && {
    draw: async ({ samples }: { readonly samples: number }) =>
      Array.from({ length: samples }, () => float32(painted.weights, [painted.height, painted.width])),
  };
  environment.watch({ painted: brought, onMask: (weights) => (mask = weights.slice()) });
  const picture = pathsOf(spec.images.from)[0]!;
  const {
    task,
    input,
    output,
    logits,
    feed,
    to,
    captions,
    against,
    question,
    vocabulary,
    labels,
    preprocessing,
    layout,
  } = given;
  const request = {
    ...{ model: spec.model, picture, task, input, output, logits, feed, to, captions, against },
    ...{ question, vocabulary, labels, preprocessing, layout },
  };
  try {
    const study = await openStudy(spec, environment, {
      ...{ store, ...(signal && { signal }) },
      onStep: ({ label, done, total }) => onProgress?.({ what: label, done, total }),
    });
    try {
      for await (const item of study.items()) {
        const [row] = await study.rows(item);
        if (row === undefined) break;
        const png = (await store.read(adversarialPicture(row.item, row.attack))) ?? null;
        const before = await predict(sessions, request);
        const saved = png && (await environment.codec.decode(png, 'adversarial.png'));
        const after = saved && (await predict(sessions, { ...request, change: { kind: 'pixels', data: saved.data } }));
        return { row, before, after, png, mask };
      }
      throw studioErrors.nothingToMeasure({ found: 'no picture' });
    } finally {
      await study.close();
    }
  } finally {
    environment.watch(undefined);
  }
}
