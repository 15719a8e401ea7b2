import { useEffect, useRef } from 'preact/hooks';
import type { Said } from '../../engine/engine.ts';
import type { FigureParts } from '../draw/figure.ts';
import { colourOfRegion, cssColour, paintRegions } from '../draw/regions.ts';
import { hasRegions } from '../state.ts';
import { percent, short } from '../words.ts';

/** The regions of an answer over its picture, in their colours: filled, or their edges alone. */
export function RegionsOver({ said }: { readonly said: Said }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { regions, options } = said;
  const isFilled = hasRegions.value;
  useEffect(() => {
    if (canvas.current === null || regions === null) return;
    paintRegions(canvas.current, regions, coloursOf(options), isFilled);
  }, [said, isFilled]);
  return <canvas class="over is-regions" ref={canvas} aria-hidden="true" />;
}

/** Which colour is what. */
export function RegionsLegend({ said: { options } }: { readonly said: Said }) {
  return (
    <>
      <ul class="legend" aria-label="Colours of the regions">
        {options.map(({ target, label, share }) => (
          <li key={target}>
            <span class="swatch" style={{ background: cssColour(colourOfRegion(target, label)) }} />{' '}
            {short(label ?? target)}
            {share !== null && ` ${percent(share)}`}
          </li>
        ))}
      </ul>
      <p class="row small">
        <label class="check">
          <input
            type="checkbox"
            checked={hasRegions.value}
            onChange={(event) => (hasRegions.value = event.currentTarget.checked)}
          />
          Fill the regions instead of showing the map
        </label>
      </p>
    </>
  );
}

/** The same for a figure that is kept. */
export function regionsOfFigure({ regions, options }: Said): NonNullable<FigureParts['regions']> {
  return {
    paint: (canvas) => regions && paintRegions(canvas, regions, coloursOf(options), hasRegions.value),
    legend: options.map(({ target, label, share }) => ({
      label: `${short(label ?? target)}${share === null ? '' : ` ${percent(share)}`}`,
      colour: cssColour(colourOfRegion(target, label)),
    })),
  };
}

function coloursOf(options: Said['options']) {
  return options.map(({ target, label }) => colourOfRegion(target, label));
}
