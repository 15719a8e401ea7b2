import { useLayoutEffect, useState } from 'preact/hooks';
import type { Offered } from '../../engine/engine.ts';
import { chooseExplainer, compare } from '../actions.ts';
import { gridSvg } from '../draw/figure.ts';
import { peakOf } from '../draw/heat.ts';
import { Figure } from '../parts/Figure.tsx';
import { KeepAs } from '../parts/KeepAs.tsx';
import { LayerSlider } from '../parts/LayerSlider.tsx';
import { Problem } from '../parts/Problem.tsx';
import { View } from '../parts/View.tsx';
import {
  colours,
  explainer,
  explainers,
  hasContour,
  knownMap,
  layer,
  mapKey,
  opacity,
  picture,
  said,
  tool,
  unfit,
} from '../state.ts';
import { isAtWork } from '../tasks.ts';
import { captionOf, duration, stem } from '../words.ts';

/** Explainers beside each other, baselines that know nothing of the network among them. */
export function Compare() {
  const offered = explainers.value;
  const quick = offered.filter((each) => !takesMany(each));
  const [more, setMore] = useState<readonly string[]>([]);
  const answer = said.value;
  const shown = [...quick, ...offered.filter(({ id }) => more.includes(id))];
  const ids = shown.map(({ id }) => id).join();
  // Of this model, picture, target and layer.
  const asked = JSON.stringify([ids, mapKey({ explainer: 'all', layer: layer.value }), answer !== null]);
  const isMissing = shown.some(
    ({ id }) => unfit.value?.[id] === undefined && knownMap({ explainer: id, layer: layer.value }) === undefined,
  );
  // Before the page is painted, so that what offers to begin is not seen meanwhile.
  useLayoutEffect(() => {
    if (answer !== null) void compare(ids.split(','));
  }, [asked]);
  if (answer === null) return <p class="quiet">The grid comes after the first map.</p>;
  const svg = () => {
    const drawing = { hasContour: hasContour.value, opacity: opacity.value, colours: colours.value, boxes: [] };
    const maps = shown.flatMap(({ id }) => knownMap({ explainer: id, layer: layer.value }) ?? []);
    const cells = maps.map((map) => ({ ...drawing, picture: answer.picture, map, caption: captionOf(map) }));
    return cells.length === 0 ? undefined : gridSvg(cells, `${picture.value}: maps of ${cells.length} explainers`);
  };
  return (
    <div>
      <Problem slot="compare" />
      <ul class="grid" aria-label="Maps of all explainers">
        {shown.map(({ id, title, isBaseline }) => {
          const map = knownMap({ explainer: id, layer: layer.value }) ?? null;
          const why = unfit.value?.[id];
          return (
            <li key={id} class={isBaseline === true ? 'is-baseline' : ''}>
              <Figure
                picture={answer.picture}
                map={map}
                label={map === null ? `${title}: ${why ?? 'not there yet'}` : `${captionOf(map)}, ${peakOf(map)}`}
                isLinked
              />
              <p class="grid-name">
                <button
                  type="button"
                  class="plain"
                  aria-pressed={id === explainer.value}
                  onClick={() => {
                    tool.value = 'look';
                    void chooseExplainer(id);
                  }}
                >
                  {title}
                </button>
                <span class="quiet">
                  {isBaseline === true
                    ? 'baseline'
                    : map === null
                      ? why === undefined
                        ? '…'
                        : 'does not apply'
                      : duration(map.time)}
                </span>
              </p>
            </li>
          );
        })}
      </ul>
      <p class="row">
        {isMissing && !isAtWork('compare') && (
          <button type="button" class="strong" onClick={() => void compare(ids.split(','))}>
            Make the maps that are missing
          </button>
        )}
        {offered
          .filter((each) => takesMany(each) && !more.includes(each.id))
          .map(({ id, title }) => (
            <button type="button" key={id} onClick={() => setMore([...more, id])}>
              Add {title} (slow)
            </button>
          ))}
      </p>
      <KeepAs name={`${stem(picture.value)}.grid`} what="the grid" svg={svg} />
      <LayerSlider />
      <View />
    </div>
  );
}

/** Whether an explainer runs the model many times for a map. */
function takesMany({ isSlow, isBaseline, options }: Offered): boolean {
  return isSlow === true || (isBaseline !== true && ('samples' in options || 'steps' in options));
}
