import { signal } from '@preact/signals';
import { largestOf } from '@understory/core';
import { useLayoutEffect } from 'preact/hooks';
import type { DeletionCurve, EvaluationInput } from '../../engine/engine.ts';
import { figureSvg } from '../draw/figure.ts';
import { Again } from '../parts/Again.tsx';
import { Chart } from '../parts/Chart.tsx';
import { CommandOf } from '../parts/Command.tsx';
import { Figure } from '../parts/Figure.tsx';
import { KeepAs } from '../parts/KeepAs.tsx';
import { Problem } from '../parts/Problem.tsx';
import {
  colours,
  engine,
  explainer,
  layer,
  mapKey,
  modelRequest,
  picture,
  said,
  selection,
  shownMap,
  target,
} from '../state.ts';
import { isAtWork, run, tell } from '../tasks.ts';
import { number, percent, short, stem } from '../words.ts';

type Metric = 'deletion' | 'insertion';

const metric = signal<Metric>('deletion');
const steps = signal(25);
/** Curves by what was asked. */
const curves = signal<ReadonlyMap<string, DeletionCurve>>(new Map());
const place = signal(0);

function keyNow(): string {
  return JSON.stringify([mapKey({ explainer: explainer.value, layer: layer.value }), metric.value, steps.value]);
}

function specNow(): EvaluationInput {
  const words = shownMap.value?.target ?? target.value;
  return {
    ...{ version: 1, study: 'evaluate' },
    ...modelRequest.value,
    images: { from: [picture.value] },
    explainers: [selection(explainer.value)],
    metrics: [`${metric.value}:steps=${steps.value},score=probability`],
    ...(words === 'top1' ? {} : { target: words }),
    ...(layer.value !== 'auto' && { layer: layer.value }),
  };
}

async function measure(): Promise<void> {
  const [key, spec] = [keyNow(), specNow()];
  if (curves.value.has(key)) return;
  const found = await run('deletion', `Measuring ${metric.value}`, (call) => engine.value!.deletion({ spec }, call));
  if (found === undefined) return;
  curves.value = new Map([...[...curves.value].slice(-12), [key, found]]);
  tell(found.value === null ? (found.reason ?? 'there is no curve') : `${metric.value}: area ${number(found.value)}`);
}

/** What becomes of the score as the most important pixels are taken away, and the picture at each point. */
export function Deletion() {
  const key = keyNow();
  const answer = said.value;
  // Before the page is painted, so that what offers to begin is not seen meanwhile.
  useLayoutEffect(() => {
    if (answer !== null && shownMap.value !== null) void measure();
  }, [key, answer !== null, shownMap.value !== null]);
  const curve = curves.value.get(key);
  const at = curve === undefined ? 0 : Math.min(place.value, Math.max(0, curve.x.length - 1));
  const shown = curve?.pictures[at] ?? answer?.picture;
  const what = shownMap.value === null ? 'the target' : short(shownMap.value.label ?? shownMap.value.target);
  const label =
    curve === undefined
      ? picture.value
      : `${picture.value} with ${percent(curve.x[at] ?? 0)} of the pixels ${metric.value === 'deletion' ? 'taken away' : 'brought back'}`;
  return (
    <div class="split">
      <div>
        {shown !== undefined && <Figure picture={shown} label={label} />}
        {shown !== undefined && curve?.y[at] !== undefined && (
          <KeepAs
            name={`${stem(picture.value)}.${metric.value}`}
            what="the picture at this point"
            svg={() =>
              figureSvg({
                ...{ picture: shown, map: null, hasContour: false, boxes: [], opacity: 0, colours: colours.value },
                caption: `${label}: ${curve.score} of ${what} ${number(curve.y[at]!)}`,
              })
            }
          />
        )}
      </div>
      <div class="side">
        <p>
          {metric.value === 'deletion'
            ? `The pixels that ${explainer.value} calls most important for ${what} are blurred first. The faster the probability falls, the more faithful the map.`
            : `A blurred picture gets back first the pixels that ${explainer.value} calls most important for ${what}. The faster the probability rises, the more faithful the map.`}
        </p>
        <p class="row">
          <label>
            Measure{' '}
            <select value={metric.value} onChange={(event) => (metric.value = event.currentTarget.value as Metric)}>
              <option>deletion</option>
              <option>insertion</option>
            </select>
          </label>
          <label>
            Steps{' '}
            <select value={steps.value} onChange={(event) => (steps.value = Number(event.currentTarget.value))}>
              {[10, 25, 50, 100].map((count) => (
                <option key={count}>{count}</option>
              ))}
            </select>
          </label>
        </p>
        <Problem slot="deletion" />
        {curve === undefined && shownMap.value !== null && !isAtWork('deletion') && (
          <p>
            <button type="button" class="strong" onClick={() => void measure()}>
              Measure
            </button>
          </p>
        )}
        {shownMap.value === null && (
          <p class="row quiet">
            The curve comes after the map.
            {!isAtWork('explain') && <Again />}
          </p>
        )}
        {curve !== undefined && curve.value === null && <p class="quiet">There is no curve: {curve.reason}.</p>}
        {curve !== undefined && curve.x.length > 1 && (
          <>
            <Chart
              lines={[{ name: explainer.value, x: curve.x, y: curve.y, colour: 'var(--accent)' }]}
              xLabel={metric.value === 'deletion' ? 'pixels taken away' : 'pixels brought back'}
              yLabel={curve.score}
              xTicks="percent"
              yDomain={[0, largestOf(curve.y) * 1.05]}
              at={{ x: curve.x[at]!, y: curve.y[at]! }}
              label={`The ${curve.score} of ${what} goes from ${number(curve.y[0]!)} to ${number(curve.y.at(-1)!)}; the area under the curve is ${number(curve.value ?? 0)}.`}
              onPick={(x) => (place.value = nearest(curve.x, x))}
            />
            <label class="scrub">
              <span class="only-read">Point of the curve</span>
              <input
                type="range"
                min={0}
                max={curve.x.length - 1}
                value={at}
                aria-valuetext={`${percent(curve.x[at]!)} of the pixels, ${curve.score} ${number(curve.y[at]!)}`}
                onInput={(event) => (place.value = Number(event.currentTarget.value))}
              />
            </label>
            <p class="figures">
              <span>
                {percent(curve.x[at]!)} of the pixels <b>{percent(curve.y[at]!)}</b>
              </span>
              <span>
                area <b>{number(curve.value ?? 0)}</b> <span class="quiet">{curve.better} is better</span>
              </span>
            </p>
          </>
        )}
        <CommandOf spec={specNow()} name={`${stem(picture.value)}.${metric.value}`} />
      </div>
    </div>
  );
}

function nearest(values: readonly number[], value: number): number {
  return values.reduce((best, each, at) => (Math.abs(each - value) < Math.abs(values[best]! - value) ? at : best), 0);
}
