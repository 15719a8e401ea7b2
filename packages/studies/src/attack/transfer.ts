import type { ImageClassifier, Prediction } from '@understory/core';
import { resize, type RgbImage } from '@understory/imaging';
import { studyErrors } from '../errors.ts';
import { joinSamples } from '../common/join-samples.ts';
import { classifierOf, openModel, type ModelOptions, type OpenedModel } from '../setup/open-model.ts';
import { pixelClassifierOf } from '../setup/pixel-classifier-of.ts';
import { assumedNote, choosePreprocessing } from '../setup/preprocessing.ts';
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
  { classifier: attacked, host, environment }: Pick<Setup, 'classifier' | 'host' | 'environment'>,
  options: ModelOptions & { readonly backend: string | undefined },
): Promise<Transfer> {
  const resolved = await environment.findModel(name);
  const opened = await openModel(host, resolved, options, options.backend);
  try {
    const classifier = await classifierOf(opened, {}, environment);
    checkClasses(classifier, attacked);
    const { preprocessing, assumed } = choosePreprocessing(classifier, opened.resolved.preprocessing, {});
    const pixels = pixelClassifierOf(classifier, preprocessing);
    const { height, width } = pixels;
    const filter = preprocessing.resize?.filter ?? 'bilinear';
    return {
      opened,
      notes: [
        ...(opened.resolved.notes ?? []).map((note) => `${name}: ${note}`),
        ...(assumed ? [assumedNote(preprocessing, name)] : []),
        ...notesOnNames(classifier, attacked, name),
      ],
      predict(pictures) {
        const batch = pictures.map((picture) => {
          const fits = picture.height === height && picture.width === width;
          const own = fits ? picture : resize(picture, { height, width }, filter);
          return unitPixelsFor(pixels, own);
        });
        return pixels.predict(joinSamples(batch));
      },
      close: () => opened.model.close(),
    };
  } catch (error) {
    await opened.model.close();
    throw error;
  }
}

function checkClasses(classifier: ImageClassifier, attacked: ImageClassifier): void {
  const [ours, theirs] = [attacked.classCount, classifier.classCount];
  if (ours === undefined || theirs === undefined || ours === theirs) return;
  throw studyErrors.transferDoesNotFit({ found: `${theirs} classes`, expected: `${ours} classes` });
}

/** Classes are compared by their places; names that have no word in common may mean another order. */
function notesOnNames(classifier: ImageClassifier, attacked: ImageClassifier, name: string): readonly string[] {
  const [ours, theirs] = [attacked.labels, classifier.labels];
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
