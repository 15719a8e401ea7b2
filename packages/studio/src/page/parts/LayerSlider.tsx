import { chooseLayer } from '../actions.ts';
import { layer, shownMap, stops, sweepKey, swept } from '../state.ts';
import { tasks } from '../tasks.ts';
import { layerName } from '../words.ts';

/** A slider over the layers of the network, from the picture to the answer. */
export function LayerSlider() {
  const all = stops.value;
  const map = shownMap.value;
  const name = layer.value === 'auto' ? map?.layer : layer.value;
  const at = all.findIndex((each) => each.name === name);
  const isReading = tasks.value.some(({ slot }) => slot === 'sweep');
  if (all.length < 2) return null;
  const shown = all[at];
  const words =
    shown !== undefined
      ? `${layerName(shown.name)}, ${shape(shown)}`
      : layer.value === 'auto'
        ? 'chosen by the explainer'
        : `${layerName(layer.value)}, which is no stop`;
  return (
    <div class="layers" data-are-read={swept.value === sweepKey()}>
      <label for="layer">Layer</label>
      <input
        id="layer"
        type="range"
        min={0}
        max={all.length - 1}
        value={at < 0 ? all.length - 1 : at}
        aria-valuetext={words}
        onInput={(event) => void chooseLayer(all[Number(event.currentTarget.value)]!.name)}
      />
      <output for="layer" class="layer-name">
        {shown === undefined ? (
          <span class="quiet">{words}</span>
        ) : (
          <>
            <b>{layerName(shown.name)}</b> <span class="quiet">{shape(shown)}</span>
          </>
        )}
      </output>
      <span class="quiet layer-state" aria-hidden="true">
        {isReading ? 'reading all layers…' : `${shown === undefined ? '–' : at + 1} / ${all.length}`}
      </span>
    </div>
  );
}

function shape({
  size,
  operator,
}: {
  readonly size: readonly [number, number] | null;
  readonly operator: string;
}): string {
  return size === null ? operator : `${operator}, ${size[0]} × ${size[1]}`;
}
