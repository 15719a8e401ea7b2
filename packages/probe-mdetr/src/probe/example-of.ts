import type { ProbeExample, ProbeRequest } from '@understory/core';
import type { Candidate, Kind } from './examples.ts';
import { pictureNames } from './keep-pictures.ts';
import { titleOf } from './kinds.ts';
import { mirrorImage } from './row.ts';
import type { Tally } from './tally.ts';

const titles: Readonly<Record<Kind, string>> = {
  boxed: 'right box, wrong answer',
  failed: 'a question about places that fails',
  succeeded: 'a question about places that succeeds',
};

/** An example with what its pictures show, said of the first phrasing. */
export function exampleOf(
  { kind, candidate: { row } }: { readonly kind: Kind; readonly candidate: Candidate },
  { groups }: Pick<Tally, 'groups'>,
  { explainer }: Pick<ProbeRequest, 'explainer'>,
): ProbeExample {
  const { test, answer, turned, answerOnTurned, saidOnTurned, forced } = row;
  const said = row.said[0]!;
  const map = explainer?.name ?? 'map';
  return {
    item: row.item,
    title: `${titles[kind]}, ${titleOf(row, groups)}: ${row.question}`,
    pictures: [
      {
        name: pictureNames.image(test),
        caption: `answer “${said}” (${(100 * row.probability[0]!).toFixed(1)} %), right is “${answer}”, with the model's boxes`,
      },
      ...(row.mapInBox === null ? [] : [{ name: pictureNames.map(test), caption: `${map} of the answer “${said}”` }]),
      ...(forced === null
        ? []
        : [
            {
              name: pictureNames.forced(test),
              caption: row.right[0]!
                ? `${map} of the forced answer “${forced[1]!}”, right of the other thing`
                : `${map} of the forced answer “${forced[0]!}”, the right one`,
            },
          ]),
      ...(turned === null || saidOnTurned === null
        ? []
        : [
            {
              name: pictureNames.turned(test),
              caption: `${turned === mirrorImage ? 'mirror image' : turned}: answer “${saidOnTurned[0]!}”, right is “${answerOnTurned!}”`,
            },
          ]),
    ],
  };
}
