import { largestOf } from '@understory/core';
import type { GraphNodeFacts, GraphPart } from '../../engine/engine.ts';
import { layerName } from '../words.ts';
import { escaped, svgFile } from './figure.ts';

/** Of a node, and between nodes, in pixels. */
export const cell = { width: 196, height: 58, gapX: 16, gapY: 26 };

interface Layout {
  readonly width: number;
  readonly height: number;
  /** The top left corner of each node, by its id. */
  readonly places: ReadonlyMap<number, { readonly x: number; readonly y: number }>;
  /** Edges as data of SVG paths. */
  readonly lines: readonly string[];
}

/** Nodes in rows by their distance from the middle, edges between them. */
export function layOut({ nodes, edges }: GraphPart): Layout {
  const depths = [...new Set(nodes.map(({ depth }) => depth))].sort((one, other) => one - other);
  const rows = depths.map((depth) => nodes.filter((node) => node.depth === depth));
  const widest = Math.max(1, largestOf(rows.map((row) => row.length)));
  const [width, height] = [widest * (cell.width + cell.gapX), rows.length * (cell.height + cell.gapY)];
  const places = new Map(
    rows.flatMap((row, at) =>
      row.map((node, column): [number, { x: number; y: number }] => [
        node.id,
        {
          x: (width - row.length * (cell.width + cell.gapX)) / 2 + column * (cell.width + cell.gapX) + cell.gapX / 2,
          y: at * (cell.height + cell.gapY),
        },
      ]),
    ),
  );
  const lines = edges.flatMap(({ from, to }) => {
    const [one, other] = [places.get(from), places.get(to)];
    if (one === undefined || other === undefined) return [];
    const [x1, y1, x2, y2] = [one.x + cell.width / 2, one.y + cell.height, other.x + cell.width / 2, other.y];
    const bend = Math.max(12, (y2 - y1) / 2);
    return [`M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`];
  });
  return { width, height, places, lines };
}

/** `64 × 56 × 56`, without the batch. */
export function shapeOf(dims: GraphNodeFacts['dims']): string {
  return (
    dims
      ?.slice(1)
      .map((each) => each ?? '?')
      .join(' × ') ?? 'shape not known'
  );
}

/** How wide the text of a node may be. */
const room = cell.width - 18;

/** The stripe at the side of a node says whether gradients pass. */
const stripes = {
  yes: 'stroke="#1f6b4a"',
  missing: 'stroke="#9c2333"',
  none: 'stroke="#596158" stroke-dasharray="4 3"',
};

/** A part of a graph as one SVG file. */
export function graphSvg(part: GraphPart): string {
  const { width, height, places, lines } = layOut(part);
  const margin = 8;
  const nodes = part.nodes.map(({ id, operator, dims, output, gradient }) => {
    const { x, y } = places.get(id)!;
    const edge = id === part.middle ? 'stroke="#1f6b4a" stroke-width="2.5"' : 'stroke="#dcd8cc"';
    return [
      `<rect x="${x}" y="${y}" width="${cell.width}" height="${cell.height}" rx="6" fill="#fffdf9" ${edge}/>`,
      `<path d="M${x + 2} ${y + 4}v${cell.height - 8}" stroke-width="4" ${stripes[gradient]}/>`,
      // A long name is drawn narrower, so that its shape stays within the node.
      `<text x="${x + 10}" y="${y + 22}" font-size="13" fill="#1c211d"${8 * operator.length + 6.5 * shapeOf(dims).length > room ? ` textLength="${room}" lengthAdjust="spacingAndGlyphs"` : ''}><tspan font-weight="700">${escaped(operator)}</tspan> <tspan font-size="11" fill="#596158">${shapeOf(dims)}</tspan></text>`,
      `<text x="${x + 10}" y="${y + 42}" font-size="11" fill="#596158">${escaped(cut(layerName(output)))}</text>`,
    ].join('');
  });
  const drawn = lines.map((line) => `<path d="${line}" fill="none" stroke="#596158" stroke-width="1.2"/>`);
  const legend = (['yes', 'missing', 'none'] as const).map(
    (kind, at) =>
      `<path d="M${4 + at * 200} ${height}v14" stroke-width="4" ${stripes[kind]}/><text x="${12 + at * 200}" y="${height + 12}" font-size="12" fill="#596158">${passes[kind]}</text>`,
  );
  const wide = Math.max(width, 600);
  const moved = (body: readonly string[], x: number) =>
    `<g transform="translate(${x} ${margin})">\n${body.join('\n')}\n</g>`;
  return svgFile(
    wide + 2 * margin,
    height + 2 * margin + 24,
    `${part.nodes.length} of ${part.size} nodes of the network`,
    [moved([...drawn, ...nodes], margin + (wide - width) / 2), moved(legend, margin)].join('\n'),
  );
}

/** Whether a gradient passes a node, for a person. */
export const passes = { yes: 'a gradient passes', missing: 'no gradient rule', none: 'no gradient by its nature' };

/** What fits into a node. */
function cut(text: string): string {
  return text.length <= 30 ? text : `${text.slice(0, 29)}…`;
}
