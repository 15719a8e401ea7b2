import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Visualised, VisualisedPicture, VisualisationInput } from '../../engine/engine.ts';
import { figureSvg, gridSvg, save } from '../draw/figure.ts';
import { CommandOf } from '../parts/Command.tsx';
import { Figure } from '../parts/Figure.tsx';
import { KeepAs } from '../parts/KeepAs.tsx';
import { Problem } from '../parts/Problem.tsx';
import { colours, engine, facts, layer, modelKey, modelRequest, picture, said, shownMap } from '../state.ts';
import { run, tell } from '../tasks.ts';
import { fileName, layerName, number, numberIn, short, stem } from '../words.ts';

/** Whether the pictures are of the target that is explained, or of channels of a layer. */
const kind = signal<'target' | 'channels'>('target');
/** The layer whose channels are shown; that of the map as long as none was chosen. */
const chosenLayer = signal<string | null>(null);
const channels = signal('0..3');
const steps = signal(64);
const seed = signal(0);
const made = signal<Visualised | null>(null);

/** Channels as the study takes them. */
const channelsPattern = String.raw`\s*\d+(\s*\.\.\s*\d+)?(\s*,\s*\d+(\s*\.\.\s*\d+)?)*\s*`;

function layerNow(): string | undefined {
  const known = facts.value?.layers ?? [];
  const wanted = chosenLayer.value ?? (layer.value === 'auto' ? shownMap.value?.layer : layer.value);
  return known.find(({ name }) => name === wanted)?.name ?? known.findLast(({ isStop }) => isStop)?.name;
}

function targetNow(): { readonly words: string; readonly label: string } {
  const map = shownMap.value;
  const [best] = said.value?.options ?? [];
  return {
    words: map?.target ?? best?.target ?? 'top1',
    label: short(map?.label ?? best?.label ?? map?.target ?? 'the best answer'),
  };
}

function specNow(): VisualisationInput {
  const at = layerNow();
  return {
    ...{ version: 1, study: 'visualise' },
    ...modelRequest.value,
    images: { from: [picture.value] },
    visualiser: { id: 'ascent', options: { steps: steps.value } },
    ...(kind.value === 'target'
      ? { target: targetNow().words }
      : { channels: channels.value, ...(at !== undefined && { layers: [at] }) }),
    ...(seed.value !== 0 && { seed: seed.value }),
  };
}

async function visualise(): Promise<void> {
  const spec = specNow();
  const found = await run('visualise', 'Making pictures by gradient ascent', (call) =>
    engine.value!.visualise({ spec }, call),
  );
  if (found === undefined) return;
  made.value = found;
  tell(found.pictures.map(captionOf).join('; '));
}

/** What a picture is of, and how it compares with the photograph. */
function captionOf({ row }: Pick<VisualisedPicture, 'row'>): string {
  const { layer: at, value, photograph } = row;
  const where = at === null ? '' : ` of ${layerName(at)}`;
  return `${nameOf({ row })}${where}: ${number(value)}; ${fileName(photograph.id)} has ${number(photograph.value)}`;
}

function nameOf({ row: { channel, label, target } }: Pick<VisualisedPicture, 'row'>): string {
  return channel === null ? short(label ?? target ?? '') : `channel ${channel}`;
}

/** Pictures that a class or a channel responds to, made from noise. */
export function Visualise() {
  const answer = said.value;
  useEffect(() => {
    made.value = null;
    chosenLayer.value = null;
  }, [modelKey.value]);
  if (answer === null) return <p class="quiet">The pictures come after the first answer.</p>;
  const at = layerNow();
  const isOfChannels = kind.value === 'channels';
  return (
    <div class="split">
      <div>{made.value === null ? <Nothing /> : <Pictures of={made.value} />}</div>
      <div class="side">
        <p>
          Noise is changed step by step so that what is chosen responds more and more. A picture that looks like nothing
          shows that the network answers to something else than the thing.
        </p>
        <form
          class="attack"
          onSubmit={(event) => {
            event.preventDefault();
            void visualise();
          }}
        >
          <div class="setting">
            <label for="visualise-of">Of</label>
            <select
              id="visualise-of"
              value={kind.value}
              onChange={(event) => (kind.value = event.currentTarget.value as typeof kind.value)}
            >
              <option value="target">{targetNow().label}</option>
              <option value="channels">channels of a layer</option>
            </select>
          </div>
          {isOfChannels && (
            <>
              <div class="setting">
                <label for="visualise-layer">At layer</label>
                <select
                  id="visualise-layer"
                  value={at ?? ''}
                  onChange={(event) => (chosenLayer.value = event.currentTarget.value)}
                >
                  {(facts.value?.layers ?? [])
                    .filter(({ isStop, name }) => isStop || name === at)
                    .map(({ name }) => (
                      <option key={name} value={name}>
                        {layerName(name)}
                      </option>
                    ))}
                </select>
              </div>
              <div class="setting">
                <label for="visualise-channels">Channels</label>
                <input
                  id="visualise-channels"
                  value={channels.value}
                  required
                  pattern={channelsPattern}
                  title="such as 3, 0..7 or 0,4,8..11"
                  onChange={(event) => (channels.value = event.currentTarget.value)}
                />
              </div>
            </>
          )}
          <div class="setting">
            <label for="visualise-steps">Steps</label>
            <input
              id="visualise-steps"
              type="number"
              required
              min={1}
              max={2000}
              value={steps.value}
              onChange={(event) => (steps.value = numberIn(event.currentTarget, steps.value))}
            />
          </div>
          <div class="setting">
            <label for="visualise-seed">Seed</label>
            <input
              id="visualise-seed"
              type="number"
              required
              min={0}
              value={seed.value}
              onChange={(event) => (seed.value = numberIn(event.currentTarget, seed.value))}
            />
          </div>
          <p class="row">
            <button type="submit" class="strong" disabled={isOfChannels && at === undefined}>
              Make pictures
            </button>
          </p>
        </form>
        <Problem slot="visualise" />
        <CommandOf spec={specNow()} name={`${stem(modelRequest.value.model)}.visualise`} />
      </div>
    </div>
  );
}

function Nothing() {
  return <p class="quiet">No picture was made yet.</p>;
}

function Pictures({ of }: { readonly of: Visualised }) {
  const { pictures } = of;
  const name = `${stem(modelRequest.value.model)}.visualised`;
  const drawn = (each: VisualisedPicture) => ({
    ...{ picture: each.picture, map: null, hasContour: false, boxes: [], opacity: 0, colours: colours.value },
    caption: captionOf(each),
  });
  const svg = () => {
    const [only] = pictures;
    if (only === undefined) return undefined;
    if (pictures.length === 1) return figureSvg(drawn(only));
    return gridSvg(pictures.map(drawn), `${pictures.length} pictures by gradient ascent`);
  };
  return (
    <>
      <ul class={pictures.length === 1 ? 'grid is-single' : 'grid'} aria-label="What was made">
        {pictures.map((each) => (
          <li key={each.row.item}>
            <Figure picture={each.picture} label={captionOf(each)} />
            <p class="small">{captionOf(each)}</p>
            {each.row.warnings.map((warning) => (
              <p class="quiet small" key={warning}>
                {warning}
              </p>
            ))}
            <p>
              <button
                type="button"
                class="plain"
                aria-label={`Save PNG of ${nameOf(each)}`}
                onClick={() => save(`${fileName(each.row.item)}.png`, each.png, 'image/png')}
              >
                Save PNG
              </button>
            </p>
          </li>
        ))}
      </ul>
      <KeepAs name={name} what="the pictures" svg={svg} />
    </>
  );
}
