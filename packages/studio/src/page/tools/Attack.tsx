import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { RgbImage } from '@understory/imaging';
import type { Attacked, AttackInput } from '../../engine/engine.ts';
import { figureSvg, save } from '../draw/figure.ts';
import { levelOfTop, mapOver } from '../draw/heat.ts';
import { Chart } from '../parts/Chart.tsx';
import { CommandOf } from '../parts/Command.tsx';
import { Figure } from '../parts/Figure.tsx';
import { KeepAs } from '../parts/KeepAs.tsx';
import { Problem } from '../parts/Problem.tsx';
import {
  about,
  colours,
  engine,
  explainer,
  facts,
  layer,
  modelKey,
  modelRequest,
  picture,
  said,
  selection,
  shownMap,
} from '../state.ts';
import { run, tell } from '../tasks.ts';
import { number, numberIn, percent, short, stem } from '../words.ts';

/** The mask that is painted, `[height, width]` in 0..1; empty as long as nothing was. */
const painted = signal<{ readonly weights: Float32Array; readonly width: number; readonly height: number } | null>(
  null,
);
const maskKind = signal<'painted' | 'all' | 'origin-top' | 'origin-bottom' | 'random'>('origin-top');
const fraction = signal(0.2);
const brush = signal(12);
const isErasing = signal(false);
const attackId = signal('pgd');
const epsilon = signal(8);
const stepCount = signal(20);
const goal = signal('');
const stopsEarly = signal(false);
const result = signal<Attacked | null>(null);
/** By how much the change is amplified when it is shown. */
const amplified = signal(16);
/** What is looked at of the result. */
const view = signal<'adversarial' | 'change' | 'mask'>('adversarial');

function specNow(): AttackInput {
  const recognised = facts.value?.recognised;
  const isClassifier = recognised?.classes !== null && recognised?.classes !== undefined;
  const mask =
    maskKind.value === 'painted' || maskKind.value === 'all'
      ? maskKind.value
      : `${maskKind.value}:fraction=${fraction.value}`;
  const words = shownMap.value?.target ?? said.value?.options[0]?.target ?? 'top1';
  return {
    ...{ version: 1, study: 'attack' },
    ...modelRequest.value,
    images: { from: [picture.value] },
    attack: `${attackId.value}:epsilon=${epsilon.value}/255${attackId.value === 'fgsm' ? '' : `,steps=${stepCount.value}`}${attackId.value === 'pgd' ? `,stop=${stopsEarly.value ? 'misclassification' : 'never'},lastLook=true` : ''}`,
    masks: [mask],
    explainer: selection(explainer.value),
    ...(isClassifier
      ? { targetClass: goal.value === '' ? null : goal.value }
      : { targetClass: null, target: `-${words}` }),
    ...(layer.value !== 'auto' && { layer: layer.value }),
  };
}

async function attack(): Promise<void> {
  const spec = specNow();
  const mask = painted.value;
  result.value = null;
  const found = await run('attack', `Attacking with ${attackId.value}`, (call) =>
    engine.value!.attack({ spec, ...(maskKind.value === 'painted' && mask !== null && { painted: mask }) }, call),
  );
  if (found === undefined) return;
  result.value = found;
  view.value = 'adversarial';
  const { row, after } = found;
  tell(row.reason ?? (row.success === true ? `The attack succeeded: ${after?.decision ?? ''}` : 'The attack gave up'));
}

