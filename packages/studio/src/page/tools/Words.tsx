import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { largestOf } from '@understory/core';
import type { StudySpecInput } from '@understory/studies';
import type { Crossed } from '../../engine/engine.ts';
import { withOpposite } from '../../words/swap-words.ts';
import { gridSvg } from '../draw/figure.ts';
import { CommandOf } from '../parts/Command.tsx';
import { Figure } from '../parts/Figure.tsx';
import { KeepAs } from '../parts/KeepAs.tsx';
import { Problem } from '../parts/Problem.tsx';
import { colours, engine, facts, modelKey, modelRequest, picture } from '../state.ts';
import { run, tell } from '../tasks.ts';
import { without } from '../without.ts';
import { number, percent, stem } from '../words.ts';

const found = signal<{ readonly texts: readonly [string, string]; readonly crossed: Crossed } | null>(null);

async function cross(texts: readonly [string, string]): Promise<void> {
  const { question, ...rest } = modelRequest.value;
  const request = without(rest, 'captions', 'against');
  const asks = facts.value?.recognised?.asks;
  const crossed = await run('cross', 'Asking about both pictures', (call) =>
    engine.value!.cross(
      { ...request, ...(asks === 'question' && { question: question ?? texts[0] }), picture: picture.value, texts },
      call,
    ),
  );
  if (crossed === undefined) return;
  found.value = { texts, crossed };
  tell('The table is there');
}

/** The picture and its mirror image against a text and the same with its words swapped: a network that reads places prefers one diagonal. */
export function Words() {
  const { captions = [], question } = modelRequest.value;
  const first = question ?? captions[0] ?? '';
  const other = withOpposite(first) ?? captions[1] ?? '';
  const shown = found.value;
  useEffect(() => {
    found.value = null;
  }, [picture.value, modelKey.value]);
  return (
    <div>
      <p>
        The picture is mirrored and the words are swapped. A network that reads where things are has a high score on one
        diagonal and a low one on the other; one that does not has four numbers that are alike.
      </p>
      <form
        class="texts"
        onSubmit={(event) => {
          event.preventDefault();
          const data = new FormData(event.currentTarget);
          void cross([String(data.get('one')), String(data.get('other'))]);
        }}
      >
        <label for="cross-one">Text</label>
        <input id="cross-one" name="one" defaultValue={first} required onInput={(event) => fill(event.currentTarget)} />
        <label for="cross-other">The same with its words swapped</label>
        <input id="cross-other" name="other" defaultValue={other} required />
        <button type="submit" class="strong">
          Mirror and swap
        </button>
      </form>
      <Problem slot="cross" />
      {shown !== null && <Table {...shown} />}
    </div>
  );
}

/** The second text follows the first where that has a word of place. */
function fill(field: HTMLInputElement): void {
  const other = field.form?.elements.namedItem('other');
  const text = withOpposite(field.value);
  if (other instanceof HTMLInputElement && text !== undefined) other.value = text;
}

function Table({ texts, crossed }: { readonly texts: readonly [string, string]; readonly crossed: Crossed }) {
  const { cells, pictures, of } = crossed;
  const straight = cells[0]![0]!.score + cells[1]![1]!.score - cells[0]![1]!.score - cells[1]![0]!.score;
  return (
    <>
      <table class="cross">
        <caption class="only-read">Scores of both texts on the picture and its mirror image</caption>
        <thead>
          <tr>
            <td />
            {pictures.map((each, at) => (
              <th scope="col" key={at}>
                <Figure picture={each} label={at === 0 ? 'The picture' : 'Its mirror image'} />
                {at === 0 ? 'as it is' : 'mirrored'}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cells.map((row, text) => (
            <tr key={text}>
              <th scope="row">{texts[text]}</th>
              {row.map(({ score, probability, decision }, at) => (
                <td
                  key={at}
                  class={of === 'score' && score === largestOf(cells.map((each) => each[at]!.score)) ? 'is-best' : ''}
                >
                  {decision !== null && <b>{decision} </b>}
                  {probability === null ? number(score) : percent(probability)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {of === 'score' && (
        <p class="quiet">
          The sum of one diagonal minus that of the other is {number(straight)}:{' '}
          {Math.abs(straight) < 1
            ? 'the network hardly tells which word goes with which side.'
            : 'the network tells which word goes with which side.'}
        </p>
      )}
      <KeepAs name={`${stem(picture.value)}.words`} what="the table" svg={() => tableSvg(texts, crossed)} />
      <p class="quiet small">The first column as a command; the second one takes the picture mirrored.</p>
      <CommandOf spec={columnSpec(texts)} name={`${stem(picture.value)}.words`} />
    </>
  );
}

/** Both pictures with what both texts come to on each. */
function tableSvg(texts: readonly [string, string], { cells, pictures, of }: Crossed): string {
  const parts = { map: null, hasContour: false, boxes: [], opacity: 0, colours: colours.value };
  const value = (text: number, at: number) => {
    const { score, probability, decision } = cells[text]![at]!;
    const own = probability === null ? number(score) : percent(probability);
    return `${texts[text]}: ${of === 'answer' && decision !== null ? `${decision} ` : ''}${own}`;
  };
  return gridSvg(
    pictures.map((each, at) => ({
      ...parts,
      picture: each,
      caption: `${at === 0 ? 'as it is' : 'mirrored'}; ${value(0, at)}; ${value(1, at)}`,
    })),
    'Both texts on the picture and its mirror image',
  );
}

/** What a study makes of both captions, or of the first question, on the picture as it is. */
function columnSpec(texts: readonly [string, string]): StudySpecInput {
  const asksQuestion = facts.value?.recognised?.asks === 'question';
  const own = without(modelRequest.value, 'captions', 'against', 'question');
  return {
    ...{ version: 1, study: 'explain' },
    ...own,
    images: { from: [picture.value] },
    ...(asksQuestion ? { question: texts[0] } : { captions: [...texts] }),
  };
}
