import type { ChosenImages, ReadableImage } from '../environment.ts';
import { studyErrors } from '../errors.ts';
import type { ImagesSpec } from '../spec/study-spec.ts';

/** Those of the images without labels that a spec asks for, by id, offset and limit; throws IMAGE_ID_UNKNOWN and NO_IMAGES. */
export function chooseAmong(
  images: readonly ReadableImage[],
  { ids, offset = 0, limit = Infinity }: ImagesSpec,
): ChosenImages {
  const known = images.map(({ name }) => name);
  const unknown = ids?.filter((id) => !known.includes(id));
  if (unknown !== undefined && (unknown.length > 0 || ids?.length === 0))
    throw studyErrors.idsUnknown({ ids: unknown, known });
  const asked = images.filter(({ name }) => ids?.includes(name) ?? true);
  if (offset >= asked.length) throw studyErrors.offsetBeyondEnd({ offset, size: asked.length });
  const taken = asked.slice(offset, offset + limit);
  const [only] = taken;
  return {
    files: taken.map(({ path, name }) => ({ path, name })),
    // Names alone, so that a run can go on where the images lie elsewhere.
    record: { name: taken.length === 1 ? only!.path.replace(/^.*[/\\]/s, '') : 'images', images: known },
    ...{ ids, size: taken.length },
    async *items() {
      for (const image of taken) yield { id: image.name, item: {}, picture: () => image.picture() };
    },
    labelsFor: () => ({ indexOf: () => undefined, unmapped: [] }),
  };
}
