import { encodeNpy } from '@understory/imaging';
import { commandLine } from '../../words/command-line.ts';
import { figureSvg, pngOf, save } from '../draw/figure.ts';
import {
  about,
  colours,
  engine,
  explanationSpec,
  hasContour,
  hasRegions,
  opacity,
  picture,
  said,
  shownMap,
} from '../state.ts';
import { run } from '../tasks.ts';
import { without } from '../without.ts';
import { captionOf, stem } from '../words.ts';
import { Command } from './Command.tsx';
import { Problem } from './Problem.tsx';
import { regionsOfFigure } from './Regions.tsx';

/** What was found, as files and as the command that finds it again. */
export function Keep() {
  const map = shownMap.value;
  const answer = said.value;
  const spec = { ...explanationSpec(), colourMap: colours.value, opacity: opacity.value };
  const command = commandLine(about.value?.kind === 'page' ? (without(spec, 'devices') as typeof spec) : spec);
  const name = `${stem(picture.value)}.${map?.explainer ?? 'picture'}`;
  const svg = () =>
    answer === null
      ? ''
      : figureSvg({
          ...{
            picture: answer.picture,
            map: answer.regions !== null && hasRegions.value ? null : map,
            hasContour: hasContour.value,
            opacity: opacity.value,
            colours: colours.value,
          },
          boxes: map?.box ? [{ box: map.box, label: map.label ?? map.target }] : [],
          ...(answer.regions !== null && { regions: regionsOfFigure(answer) }),
          caption: map === null ? picture.value : captionOf(map),
        });
  const isThere = answer !== null;
  return (
    <>
      <p class="row keep">
        <button
          type="button"
          disabled={!isThere}
          onClick={() => void pngOf(svg()).then((file) => save(`${name}.png`, file))}
        >
          PNG
        </button>
        <button type="button" disabled={!isThere} onClick={() => save(`${name}.svg`, svg(), 'image/svg+xml')}>
          SVG
        </button>
        <button
          type="button"
          disabled={map === null}
          onClick={() => map && save(`${name}.npy`, encodeNpy(map.data, [map.height, map.width]))}
        >
          Map (.npy)
        </button>
        <button type="button" onClick={() => save(`${name}.json`, JSON.stringify(spec, null, 2), 'application/json')}>
          Specification
        </button>
        <button
          type="button"
          disabled={!isThere}
          onClick={() =>
            void run('keep', 'Writing the page', (call) =>
              engine.value!.study({ spec: { ...spec, html: true, overlay: false } }, call),
            ).then((made) => {
              const page = made?.files.find(({ name: file }) => file === 'explanation.html');
              if (page !== undefined) save(`${name}.html`, page.bytes, 'text/html');
            })
          }
        >
          Page (.html)
        </button>
      </p>
      <Command text={command} />
      <Problem slot="keep" />
    </>
  );
}
