import { scalingWords, type ColourMapName } from '@understory/imaging';
import { exampleText, type Example } from '../examples.ts';
import { dataUri } from './data-uri.ts';
import { escapeXml } from './escape-xml.ts';
import type { Figure } from './figure.ts';

const side = 128;
const gap = 10;
const rowHeight = side + 40;
/** Of bold letters, a little more than they need. */
const letter = 7.6;

/** Image, map and overlay of right and wrong predictions: the paper's Figure 2. */
export function examplesFigure(name: string, examples: readonly Example[], colours: ColourMapName): Figure {
  const explainers = examples[0]?.maps.map(({ explainer }) => explainer) ?? [];
  const columns = 1 + 2 * explainers.length;
  const width = columns * (side + gap) + gap;
  const header = 46;
  const height = header + examples.length * rowHeight + gap;
  const alt = examplesAlt(examples);
  const heads = [
    ...explainers.map((explainer, at) => headOf(explainer, 1 + 2 * at)),
    ...['image', ...explainers.flatMap(() => ['map', 'over the image'])].map(
      (text, column) => `<text x="${left(column) + side / 2}" y="36" text-anchor="middle">${text}</text>`,
    ),
  ];
  const rows = examples.map((example, row) => {
    const top = header + row * rowHeight;
    const pictures = [example.picture, ...example.maps.flatMap(({ map, overlay }) => [map, overlay])];
    const mark = example.record.correct === null ? '' : example.record.correct ? '✓ ' : '✗ ';
    return [
      `<text x="${gap}" y="${top + 14}">${escapeXml(`${mark}${exampleText(example.record)}`)}</text>`,
      ...pictures.map(
        (png, column) =>
          `<image x="${left(column)}" y="${top + 22}" width="${side}" height="${side}" preserveAspectRatio="xMidYMid meet" href="${dataUri('image/png', png)}" />`,
      ),
    ].join('');
  });
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-size="12" ` +
    `font-family="system-ui, sans-serif" fill="currentColor" role="img" aria-label="${escapeXml(alt)}">${[...heads, ...rows].join('')}</svg>`;
  return {
    name,
    title: 'Where the network looked',
    alt,
    caption: `The preprocessed image, the heat map of its prediction, and the overlay. Each map is upsampled bicubically and ${scalingWords(colours)}, so colours of two maps are not comparable. ${choiceText(examples)}`,
    svg,
  };
}

function choiceText(examples: readonly Example[]): string {
  const chosen = 'They were chosen at random by the seed of the run';
  return examples.every(({ record }) => record.correct === null)
    ? `${chosen}.`
    : `✓ is a correct prediction, ✗ an incorrect one. ${chosen}: at most four correct and four incorrect predictions.`;
}

function examplesAlt(examples: readonly Example[]): string {
  const named = (correct: boolean | null) =>
    examples.filter(({ record }) => record.correct === correct).map(({ record }) => exampleText(record));
  const groups = [
    { what: 'right predictions', texts: named(true) },
    { what: 'wrong predictions', texts: named(false) },
    { what: 'images without a label', texts: named(null) },
  ];
  return `Images with heat maps. ${groups
    .filter(({ texts }) => texts.length > 0)
    .map(({ what, texts }) => `${what}: ${texts.join('; ')}`)
    .join('. ')}.`;
}

/** The name of an explainer over its two columns, made narrower where it is longer than they are wide. */
function headOf(explainer: string, column: number): string {
  const room = 2 * side + gap;
  const squeezed = letter * explainer.length > room ? ` textLength="${room}" lengthAdjust="spacingAndGlyphs"` : '';
  const x = left(column) + room / 2;
  return `<text x="${x}" y="18" text-anchor="middle" font-weight="bold"${squeezed}>${escapeXml(explainer)}</text>`;
}

function left(column: number): number {
  return gap + column * (side + gap);
}
