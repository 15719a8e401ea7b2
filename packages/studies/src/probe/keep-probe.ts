import type { ProbeRequest, ProbeSummary } from '@understory/core';
import { fromUnitPixels } from '@understory/imaging';
import type { ArtifactStore } from '../artifact-store.ts';
import type { Environment } from '../environment.ts';
import { figure } from '../explanation/figure.ts';
import { probePictureFolder, probePicturePath } from './probe-pictures.ts';

/** Pictures that something is drawn over are enlarged to this longer side, so that words can be read on them. */
const drawnSide = 256;

/** Writes the pictures that a probe wants kept into its run folder, each as a whole or not at all. */
export function probeKeeper(
  store: ArtifactStore,
  { codec, annotate }: Pick<Environment, 'codec' | 'annotate'>,
): NonNullable<ProbeRequest['keep']> {
  return async (item, name, { data, dims: [, , height = 0, width = 0] }, drawn) => {
    const picture = fromUnitPixels(data, { height, width });
    const shown =
      drawn === undefined ? picture : await figure(picture, { boxes: [], ...drawn, least: drawnSide, annotate });
    await store.write(probePicturePath(item, name), await codec.encodePng(shown));
  };
}

/** Removes the pictures of images that were worth keeping for a while and are no examples in the end. */
export async function dropOtherPictures(
  store: ArtifactStore,
  { examples, sections = [] }: Pick<ProbeSummary, 'examples' | 'sections'>,
): Promise<void> {
  const folderOf = (path: string) => path.split('/').slice(0, 2).join('/');
  const kept = new Set(
    [...examples, ...sections.flatMap((section) => section.examples)].flatMap(({ item, pictures }) =>
      pictures.map(({ name }) => folderOf(probePicturePath(item, name))),
    ),
  );
  const folders = new Set((await store.list(probePictureFolder)).map(folderOf));
  for (const folder of folders) if (!kept.has(folder)) await store.remove(folder);
}
