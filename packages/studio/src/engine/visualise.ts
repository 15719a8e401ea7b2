import { rgbImage } from '@understory/imaging';
import { memoryStore } from '@understory/experiments';
import { openStudy } from '@understory/studies';
import type { Call, Visualised, VisualisationInput, VisualisedPicture } from './engine.ts';
import { parsed, type Sessions } from './sessions.ts';

/** Pictures that channels or targets of a model respond to, each told of as soon as it is made. */
export async function visualise(
  { environment }: Sessions,
  given: VisualisationInput,
  { signal, onProgress }: Call,
): Promise<Visualised> {
  const spec = parsed(given, 'visualise');
  const store = memoryStore();
  const study = await openStudy(spec, environment, {
    ...{ store, ...(signal && { signal }) },
    onStep: ({ label, done, total }) => onProgress?.({ what: label, done, total }),
  });
  try {
    const pictures: VisualisedPicture[] = [];
    for await (const item of study.items()) {
      for (const row of await study.rows(item)) {
        const png = (await store.read(row.picture))!;
        const { data, width, height } = await environment.codec.decode(png, row.picture);
        pictures.push({ row, png, picture: rgbImage(Uint8Array.from(data), width, height) });
      }
    }
    return { pictures, notes: study.notes };
  } finally {
    await study.close();
  }
}
