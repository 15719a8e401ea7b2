import type { ComparisonExample } from '@understory/studies';
import {
  asProblem,
  byExampleRank,
  fileOfExample,
  percent,
  readComparisonExamples,
  type StoredExample,
} from '@understory/studies/results';
import { drawnOutlines } from '@understory/studies/setup';
import { mapOverPicture, pictureOf, type ExampleDrawing } from '../examples.ts';
import type { Picture, PictureRow } from '../figures/picture-grid.ts';

/** How many images of each kind are shown. */
const shownOfEachKind = 4;

/** A row for each image: what either network saw, and its maps by one explainer after the other; disagreements first. */
export async function comparedPictures(
  names: readonly [string, string],
  drawing: ExampleDrawing,
): Promise<readonly PictureRow[]> {
  const { store, onProblem, seed } = drawing;
  const stored = byExampleRank(await readComparisonExamples(store, onProblem), ({ record }) => record.item, seed);
  const shown = [false, true, null].flatMap((kind) =>
    stored.filter(({ record }) => record.same === kind).slice(0, shownOfEachKind),
  );
  const rows: PictureRow[] = [];
  for (const each of shown) {
    try {
      rows.push(await rowOf(each, names, drawing));
    } catch (error) {
      onProblem(asProblem(error, each.folder));
    }
  }
  return rows;
}

async function rowOf(
  { folder, record }: StoredExample<ComparisonExample>,
  names: readonly [string, string],
  drawing: ExampleDrawing,
): Promise<PictureRow> {
  const { item, label, asked, same, first, second, targetLabel, target } = record;
  const explained = targetLabel ?? `class ${target}`;
  const sides = [
    { name: names[0], own: first },
    { name: names[1], own: second },
  ];
  const pictures: Picture[] = [
    {
      image: await pictureOf(fileOfExample(folder, first.picture), drawing, drawnOutlines(first.outlines).picture),
      caption: label === null ? 'what the first network saw' : `labelled ${label}`,
      alt: item,
    },
  ];
  for (const { explainer } of first.maps) {
    for (const { name, own } of sides) {
      const map = own.maps.find((each) => each.explainer === explainer);
      pictures.push({
        image:
          map === undefined
            ? undefined
            : await mapOverPicture(
                { picture: fileOfExample(folder, own.picture), map: fileOfExample(folder, map.file) },
                drawing,
                drawnOutlines(own.outlines).maps,
              ),
        absent: 'no map',
        caption: `${explainer}, ${name}: says ${decisionText(own)}`,
        alt: `${item}: map of ${explainer} for ${explained} by ${name}`,
      });
    }
  }
  const told = same === null ? '' : same ? ': same decision' : ': different decisions';
  return { title: `${item}${asked === null ? '' : `, asked ${asked}`}${told}, maps for ${explained}`, pictures };
}

function decisionText({ predictedLabel, predicted, probability }: ComparisonExample['first']): string {
  const name = predictedLabel ?? (predicted === null ? 'nothing' : `class ${predicted}`);
  return probability === null ? name : `${name}, ${percent(probability)}`;
}
