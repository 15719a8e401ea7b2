import type { DiagnosisExample } from '@understory/studies';
import {
  asProblem,
  byExampleRank,
  fileOfExample,
  inSentence,
  percent,
  readDiagnosisExamples,
  type StoredExample,
} from '@understory/studies/results';
import { drawnOutlines } from '@understory/studies/setup';
import { mapOverPicture, pictureOf, type ExampleDrawing } from '../examples.ts';
import type { Picture, PictureRow } from '../figures/picture-grid.ts';

/** How many images are shown. */
const mostShown = 8;

/** The pictures of one image, by what they are of. */
export interface DiagnosedPictures {
  readonly item: string;
  readonly maps: PictureRow;
  /** Undefined where the probe kept none. */
  readonly disturbed: PictureRow | undefined;
  /** One for each mask through which an attack flips the decision. */
  readonly attacks: readonly PictureRow[];
}

/** The images that a diagnosis kept with their pictures, those that the seed prefers. */
export async function diagnosedPictures(drawing: ExampleDrawing): Promise<readonly DiagnosedPictures[]> {
  const { store, onProblem, seed } = drawing;
  const stored = byExampleRank(await readDiagnosisExamples(store, onProblem), ({ record }) => record.item, seed);
  const shown: DiagnosedPictures[] = [];
  for (const each of stored.slice(0, mostShown)) {
    try {
      shown.push(await picturesOf(each, drawing));
    } catch (error) {
      onProblem(asProblem(error, each.folder));
    }
  }
  return shown;
}

async function picturesOf(
  { folder, record }: StoredExample<DiagnosisExample>,
  drawing: ExampleDrawing,
): Promise<DiagnosedPictures> {
  const { item, label, asked, decision, probability, target, maps, disturbed, attacks } = record;
  const file = (name: string) => fileOfExample(folder, name);
  const question = asked === null ? '' : `asked ${asked}, `;
  const said = `${question}says ${decision === '' ? 'nothing' : decision}${probability === null ? '' : `, ${percent(probability)}`}`;
  const outlined = drawnOutlines(record.outlines);
  const mapPictures: Picture[] = [
    {
      image: await pictureOf(file(record.picture), drawing, outlined.picture),
      caption: label === null ? said : `labelled ${label}; ${said}`,
      alt: item,
    },
  ];
  for (const { explainer, file: map } of maps) {
    mapPictures.push({
      image: await mapOverPicture({ picture: file(record.picture), map: file(map) }, drawing, outlined.maps),
      caption: explainer,
      alt: `${item}: map of ${explainer}`,
    });
  }
  const disturbedPictures: Picture[] = [];
  for (const { file: name, caption } of disturbed) {
    disturbedPictures.push({ image: await pictureOf(file(name), drawing), caption, alt: `${item}, ${caption}` });
  }
  const attackRows: PictureRow[] = [];
  for (const each of attacks) {
    const taken = `${each.decision}${each.probability === null ? '' : `, ${percent(each.probability)}`}`;
    const budget = `${inSentence(Number((255 * each.epsilon).toPrecision(3)))}/255`;
    const alt = `${item}, attacked through ${each.mask}`;
    attackRows.push({
      title: `${item}, through ${each.mask}: flipped by at most ${budget}`,
      pictures: [
        { image: await pictureOf(file(each.maskPicture), drawing), caption: 'white may change', alt: `${alt}: mask` },
        {
          image: await pictureOf(file(each.change), drawing),
          caption: `the change, times ${each.factor}`,
          alt: `${alt}: change`,
        },
        { image: await pictureOf(file(each.picture), drawing), caption: taken, alt },
      ],
    });
  }
  return {
    item,
    maps: { title: `${item}: heat maps${target === null ? '' : ` for ${target}`}`, pictures: mapPictures },
    disturbed:
      disturbedPictures.length === 0
        ? undefined
        : {
            title: `${item}: ${asked === null ? 'rearranged' : 'what it was asked by the probe'}`,
            pictures: disturbedPictures,
          },
    attacks: attackRows,
  };
}
