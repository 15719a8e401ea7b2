import type { Feeds, Tensor } from '@understory/core';
import { rgbImage, type Preprocessing, type RgbImage } from '@understory/imaging';
import { openStudy } from '@understory/studies';
import type { Call, DeletionCurve, EvaluationInput } from './engine.ts';
import { studioErrors } from '../errors.ts';
import { parsed, type Sessions } from './sessions.ts';

/** A curve of one map, with the pictures that the metric fed to the network. */
export async function deletion(
  { environment }: Sessions,
  given: EvaluationInput,
  { signal, onProgress }: Call,
): Promise<DeletionCurve> {
  const spec = parsed({ ...given, randomOrder: false }, 'evaluate');
  // The first picture that the network is fed, and as many of the last as a curve has points: explainers may feed thousands between.
  let first: RgbImage | undefined;
  const last: RgbImage[] = [];
  let fed = 0;
  const study = await openStudy(spec, environment, {
    ...(signal && { signal }),
    onStep: ({ label, done, total }) => onProgress?.({ what: label, done, total }),
  });
  try {
    const [metric] = study.record.parameters.metrics;
    const most = Number(metric!.options['steps'] ?? 100) + 2;
    const { preprocessing } = study.record as { readonly preprocessing?: Preprocessing };
    for await (const item of study.items()) {
      environment.watch({
        onRun(feeds) {
          const tensor = pictureOf(feeds);
          if (tensor === undefined || preprocessing === undefined) return;
          for (const each of picturesOf(tensor, preprocessing)) {
            first ??= each;
            last.push(each);
            fed += 1;
          }
          last.splice(0, last.length - most);
          onProgress?.({ what: metric!.id, done: fed });
        },
      });
      const rows = await study.rows(item);
      const row = rows.find(({ curve, reason }) => curve !== null || reason !== null);
      if (row === undefined) throw studioErrors.nothingToMeasure({ found: 'no row' });
      const { x = [], y = [] } = row.curve ?? {};
      const along = last.slice(last.length - (x.length - 1));
      // The first picture that is fed is the untouched one, which the answer is of; a walk that ends with it starts at the other end.
      const start = metric!.id === 'insertion' ? last.at(-x.length) : first;
      return {
        ...{ metric: row.metric, better: metric!.better, value: row.value, reason: row.reason, x, y },
        score: scoreOf(metric!.options),
        pictures: x.length === 0 ? [] : [start!, ...along],
      };
    }
    throw studioErrors.nothingToMeasure({ found: 'no picture' });
  } finally {
    environment.watch(undefined);
    await study.close();
  }
}

function scoreOf(options: Readonly<Record<string, unknown>>): string {
  const { score } = options;
  return typeof score === 'string' ? score.replaceAll('-', ' ') : 'score';
}

/** The one input of rank 4. */
function pictureOf(feeds: Feeds): Tensor | undefined {
  return Object.values(feeds).find(({ dims }) => dims.length === 4);
}

/** What each sample of a tensor shows: preprocessing undone. */
function* picturesOf(
  { dims, data }: Tensor,
  { mean, std, rescale, order, layout }: Preprocessing,
): Generator<RgbImage> {
  const [samples = 0, second = 0, third = 0, fourth = 0] = dims;
  const [channels, height, width] = layout === 'NCHW' ? [second, third, fourth] : [fourth, second, third];
  const size = height * width;
  for (let sample = 0; sample < samples; sample += 1) {
    const levels = new Uint8Array(3 * size);
    for (let channel = 0; channel < 3; channel += 1) {
      const from = channels < 3 ? 0 : order === 'BGR' ? 2 - channel : channel;
      const [start, step] = layout === 'NCHW' ? [from * size, 1] : [from, channels];
      const [centre, scale] = [mean[from] ?? 0, std[from] ?? 1];
      for (let place = 0; place < size; place += 1) {
        const value = Number(data[sample * channels * size + start + place * step]);
        levels[3 * place + channel] = Math.min(255, Math.max(0, Math.round((value * scale + centre) / rescale)));
      }
    }
    yield rgbImage(levels, width, height);
  }
}
