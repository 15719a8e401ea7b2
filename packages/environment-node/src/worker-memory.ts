import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { largestOf } from '@understory/core';
import type { Preprocessing } from '@understory/imaging';
import type { StudySpec } from '@understory/studies';
import { resolveModel } from '@understory/zoo';

/** Bytes of a thread with the plugins and sessions of a network that is next to nothing. */
const base = 120 * 2 ** 20;

/** How often the weights are in memory: in the session that answers, in the one that differentiates, and as much again while they are opened and run. */
const copies = 4;

/**
 * How many times the pixels of its batch a network holds while it runs, forward alone and with gradients. Measured by the peak of the process with two and
 * with four workers: 105 MB a worker for a network of 3 MB on 32 x 32 pixels that is attacked, 261 MB for one of 19 MB on 224 x 224 that is evaluated,
 * 632 MB where it is attacked.
 */
const activations = { forward: 10, gradients: 100 };

/** What the memory of a worker is estimated from. */
export interface WorkerLoad {
  /** Bytes of all model files. */
  readonly weights: number;
  /** Of one picture as the network is fed it, in all channels. */
  readonly pixels: number;
  /** Pictures that run at a time. */
  readonly batch: number;
  /** Whether gradients are taken of whole batches, as attacks do. */
  readonly isDifferentiated: boolean;
}

/** Bytes that a worker takes, estimated. */
export function workerBytes({ weights, pixels, batch, isDifferentiated }: WorkerLoad): number {
  // A single picture is differentiated wherever something is explained.
  const times = activations.forward * batch + activations.gradients * (isDifferentiated ? batch : 1);
  return base + copies * weights + Float32Array.BYTES_PER_ELEMENT * pixels * times;
}

/** Studies that hold what a network computes until its gradients are. */
const differentiating: readonly StudySpec['study'][] = ['attack', 'compare', 'diagnose', 'visualise'];

/** Bytes that a worker takes for a study, estimated from its model files and what they are fed. */
export async function workerMemory(spec: StudySpec, cwd: string): Promise<number> {
  const names = [spec.model];
  if (spec.study === 'attack' && spec.transfer !== undefined) names.push(spec.transfer);
  if (spec.study === 'compare') names.push(typeof spec.other === 'string' ? spec.other : spec.other.model);
  const models = await Promise.all(names.map((name) => resolveModel(name, { cwd })));
  const sizes = await Promise.all(
    models.map(async ({ source, text }) => {
      return (await sizeOf(source.path)) + (text?.source === undefined ? 0 : await sizeOf(text.source.path));
    }),
  );
  return workerBytes({
    weights: sizes.reduce((sum, size) => sum + size, 0),
    pixels: largestOf(models.map(({ preprocessing }) => pixelsOf(preprocessing, spec.preprocessing?.size))),
    batch: spec.study === 'visualise' ? 1 : spec.batch,
    isDifferentiated: differentiating.includes(spec.study),
  });
}

/** Values of a picture that is prepared so, or in the size that is asked for; those of 224 x 224 where that is not known or depends on the picture. */
function pixelsOf(
  preprocessing: Preprocessing | undefined,
  asked: NonNullable<StudySpec['preprocessing']>['size'],
): number {
  const { crop, resize, channels = 3 } = preprocessing ?? {};
  const own = crop ?? (resize?.kind === 'exact' ? resize : { width: 224, height: 224 });
  const { width, height } = typeof asked === 'number' ? { width: asked, height: asked } : (asked ?? own);
  return width * height * channels;
}

/** Of a model with its weights: they lie beside it, under its name in ONNX, and as `.bin` beside a `model.json`. */
async function sizeOf(path: string): Promise<number> {
  const folder = dirname(path);
  const own = basename(path);
  const isPart = (name: string) => name.startsWith(own) || (own.endsWith('.json') && name.endsWith('.bin'));
  const parts = (await readdir(folder)).filter(isPart);
  const sizes = await Promise.all(parts.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
