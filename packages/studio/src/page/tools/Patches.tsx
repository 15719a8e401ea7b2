import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { StudySpecInput } from '@understory/studies';
import { figureSvg } from '../draw/figure.ts';
import { CommandOf } from '../parts/Command.tsx';
import { Figure } from '../parts/Figure.tsx';
import { KeepAs } from '../parts/KeepAs.tsx';
import { Problem } from '../parts/Problem.tsx';
import { arrange, back, currentOrder, order, pieces, saidOfPieces, shuffle, swap } from '../pieces.ts';
import { colours, modelKey, modelRequest, picture, said } from '../state.ts';
import { number, percent, short, stem } from '../words.ts';

/** The piece that was taken up, by keyboard or pointer. */
const held = signal<number | null>(null);

/** Pieces of the picture that can be moved, and what the network says of them as they lie. */
export function Patches() {
  const before = said.value;
  useEffect(() => {
    held.value = null;
    void arrange(order.value.length === 0 ? currentOrder() : order.value);
  }, [picture.value, modelKey.value]);
  const now = saidOfPieces.value;
  if (before === null) return <p class="quiet">The pieces come after the first answer.</p>;
  const { width, height } = before.picture;
  const count = pieces.value;
  const from = currentOrder();
  const isMoved = from.some((piece, at) => piece !== at);
  const take = (at: number) => {
    if (held.value === null) held.value = at;
    else {
      const one = held.value;
      held.value = null;
      if (one !== at) void swap(one, at);
    }
  };
  const sideOf = (length: number) => Math.floor(length / count);
  const [top, left] = [
    Math.floor((height - count * sideOf(height)) / 2),
    Math.floor((width - count * sideOf(width)) / 2),
  ];
  const spec: StudySpecInput = {
    ...{ version: 1, study: 'probe', ...modelRequest.value, images: { from: [picture.value] } },
    probe: `shuffle:grid=${count}`,
  };
  const label = isMoved
    ? `${picture.value} in ${count * count} pieces, moved`
    : `${picture.value} in ${count * count} pieces, each in its place`;
  return (
    <div class="split">
      <div>
        <Figure picture={now?.picture ?? before.picture} label={label}>
          <div
            class="pieces"
            role="grid"
            aria-label="Pieces: take one up and put it in the place of another"
            data-own-keys
            style={{
              inset: `${(100 * top) / height}% ${(100 * left) / width}%`,
              gridTemplateColumns: `repeat(${count}, 1fr)`,
              gridTemplateRows: `repeat(${count}, 1fr)`,
            }}
          >
            {Array.from({ length: count }, (_, row) => (
              <div role="row" class="piece-row" key={row}>
                {Array.from({ length: count }, (_unused, column) => {
                  const at = row * count + column;
                  return (
                    <button
                      type="button"
                      key={at}
                      role="gridcell"
                      class="piece"
                      id={`piece-${at}`}
                      tabIndex={at === (held.value ?? 0) ? 0 : -1}
                      draggable
                      aria-selected={held.value === at}
                      aria-label={`Place ${row + 1}, ${column + 1}: piece ${from[at]! + 1}`}
                      onClick={() => take(at)}
                      onDragStart={(event) => {
                        event.dataTransfer?.setData('text/plain', `${at}`);
                        held.value = at;
                      }}
                      onDragOver={(event) => event.preventDefault()}
                      onDrop={(event) => {
                        event.preventDefault();
                        event.stopPropagation();
                        take(at);
                      }}
                      onKeyDown={(event) => {
                        const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -count, ArrowDown: count }[event.key];
                        if (event.key === 's') void shuffle();
                        if (event.key === 'b') void back();
                        if (step === undefined) return;
                        event.preventDefault();
                        document.getElementById(`piece-${at + step}`)?.focus();
                      }}
                    />
                  );
                })}
              </div>
            ))}
          </div>
        </Figure>
        <KeepAs
          name={`${stem(picture.value)}.pieces`}
          what="the pieces"
          svg={() => {
            const shown = now ?? before;
            const parts = { map: null, hasContour: false, boxes: [], opacity: 0, colours: colours.value };
            const said = `${short(shown.decision)}${shown.probability === null ? '' : ` ${percent(shown.probability)}`}`;
            return figureSvg({ ...parts, picture: shown.picture, caption: `${label}: ${said}` });
          }}
        />
      </div>
      <div class="side">
        <p>
          Drag a piece onto another, or take one up and choose its new place. A network that only looks for textures
          hardly notices.
        </p>
        <p class="row">
          <button type="button" onClick={() => void shuffle()}>
            Shuffle <kbd aria-hidden="true">s</kbd>
          </button>
          <button type="button" disabled={!isMoved} onClick={() => void back()}>
            Back <kbd aria-hidden="true">b</kbd>
          </button>
          <label>
            Pieces a side{' '}
            <select
              value={count}
              onChange={(event) => {
                pieces.value = Number(event.currentTarget.value);
                order.value = [];
                held.value = null;
                void arrange(currentOrder());
              }}
            >
              {[2, 3, 4, 6, 8].map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
        </p>
        <Problem slot="pieces" />
        <Difference before={before} now={now} />
        <CommandOf spec={spec} name={`${stem(picture.value)}.pieces`} />
      </div>
    </div>
  );
}

/** The best of both answers beside each other. */
function Difference({
  before,
  now,
}: {
  readonly before: NonNullable<typeof said.value>;
  readonly now: typeof said.value;
}) {
  const names = [
    ...new Set([...before.options.slice(0, 5), ...(now?.options.slice(0, 3) ?? [])].map(({ target }) => target)),
  ];
  const valueOf = (answer: typeof said.value, target: string) => {
    const option = answer?.options.find((each) => each.target === target);
    if (option === undefined) return '–';
    return option.probability === null ? number(option.score) : percent(option.probability);
  };
  const labelOf = (target: string) =>
    [...before.options, ...(now?.options ?? [])].find((each) => each.target === target)?.label ?? target;
  return (
    <table class="numbers">
      <caption class="only-read">What the network says before and after</caption>
      <thead>
        <tr>
          <th scope="col">Says</th>
          <th scope="col">as it was</th>
          <th scope="col">as it lies</th>
          <th scope="col">logit</th>
        </tr>
      </thead>
      <tbody>
        {names.map((target) => {
          const logit = now?.options.find((each) => each.target === target)?.score;
          return (
            <tr key={target} class={now?.options[0]?.target === target ? 'is-best' : ''}>
              <th scope="row">{short(labelOf(target))}</th>
              <td>{valueOf(before, target)}</td>
              <td>{now === null ? '…' : valueOf(now, target)}</td>
              <td>{logit === undefined ? '–' : number(logit)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
