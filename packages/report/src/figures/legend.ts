import { escapeXml } from './escape-xml.ts';

export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
  readonly dash: string;
}

const sample = 26;
const lineHeight = 18;
const letter = 7.6;

/** The title of the upright axis, then names with a piece of their lines, in as many rows as they need; `room` is how high they are. */
export function legend(
  entries: readonly LegendEntry[],
  { axis, width }: { readonly axis: string; readonly width: number },
): { readonly markup: string; readonly room: number } {
  const left = Math.ceil(6.6 * axis.length) + 36;
  let [x, row] = [left, 0];
  const drawn = entries.map(({ label, colour, dash }) => {
    const needs = sample + 8 + letter * label.length + 20;
    if (x > left && x + needs > width) [x, row] = [left, row + 1];
    const y = 16 + row * lineHeight;
    const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
    const piece =
      `<line x1="${x}" x2="${x + sample}" y1="${y - 4}" y2="${y - 4}" stroke="${colour}" stroke-width="2.2"${dashes} />` +
      `<text x="${x + sample + 8}" y="${y}" font-weight="bold" fill="${colour}">${escapeXml(label)}</text>`;
    x = Math.round(10 * (x + needs)) / 10;
    return piece;
  });
  const title = `<text x="0" y="16">${escapeXml(axis)}</text>`;
  return { markup: `<g text-anchor="start">${title}${drawn.join('')}</g>`, room: (row + 1) * lineHeight };
}
