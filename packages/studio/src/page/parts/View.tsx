import { colourMapNames, type ColourMapName } from '@understory/imaging';
import { colours, hasContour, opacity } from '../state.ts';

/** How heat maps are drawn. */
export function View() {
  return (
    <div class="view" role="group" aria-label="How maps are drawn">
      <label>
        Opacity
        <input
          type="range"
          min={0}
          max={1}
          step={0.05}
          value={opacity.value}
          onInput={(event) => (opacity.value = event.currentTarget.valueAsNumber)}
        />
      </label>
      <label>
        Colours
        <select
          value={colours.value}
          onChange={(event) => (colours.value = event.currentTarget.value as ColourMapName)}
        >
          {colourMapNames.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={hasContour.value}
          onChange={(event) => (hasContour.value = event.currentTarget.checked)}
        />
        Contour of the top tenth
      </label>
    </div>
  );
}
