import { useEffect, useRef, useState } from 'preact/hooks';
import { chartSvg } from '../draw/figure.ts';
import { KeepAs } from './KeepAs.tsx';
import type * as Plot from './plot.ts';

interface Line {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** A CSS colour, such as a variable. */
  readonly colour: string;
  readonly dash?: string;
}

export interface ChartProps {
  readonly lines: readonly Line[];
  readonly xLabel: string;
  readonly yLabel: string;
  /** What a screen reader says of the whole. */
  readonly label: string;
  /** The point that is looked at. */
  readonly at?: { readonly x: number; readonly y: number } | null;
  readonly yDomain?: readonly [number, number];
  readonly xTicks?: 'percent' | 'number';
  readonly onPick?: (x: number) => void;
}

const height = 190;

/** Lines over an axis, drawn by Observable Plot, which is fetched when the first chart is shown. */
export function Chart({ lines, xLabel, yLabel, label, at = null, yDomain, xTicks = 'number', onPick }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [plot, setPlot] = useState<typeof Plot | null>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    void import('./plot.ts').then((module) => setPlot(() => module));
    const own = frame.current;
    if (own === null) return;
    const watch = new ResizeObserver(() => setWidth(own.clientWidth));
    watch.observe(own);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    const own = frame.current;
    if (own === null || plot === null || width === 0) return;
    const { plot: draw, lineY, dot, ruleY, text } = plot;
    const chart = draw({
      ...{ width, height, marginLeft: 46, marginRight: 12, marginBottom: 36, marginTop: 22 },
      style: { background: 'none', color: 'var(--quiet)', fontFamily: 'inherit', fontSize: '11px' },
      x: {
        label: xLabel,
        labelAnchor: 'center',
        labelArrow: 'none',
        ...(xTicks === 'percent' && { tickFormat: (value: number) => `${Math.round(100 * value)} %` }),
      },
      y: {
        label: yLabel,
        labelArrow: 'none',
        grid: true,
        nice: true,
        ticks: 5,
        ...(yDomain && { domain: [...yDomain] }),
      },
      marks: [
        ruleY([0], { stroke: 'var(--rule)' }),
        ...lines.map(({ x, y, colour, dash }) =>
          lineY(
            x.map((value, place) => ({ x: value, y: y[place] })),
            { x: 'x', y: 'y', stroke: colour, strokeWidth: 2, ...(dash && { strokeDasharray: dash }) },
          ),
        ),
        ...(lines.length > 1
          ? lines.map(({ name, x, y, colour }, place) =>
              text([{ x: x.at(-1), y: y.at(-1) }], {
                x: 'x',
                y: 'y',
                text: () => name,
                fill: colour,
                textAnchor: 'end',
                dy: place % 2 === 0 ? -9 : 11,
              }),
            )
          : []),
        ...(at === null
          ? []
          : [dot([at], { x: 'x', y: 'y', r: 5, fill: 'var(--mark)', stroke: 'var(--panel)', strokeWidth: 1.5 })]),
      ],
    });
    chart.setAttribute('aria-hidden', 'true');
    own.replaceChildren(chart);
  }, [plot, width, lines, at?.x, at?.y]);
  const first = lines[0]?.x ?? [];
  const [low, high] = [first[0] ?? 0, first.at(-1) ?? 1];
  return (
    <>
      <div
        class="chart"
        ref={frame}
        role="img"
        aria-label={label}
        style={{ minBlockSize: `${height}px` }}
        {...(onPick && {
          onPointerMove: (event: PointerEvent) => {
            if (event.buttons === 0 && event.pointerType === 'mouse') return;
            const box = (event.currentTarget as Element).getBoundingClientRect();
            const fraction = (event.clientX - box.left - 46) / Math.max(1, box.width - 58);
            onPick(low + Math.min(1, Math.max(0, fraction)) * (high - low));
          },
          onPointerDown: (event: PointerEvent) => {
            const box = (event.currentTarget as Element).getBoundingClientRect();
            const fraction = (event.clientX - box.left - 46) / Math.max(1, box.width - 58);
            onPick(low + Math.min(1, Math.max(0, fraction)) * (high - low));
          },
        })}
      />
      <KeepAs
        name="chart"
        what="this chart"
        svg={() => {
          const chart = frame.current?.querySelector('svg');
          return chart ? chartSvg(chart, label) : undefined;
        }}
      />
    </>
  );
}
