import type { OptionSpec } from '@understory/core';
import { chooseExplainer, explain, sweepLayers } from '../actions.ts';
import { explainer, explainers, facts, settings, shownMap, unfit } from '../state.ts';
import { without } from '../without.ts';
import { duration, numberIn } from '../words.ts';

/** The explainers by number, with the settings of the one that is chosen. */
export function Explainers() {
  const offered = explainers.value;
  const chosen = offered.find(({ id }) => id === explainer.value);
  const time = shownMap.value?.time;
  const isKnown = facts.value?.recognised !== undefined;
  return (
    <>
      <ul class="chips" aria-label="Explainers">
        {offered.map(({ id, title, description, isBaseline, isSlow }, at) => (
          <li key={id}>
            <button
              type="button"
              class={isBaseline === true ? 'chip is-baseline' : 'chip'}
              aria-pressed={id === explainer.value}
              title={unfit.value?.[id] ?? description}
              disabled={!isKnown}
              onClick={() => void chooseExplainer(id)}
            >
              {at < 9 && <kbd aria-hidden="true">{at + 1}</kbd>}
              {title}
              {isSlow === true && <span class="quiet"> slow</span>}
              {unfit.value?.[id] !== undefined && <span class="quiet"> does not apply</span>}
            </button>
          </li>
        ))}
      </ul>
      {chosen !== undefined && (
        <p class="quiet small">
          {chosen.description}
          {time !== undefined && <> Last map: {duration(time)}.</>}
        </p>
      )}
      {chosen !== undefined && Object.keys(chosen.options).length > 0 && (
        <details class="settings">
          <summary>Settings of {chosen.title}</summary>
          {Object.entries(chosen.options).map(([name, spec]) => (
            <Setting key={`${chosen.id} ${name}`} id={chosen.id} name={name} spec={spec} />
          ))}
        </details>
      )}
    </>
  );
}

function Setting({ id, name, spec }: { readonly id: string; readonly name: string; readonly spec: OptionSpec }) {
  const own = settings.value[id] ?? {};
  const value = own[name] ?? spec.default;
  const set = (next: string | number | boolean | readonly string[] | readonly number[]) => {
    const others = without(own, name);
    const isDefault = JSON.stringify(next) === JSON.stringify(spec.default);
    settings.value = { ...settings.value, [id]: isDefault ? others : { ...others, [name]: next } };
    void explain().then(sweepLayers);
  };
  const field = `setting-${id}-${name}`;
  return (
    <div class="setting">
      <label for={field} title={spec.description}>
        {name}
      </label>
      {spec.type === 'boolean' ? (
        <input
          id={field}
          type="checkbox"
          checked={value === true}
          onChange={(event) => set(event.currentTarget.checked)}
        />
      ) : spec.type === 'choice' ? (
        <select id={field} value={String(value)} onChange={(event) => set(event.currentTarget.value)}>
          {spec.choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : spec.type === 'number' || spec.type === 'integer' ? (
        <input
          id={field}
          type="number"
          value={Number(value)}
          min={spec.range[0]}
          max={spec.range[1]}
          step={spec.type === 'integer' ? 1 : 'any'}
          onChange={(event) => set(numberIn(event.currentTarget, Number(value)))}
        />
      ) : spec.type === 'choices' ? (
        <select
          id={field}
          multiple
          size={spec.choices.length}
          onChange={(event) => set([...event.currentTarget.selectedOptions].map((each) => each.value))}
        >
          {spec.choices.map((choice) => (
            <option key={choice} selected={(value as readonly string[]).includes(choice)}>
              {choice}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={field}
          value={Array.isArray(value) ? value.join('+') : String(value)}
          onChange={(event) => set(event.currentTarget.value)}
        />
      )}
    </div>
  );
}
