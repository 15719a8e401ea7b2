import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ProbeRequest, ProbeSummary } from '@understory/core';
import { fromUnitPixels } from '@understory/imaging';
import { encodePng } from '@understory/imaging/sharp';
import { probePictureFolder, probePicturePath } from '@understory/report';
import { prepareFolder, writeWhole } from '@understory/cli';

/** Writes the pictures that a probe wants kept into its run folder, each as a whole or not at all. */
export function probeKeeper(folder: string): NonNullable<ProbeRequest['keep']> {
  return async (item, name, { data, dims: [, , height = 0, width = 0] }) => {
    const path = join(folder, probePicturePath(item, name));
    await prepareFolder(dirname(path));
    await writeWhole(path, await encodePng(fromUnitPixels(data, { height, width })));
  };
}

/** Removes the pictures of images that were worth keeping for a while and are no examples in the end. */
export async function dropOtherPictures(folder: string, { examples }: Pick<ProbeSummary, 'examples'>): Promise<void> {
  const kept = new Set(
    examples.flatMap(({ item, pictures }) => pictures.map(({ name }) => dirname(probePicturePath(item, name)))),
  );
  for (const name of await readdir(join(folder, probePictureFolder)).catch((): string[] => [])) {
    if (!kept.has(`${probePictureFolder}/${name}`)) {
      await rm(join(folder, probePictureFolder, name), { recursive: true, force: true });
    }
  }
}
