import { largestOf } from '@understory/core';
import { useState } from 'preact/hooks';
import { explainTarget } from '../actions.ts';
import { facts, said, shownMap, target, words } from '../state.ts';
import { number, percent, short } from '../words.ts';

/** How many options are shown before more is asked for. */
const few = 8;

/** What the model says; each of it can be explained. */
export function Answers() {
  const answer = said.value;
  const [isLong, setLong] = useState(false);
  if (answer === null) return <p class="quiet">The answer comes with the first map.</p>;
  const { options, decision, probability } = answer;
  const known = facts.value?.recognised?.labels;
  const current = shownMap.value?.target ?? (target.value === 'top1' ? options[0]?.target : target.value);
  const largest = Math.max(largestOf(options.map((option) => Math.abs(option.score))), 1e-9);
  const own = words.value.find((each) => each.target === current);
  return (
    <>
      <p class="decision">
        <span>{short(decision) || 'Nothing to decide'}</span>
        {probability !== null && <b>{percent(probability)}</b>}
      </p>
      <ul class="options" aria-label="What the model says, best first; choose what is explained">
        {options.slice(0, isLong ? options.length : few).map((option) => {
          const { target: name, label, score, share } = option;
          const fraction = option.probability ?? share;
          return (
            <li key={name}>
              <button
                type="button"
                class="option"
                aria-pressed={name === current}
                onClick={() => void explainTarget(name)}
              >
                <span class="option-label" title={label ?? name}>
                  {short(label ?? name)}
                </span>
                <span class="option-value">{fraction === null ? number(score) : percent(fraction)}</span>
                <span class="bar" style={{ inlineSize: `${100 * (fraction ?? Math.abs(score) / largest)}%` }} />
              </button>
            </li>
          );
        })}
      </ul>
      {options.length > few && (
        <button type="button" class="plain" aria-expanded={isLong} onClick={() => setLong(!isLong)}>
          {isLong ? 'Fewer' : `${options.length - few} more`}
        </button>
      )}
      {known && known.length > options.slice(0, few).length && <OtherClass labels={known} />}
      {own && <WordParts text={own.text} parts={own.words} />}
    </>
  );
}

/** Any class by its name. */
function OtherClass({ labels }: { readonly labels: readonly string[] }) {
  return (
    <form
      class="row other-class"
      onSubmit={(event) => {
        event.preventDefault();
        const field = event.currentTarget.elements.namedItem('class') as HTMLInputElement;
        const at = labels.findIndex((label) => label === field.value || short(label) === field.value);
        field.setCustomValidity(at >= 0 || field.value === '' ? '' : `No class is called "${field.value}"`);
        if (at >= 0) void explainTarget(`${at}`);
        else field.reportValidity();
      }}
    >
      <input
        name="class"
        list="labels"
        placeholder="Another class"
        aria-label="Another class to explain"
        autocomplete="off"
        onInput={(event) => event.currentTarget.setCustomValidity('')}
      />
      <datalist id="labels">
        {labels.map((label) => (
          <option key={label} value={label} />
        ))}
      </datalist>
      <button type="submit">Explain</button>
    </form>
  );
}

/** Which words of a text count: how much of the score is lost without each. */
function WordParts({
  parts,
}: {
  readonly text: string;
  readonly parts: readonly { readonly text: string; readonly occlusion: number }[];
}) {
  const largest = Math.max(largestOf(parts.map(({ occlusion }) => Math.abs(occlusion))), 1e-9);
  return (
    <div>
      <h3>Words that count</h3>
      <p class="word-parts">
        {parts.map(({ text, occlusion }, at) => (
          <span
            key={at}
            class={occlusion < 0 ? 'word is-against' : 'word'}
            style={{ '--weight': `${Math.abs(occlusion) / largest}` }}
            title={`without it: ${number(-occlusion)}`}
          >
            {text}
          </span>
        ))}
      </p>
    </div>
  );
}
