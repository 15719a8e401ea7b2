import type { Box } from '@understory/core';
import type { FloatMap, RgbImage } from '@understory/imaging';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { contourOf, mapOver, paint } from '../draw/heat.ts';
import { colours, cursor, hasContour, opacity } from '../state.ts';
import { number } from '../words.ts';

export interface FigureProps {
  readonly picture: RgbImage;
  readonly map?: FloatMap | null;
  /** What a screen reader says. */
  readonly label: string;
  /** Drawn over the picture, in its pixels. */
  readonly children?: ComponentChildren;
  /** Whether the pointer is followed, and shown at the same place in all figures. */
  readonly isLinked?: boolean;
  readonly onPick?: (x: number, y: number) => void;
  /** Whether arrow keys move what the pointer does, and Enter picks. */
  readonly hasKeys?: boolean;
}

/** A picture as the network sees it, with a heat map over it. */
export function Figure({
  picture,
  map = null,
  label,
  children,
  isLinked = false,
  onPick,
  hasKeys = false,
}: FigureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [shown, table, lined] = [opacity.value, colours.value, hasContour.value];
  useEffect(() => {
    if (canvas.current !== null) paint(canvas.current, picture, map, { opacity: shown, colours: table });
  }, [picture, map, shown, table]);
  const contour = useMemo(() => (map === null || !lined ? '' : contourOf(map, picture)), [map, picture, lined]);
  const { width, height } = picture;
  const placeOf = (event: PointerEvent | MouseEvent) => {
    const frame = (event.currentTarget as Element).getBoundingClientRect();
    const x = Math.floor(((event.clientX - frame.left) / frame.width) * width);
    const y = Math.floor(((event.clientY - frame.top) / frame.height) * height);
    return { x: Math.min(width - 1, Math.max(0, x)), y: Math.min(height - 1, Math.max(0, y)) };
  };
  const follow = isLinked
    ? {
        onPointerMove: (event: PointerEvent) => (cursor.value = placeOf(event)),
        onPointerLeave: () => (cursor.value = null),
      }
    : {};
  return (
    <div
      class={onPick ? 'figure takes-clicks' : 'figure'}
      style={{ aspectRatio: `${width} / ${height}` }}
      {...follow}
      {...(hasKeys && {
        tabIndex: 0,
        role: 'group',
        'aria-label': `Pixels: arrow keys move over the picture${onPick ? ', Enter explains the one that they reach' : ''}`,
        'data-own-keys': true,
        onKeyDown: (event: KeyboardEvent) => byKey(event, picture, onPick),
      })}
      {...(onPick && {
        onClick: (event: MouseEvent) => {
          const { x, y } = placeOf(event);
          onPick(x, y);
        },
      })}
    >
      <canvas ref={canvas} role="img" aria-label={label} />
      <svg class="over" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        {contour !== '' && <path class="contour" d={contour} />}
        {isLinked && <Cross width={width} height={height} />}
      </svg>
      {children}
      {isLinked && map !== null && <Reading map={map} picture={picture} />}
    </div>
  );
}

/** Pixels that an arrow key goes; one with the shift key. */
const stride = 4;

function byKey(
  event: KeyboardEvent,
  { width, height }: RgbImage,
  onPick: ((x: number, y: number) => void) | undefined,
): void {
  // Boxes over the picture have keys of their own.
  if (event.target !== event.currentTarget) return;
  const at = cursor.value ?? { x: Math.floor(width / 2), y: Math.floor(height / 2) };
  const far = event.shiftKey ? 1 : stride;
  const steps: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-far, 0],
    ArrowRight: [far, 0],
    ArrowUp: [0, -far],
    ArrowDown: [0, far],
  };
  const step = steps[event.key];
  if (step === undefined && (event.key !== 'Enter' || onPick === undefined)) return;
  event.preventDefault();
  event.stopPropagation();
  if (step === undefined) onPick?.(at.x, at.y);
  else {
    cursor.value = {
      x: Math.min(width - 1, Math.max(0, at.x + step[0])),
      y: Math.min(height - 1, Math.max(0, at.y + step[1])),
    };
  }
}

function Cross({ width, height }: { readonly width: number; readonly height: number }) {
  const at = cursor.value;
  if (at === null || at.x >= width || at.y >= height) return null;
  return <path class="cross" d={`M${at.x + 0.5} 0V${height}M0 ${at.y + 0.5}H${width}`} />;
}

/** The raw value under the pointer. */
function Reading({ map, picture }: { readonly map: FloatMap; readonly picture: RgbImage }) {
  const at = cursor.value;
  if (at === null || at.x >= picture.width || at.y >= picture.height) return null;
  const over = mapOver(map, picture);
  return (
    <output class="reading">
      {number(over.data[at.y * picture.width + at.x]!)}
      <small>
        {' '}
        at {at.x}, {at.y}
      </small>
    </output>
  );
}

/** Boxes that can be chosen. */
export function Boxes({
  boxes,
  size,
  chosen,
  onChoose,
}: {
  readonly boxes: readonly { readonly target: string; readonly label: string; readonly box: Box }[];
  readonly size: { readonly width: number; readonly height: number };
  readonly chosen: string;
  readonly onChoose: (target: string) => void;
}) {
  return (
    <div class="boxes">
      {boxes.map(({ target, label, box }) => (
        <button
          key={target}
          type="button"
          class="box"
          aria-pressed={target === chosen}
          aria-label={`Explain ${label}`}
          style={{
            left: `${(100 * box.x) / size.width}%`,
            top: `${(100 * box.y) / size.height}%`,
            width: `${(100 * box.width) / size.width}%`,
            height: `${(100 * box.height) / size.height}%`,
          }}
          onClick={(event) => {
            event.stopPropagation();
            onChoose(target);
          }}
        >
          <span>{label}</span>
        </button>
      ))}
    </div>
  );
}
