import type { Prediction, Subject } from '@understory/core';
import { resize, type RgbImage } from '@understory/imaging';
import { studyErrors } from '../errors.ts';
import { joinSamples } from '../common/join-samples.ts';
import { openModel, type ModelOptions, type OpenedModel } from '../setup/open-model.ts';
import { openSubject } from '../setup/open-subject.ts';
import { pixelSubjectOf } from '../setup/pixel-subject-of.ts';
import { assumedNote } from '../setup/preprocessing.ts';
import type { Setup } from '../setup/setup.ts';
import { unitPixelsFor } from '../setup/unit-pixels-for.ts';

/** Another network that is shown saved pictures. */
export interface Transfer {
  readonly opened: OpenedModel;
  /** What a user should know of it. */
  readonly notes: readonly string[];
  /** What it says of pictures as the attacked network sees them, resized where it takes another size. */
  predict(pictures: readonly RgbImage[]): Promise<readonly Prediction[]>;
  close(): Promise<void>;
}

/** Opens the network that adversarial images are shown to as well; throws TRANSFER_DOES_NOT_FIT and what opening a model throws. */
export async function openTransfer(
  name: string,
  { subject: attacked, host, environment }: Pick<Setup, 'subject' | 'host' | 'environment'>,
  options: ModelOptions & { readonly backend: string | undefined },
): Promise<Transfer> {
  const resolved = await environment.findModel(name);
  const opened = await openModel(host, resolved, options, options.backend);
  try {
    const { subject, preprocessing: chosen } = await openSubject(opened, { spec: {}, host, environment });
    checkClasses(subject, attacked);
    const { preprocessing, assumed } = chosen;
    const pixels = pixelSubjectOf(subject, preprocessing);
    const { height, width } = pixels;
    const filter = preprocessing.resize?.filter ?? 'bilinear';
    return {
      opened,
      notes: [
        ...(opened.resolved.notes ?? []).map((note) => `${name}: ${note}`),
        ...(assumed ? [assumedNote(preprocessing, name)] : []),
        ...notesOnNames(subject, attacked, name),
      ],
      async predict(pictures) {
        const batch = pictures.map((picture) => {
          const fits = picture.height === height && picture.width === width;
          const own = fits ? picture : resize(picture, { height, width }, filter);
          return unitPixelsFor(pixels, own);
        });
        return (await pixels.answer(joinSamples(batch))).map(({ classes }) => classes!);
      },
      close: () => opened.close(),
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function checkClasses(subject: Subject, attacked: Subject): void {
  if (subject.classes === undefined || attacked.classes === undefined) {
    const { task } = attacked.classes === undefined ? attacked : subject;
    throw studyErrors.transferDoesNotFit({ found: `a model for ${task}`, expected: 'classes to compare' });
  }
  const [ours, theirs] = [attacked.classes.count, subject.classes.count];
  if (ours === undefined || theirs === undefined || ours === theirs) return;
  throw studyErrors.transferDoesNotFit({ found: `${theirs} classes`, expected: `${ours} classes` });
}

/** Classes are compared by their places; names that have no word in common may mean another order. */
function notesOnNames(subject: Subject, attacked: Subject, name: string): readonly string[] {
  const [ours, theirs] = [attacked.labels, subject.labels];
  if (ours === undefined || theirs === undefined) return [];
  const words = (label: string) =>
    label
      .toLowerCase()
      .split(/[\s_,-]/)
      .filter(Boolean);
  const other = ours.filter(
    (label, place) => !words(label).some((word) => words(theirs[place]!).includes(word)),
  ).length;
  if (other === 0) return [];
  return [
    `${other} of ${ours.length} classes have other names in ${name}, and are compared by their places all the same`,
  ];
}