/** Paints a mask, or takes one from the map, and attacks through it. */
export function Attack() {
  const answer = said.value;
  useEffect(() => {
    result.value = null;
    painted.value = null;
  }, [picture.value, modelKey.value]);
  if (answer === null) return <p class="quiet">An attack begins with an answer.</p>;
  const found = result.value;
  const labels = facts.value?.recognised?.labels;
  const isClassifier = facts.value?.recognised?.classes !== null;
  const spec = specNow();
  return (
    <div class="split">
      <div>
        {found === null || found.after === null ? <Painting picture={answer.picture} /> : <Outcome found={found} />}
      </div>
      <div class="side">
        <form
          class="attack"
          onSubmit={(event) => {
            event.preventDefault();
            void attack();
          }}
        >
          <div class="setting">
            <label for="attack-mask">Only pixels</label>
            <select
              id="attack-mask"
              value={maskKind.value}
              onChange={(event) => (maskKind.value = event.currentTarget.value as typeof maskKind.value)}
            >
              <option value="all">all of them</option>
              <option value="origin-top">where {explainer.value} looks most</option>
              <option value="origin-bottom">where {explainer.value} looks least</option>
              <option value="random">at random</option>
              <option value="painted">that I paint</option>
            </select>
          </div>
          {maskKind.value !== 'all' && maskKind.value !== 'painted' && (
            <div class="setting">
              <label for="attack-fraction">Fraction {percent(fraction.value)}</label>
              <input
                id="attack-fraction"
                type="range"
                min={0.01}
                max={0.9}
                step={0.01}
                value={fraction.value}
                onInput={(event) => (fraction.value = event.currentTarget.valueAsNumber)}
              />
            </div>
          )}
          {maskKind.value === 'painted' && (
            <p class="row">
              <label>
                Brush{' '}
                <input
                  type="range"
                  min={2}
                  max={60}
                  value={brush.value}
                  onInput={(event) => (brush.value = event.currentTarget.valueAsNumber)}
                />
              </label>
              <label class="check">
                <input
                  type="checkbox"
                  checked={isErasing.value}
                  onChange={(event) => (isErasing.value = event.currentTarget.checked)}
                />{' '}
                Erase
              </label>
              <button type="button" disabled={shownMap.value === null} onClick={() => fromMap(answer.picture)}>
                Top tenth of the map
              </button>
              <button type="button" class="plain" onClick={() => (painted.value = null)}>
                Clear
              </button>
            </p>
          )}
          <div class="setting">
            <label for="attack-id">Attack</label>
            <select
              id="attack-id"
              value={attackId.value}
              onChange={(event) => (attackId.value = event.currentTarget.value)}
            >
              {(about.value?.attacks ?? []).map(({ id, title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
            </select>
          </div>
          <div class="setting">
            <label for="attack-epsilon">Largest change {epsilon.value}/255</label>
            <input
              id="attack-epsilon"
              type="range"
              min={1}
              max={64}
              value={epsilon.value}
              onInput={(event) => (epsilon.value = event.currentTarget.valueAsNumber)}
            />
          </div>
          {attackId.value !== 'fgsm' && (
            <div class="setting">
              <label for="attack-steps">Steps</label>
              <input
                id="attack-steps"
                type="number"
                required
                min={1}
                max={1000}
                value={stepCount.value}
                onChange={(event) => (stepCount.value = numberIn(event.currentTarget, stepCount.value))}
              />
            </div>
          )}
          {attackId.value === 'pgd' && (
            <label class="check">
              <input
                type="checkbox"
                checked={stopsEarly.value}
                onChange={(event) => (stopsEarly.value = event.currentTarget.checked)}
              />{' '}
              Stop as soon as it is fooled
            </label>
          )}
          {isClassifier && (
            <div class="setting">
              <label for="attack-goal">Until it says</label>
              <input
                id="attack-goal"
                list="goals"
                value={goal.value}
                placeholder="anything else"
                onChange={(event) => (goal.value = event.currentTarget.value)}
              />
              <datalist id="goals">
                {labels?.slice(0, 1000).map((label) => (
                  <option key={label} value={short(label)} />
                ))}
              </datalist>
            </div>
          )}
          <p class="row">
            <button type="submit" class="strong" disabled={maskKind.value === 'painted' && painted.value === null}>
              Attack
            </button>
            {found !== null && (
              <button type="button" onClick={() => (result.value = null)}>
                Back to the picture
              </button>
            )}
          </p>
        </form>
        <Problem slot="attack" />
        {found !== null && <Story found={found} />}
        {maskKind.value === 'painted' ? (
          <p class="quiet small">No command says what was painted; the mask is kept with the picture.</p>
        ) : (
          <CommandOf spec={spec} name={`${stem(picture.value)}.attack`} />
        )}
      </div>
    </div>
  );
}

function Outcome({ found }: { readonly found: Attacked }) {
  const { after, before, mask } = found;
  if (after === null) return null;
  const shown =
    view.value === 'adversarial'
      ? after.picture
      : view.value === 'mask' && mask !== null
        ? maskPicture(mask, after.picture)
        : changePicture(before.picture, after.picture);
  const label =
    view.value === 'adversarial'
      ? `The adversarial picture, which the network calls ${after.decision}`
      : view.value === 'mask'
        ? 'The mask'
        : `The change, ${amplified.value} times as strong, about a middle grey`;
  return (
    <>
      <Figure picture={shown} label={label} />
      <div class="view" role="group" aria-label="What is shown">
        {(['adversarial', 'change', 'mask'] as const).map((name) => (
          <button type="button" key={name} aria-pressed={view.value === name} onClick={() => (view.value = name)}>
            {name}
          </button>
        ))}
        {view.value === 'change' && (
          <label>
            Amplified {amplified.value} ×
            <input
              type="range"
              min={1}
              max={64}
              value={amplified.value}
              onInput={(event) => (amplified.value = event.currentTarget.valueAsNumber)}
            />
          </label>
        )}
      </div>
      <KeepAs
        name={`${stem(picture.value)}.${view.value}`}
        what="this picture"
        svg={() =>
          figureSvg({
            ...{ picture: shown, map: null, hasContour: false, boxes: [], opacity: 0, colours: colours.value },
            caption: label,
          })
        }
      />
    </>
  );
}

/** What happened, step by step. */
function Story({ found }: { readonly found: Attacked }) {
  const { row, before, after, png, mask } = found;
  if (row.reason !== null || after === null) return <p>No picture was made: {row.reason}.</p>;
  const { trajectory } = row;
  const isTargeted = goal.value !== '';
  const own = trajectory?.originalProbability ?? [];
  const aimed = trajectory?.probability ?? [];
  const numbersOf = (values: readonly number[]) => ({ x: values.map((_, at) => at), y: values });
  const lines = [
    ...(own.length > 0 ? [{ name: short(before.decision), ...numbersOf(own), colour: 'var(--accent)' }] : []),
    ...(isTargeted && aimed.length > 0
      ? [{ name: short(goal.value), ...numbersOf(aimed), colour: 'var(--mark)', dash: '6,3' }]
      : []),
    ...(own.length === 0 && trajectory
      ? [{ name: 'value', ...numbersOf(trajectory.logit), colour: 'var(--accent)' }]
      : []),
  ];
  return (
    <>
      <p class="decision">
        <span>
          {short(before.decision)} → {short(after.decision)}
        </span>
        {after.probability !== null && <b>{percent(after.probability)}</b>}
      </p>
      <p class="quiet">
        {row.success === true ? 'It was fooled' : 'It was not fooled'} after {row.evaluations} evaluations; {row.l0}{' '}
        pixels changed, by at most {Math.round(255 * row.linf)} of 255 levels.
        {row.warnings.map((warning) => ` ${warning}.`)}
      </p>
      {lines.length > 0 && (
        <Chart
          lines={lines}
          xLabel="evaluation"
          yLabel={own.length === 0 ? 'value' : 'probability'}
          label={lines.map(({ name, y }) => `${name} goes from ${number(y[0]!)} to ${number(y.at(-1)!)}`).join('; ')}
        />
      )}
      <p class="row">
        <button
          type="button"
          disabled={png === null}
          onClick={() => png && save(`${stem(picture.value)}.adversarial.png`, png, 'image/png')}
        >
          Save adversarial PNG
        </button>
        <button
          type="button"
          disabled={mask === null}
          onClick={() =>
            mask && void maskFile(mask, after.picture).then((file) => save(`${stem(picture.value)}.mask.png`, file))
          }
        >
          Save mask
        </button>
      </p>
    </>
  );
}

/** The picture with the mask over it, which a brush changes. */
function Painting({ picture: shown }: { readonly picture: RgbImage }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = shown;
  const mask = painted.value;
  const isPainting = maskKind.value === 'painted';
  useEffect(() => {
    const own = canvas.current;
    if (own === null) return;
    [own.width, own.height] = [width, height];
    const context = own.getContext('2d');
    if (context === null || mask === null || !isPainting) return;
    const image = context.createImageData(width, height);
    for (let place = 0; place < width * height; place += 1)
      image.data.set([246, 176, 75, Math.round(150 * (mask.weights[place] ?? 0))], 4 * place);
    context.putImageData(image, 0, 0);
  }, [mask, isPainting, width, height]);
  const dab = (event: PointerEvent) => {
    if (!isPainting || (event.type === 'pointermove' && event.buttons === 0)) return;
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const [x, y] = [
      ((event.clientX - box.left) / box.width) * width,
      ((event.clientY - box.top) / box.height) * height,
    ];
    paintAt(x, y, shown);
  };
  return (
    <>
      <Figure
        picture={shown}
        map={isPainting ? null : shownMap.value}
        label={
          isPainting
            ? 'The picture, on which a mask is painted'
            : `${picture.value} with the map that the mask is taken from`
        }
      >
        <canvas
          ref={canvas}
          class={isPainting ? 'paint is-painting' : 'paint'}
          {...(isPainting && {
            role: 'application',
            tabIndex: 0,
            'aria-label': 'Mask: paint with the pointer, or move with the arrow keys and press the space bar',
            'data-own-keys': true,
          })}
          onPointerDown={(event) => {
            if (isPainting) event.currentTarget.setPointerCapture(event.pointerId);
            dab(event);
          }}
          onPointerMove={dab}
          onKeyDown={(event) => paintByKey(event, shown)}
        />
        {isPainting && <Tip size={shown} />}
      </Figure>
      {isPainting && (
        <p class="caption">
          {mask === null
            ? 'Paint where pixels may change.'
            : `${percent(mask.weights.reduce((sum, weight) => sum + weight, 0) / mask.weights.length)} of the pixels may change.`}
        </p>
      )}
    </>
  );
}

/** Where the brush is, for who moves it by keyboard. */
const tip = signal<{ readonly x: number; readonly y: number } | null>(null);

function Tip({ size }: { readonly size: { readonly width: number; readonly height: number } }) {
  if (tip.value === null) return null;
  return (
    <span
      class="pixel"
      style={{ left: `${(100 * tip.value.x) / size.width}%`, top: `${(100 * tip.value.y) / size.height}%` }}
    />
  );
}

function paintByKey(event: KeyboardEvent, size: RgbImage): void {
  const steps: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-6, 0],
    ArrowRight: [6, 0],
    ArrowUp: [0, -6],
    ArrowDown: [0, 6],
  };
  const at = tip.value ?? { x: size.width / 2, y: size.height / 2 };
  const step = steps[event.key];
  if (step !== undefined) {
    event.preventDefault();
    tip.value = {
      x: Math.min(size.width, Math.max(0, at.x + step[0])),
      y: Math.min(size.height, Math.max(0, at.y + step[1])),
    };
  } else if (event.key === ' ') {
    event.preventDefault();
    paintAt(at.x, at.y, size);
  }
}

function paintAt(x: number, y: number, { width, height }: { readonly width: number; readonly height: number }): void {
  const known = painted.value;
  const weights =
    known !== null && known.width === width && known.height === height
      ? known.weights.slice()
      : new Float32Array(width * height);
  const reach = (brush.value * width) / 448;
  for (let row = Math.max(0, Math.floor(y - reach)); row < Math.min(height, y + reach); row += 1) {
    for (let column = Math.max(0, Math.floor(x - reach)); column < Math.min(width, x + reach); column += 1) {
      if ((column + 0.5 - x) ** 2 + (row + 0.5 - y) ** 2 <= reach ** 2)
        weights[row * width + column] = isErasing.value ? 0 : 1;
    }
  }
  painted.value = { weights, width, height };
}

/** The mask of the tenth of the pixels that the map calls most important. */
function fromMap({ width, height }: RgbImage): void {
  const map = shownMap.value;
  if (map === null) return;
  const over = mapOver(map, { width, height });
  const level = levelOfTop(over, 0.1);
  painted.value = { weights: over.data.map((value) => (value > level ? 1 : 0)), width, height };
}

function changePicture(before: RgbImage, after: RgbImage): RgbImage {
  const data = Uint8Array.from(after.data, (level, at) =>
    Math.min(255, Math.max(0, Math.round(127.5 + amplified.value * (level - before.data[at]!)))),
  );
  return { width: after.width, height: after.height, data };
}

function maskPicture(mask: Float32Array, { width, height }: RgbImage): RgbImage {
  return {
    width,
    height,
    data: Uint8Array.from({ length: 3 * width * height }, (_, at) => Math.round(255 * (mask[Math.floor(at / 3)] ?? 0))),
  };
}

function maskFile(mask: Float32Array, size: RgbImage): Promise<Blob> {
  const { width, height, data } = maskPicture(mask, size);
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(width, height);
  for (let place = 0; place < width * height; place += 1)
    image.data.set([data[3 * place]!, data[3 * place]!, data[3 * place]!, 255], 4 * place);
  context.putImageData(image, 0, 0);
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob === null ? reject(new Error('the mask cannot be encoded')) : resolve(blob)),
      'image/png',
    ),
  );
}
