import { explainTarget } from '../actions.ts';
import { peakOf } from '../draw/heat.ts';
import { Again } from '../parts/Again.tsx';
import { Boxes, Figure } from '../parts/Figure.tsx';
import { LayerSlider } from '../parts/LayerSlider.tsx';
import { Problem } from '../parts/Problem.tsx';
import { RegionsLegend, RegionsOver } from '../parts/Regions.tsx';
import { View } from '../parts/View.tsx';
import { about, facts, hasRegions, picture, said, shownMap, target } from '../state.ts';
import { isAtWork, problems } from '../tasks.ts';
import { captionOf, percent, short } from '../words.ts';

/** The picture with the heat map of what is chosen. */
export function Look() {
  const answer = said.value;
  const map = shownMap.value;
  const isBusy = isAtWork('explain');
  if (answer === null) return <Waiting />;
  const boxes = answer.options.flatMap(({ target: name, label, box, probability }) =>
    box === null
      ? []
      : [
          {
            target: name,
            box,
            label: `${short(label ?? name)}${probability === null ? '' : ` ${percent(probability)}`}`,
          },
        ],
  );
  const takesPixels = facts.value?.recognised?.forms.some((form) => form.startsWith('pixel:')) === true;
  const label =
    map === null ? `${picture.value}, without a map` : `${picture.value}: ${captionOf(map)}, ${peakOf(map)}`;
  return (
    <div class="look" aria-busy={isBusy}>
      <Figure
        picture={answer.picture}
        map={answer.regions !== null && hasRegions.value ? null : map}
        label={label}
        isLinked
        hasKeys
        {...(takesPixels && { onPick: (x: number, y: number) => void explainTarget(`pixel:${x},${y}`) })}
      >
        {answer.regions !== null && <RegionsOver said={answer} />}
        {boxes.length > 0 && (
          <Boxes
            boxes={boxes.slice(0, 12)}
            size={answer.picture}
            chosen={map?.target ?? target.value}
            onChoose={(name) => void explainTarget(name)}
          />
        )}
        {map?.target.startsWith('pixel:') === true && <Pixel target={map.target} size={answer.picture} />}
      </Figure>
      <p class="caption">{map === null ? (isBusy ? 'Explaining…' : 'No map yet') : captionOf(map)}</p>
      {map === null && !isBusy && (
        <p class="caption">
          <Again />
        </p>
      )}
      {answer.regions !== null && <RegionsLegend said={answer} />}
      {takesPixels && (
        <p class="quiet small">
          Click a pixel to explain what the network says of it, or go there with the arrow keys and press Enter.
        </p>
      )}
      <Problem slot="explain" />
      <LayerSlider />
      <Problem slot="sweep" />
      <View />
    </div>
  );
}

/** The pixel that is explained. */
function Pixel({
  target: words,
  size,
}: {
  readonly target: string;
  readonly size: { readonly width: number; readonly height: number };
}) {
  const [, x = '0', y = '0'] = /^pixel:(\d+),(\d+)/.exec(words) ?? [];
  return (
    <span
      class="pixel"
      style={{ left: `${(100 * (Number(x) + 0.5)) / size.width}%`, top: `${(100 * (Number(y) + 0.5)) / size.height}%` }}
    />
  );
}

/** Before the first answer: the picture as it is, where it lies beside the page. */
function Waiting() {
  const isSample = about.value === null || about.value.samples.includes(picture.value);
  const isBusy = isAtWork('start', 'model', 'files', 'kept', 'explain');
  const isUnread = (facts.value !== null && facts.value.recognised === null) || problems.value.model !== undefined;
  return (
    <div class="look is-waiting">
      {isSample && <img src={`./samples/${picture.value}`} alt={picture.value} />}
      <p class="caption" role="status">
        {isBusy ? (
          'Opening the network…'
        ) : isUnread ? (
          <>
            The network could not be read: <a href="#model-head">see what was found, and say how it is read</a>.
          </>
        ) : (
          'There is no answer yet.'
        )}
      </p>
      {!isBusy && !isUnread && (
        <p class="caption">
          <Again />
        </p>
      )}
      <Problem slot="explain" />
      <Problem slot="predict" />
    </div>
  );
}
