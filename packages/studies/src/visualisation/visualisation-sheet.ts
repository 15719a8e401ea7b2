import type { ContactSheetCell, ContactSheetRow, ImageCodec } from '@understory/imaging';
import type { ArtifactStore } from '../artifact-store.ts';
import { number } from '../common/numbers.ts';
import type { Environment } from '../environment.ts';
import type { VisualisationGroup, VisualisationRow } from './visualisation-rows.ts';

/** Cells beside each other, and rows of a page. */
const columns = 8;
const mostRows = 12;

/** What a picture is called: `channel 12`, `tabby`. */
export function pictureName({
  channel,
  target,
  label,
}: Pick<VisualisationRow, 'channel' | 'target' | 'label'>): string {
  return channel === null ? (label ?? target ?? '') : `channel ${channel}`;
}

/** Draws all pictures on `sheet.png`, or on `sheet-1.png` and so on where they are many: a grid for each layer. */
export async function writeSheets(
  groups: readonly VisualisationGroup[],
  store: ArtifactStore,
  { codec, drawSheet }: Pick<Environment, 'codec' | 'drawSheet'>,
): Promise<void> {
  if (drawSheet === undefined) return;
  const rows = groups.flatMap(rowsOf);
  const pages = Math.ceil(rows.length / mostRows);
  for (let page = 0; page < pages; page += 1) {
    const name = pages === 1 ? 'sheet.png' : `sheet-${page + 1}.png`;
    const shown = rows.slice(page * mostRows, (page + 1) * mostRows);
    const drawn: ContactSheetRow[] = [];
    for (const { title, pictures } of shown) {
      const cells: ContactSheetCell[] = [];
      for (const row of pictures) cells.push(await cellOf(row, store, codec));
      drawn.push({ ...(title !== undefined && { title }), cells });
    }
    await store.write(name, await codec.encodePng(await drawSheet({ rows: drawn })));
  }
}

function rowsOf({ layer, pictures }: VisualisationGroup) {
  return Array.from({ length: Math.ceil(pictures.length / columns) }, (_, at) => ({
    title: at === 0 ? (layer ?? 'targets') : undefined,
    pictures: pictures.slice(at * columns, (at + 1) * columns),
  }));
}

async function cellOf(row: VisualisationRow, store: ArtifactStore, codec: ImageCodec): Promise<ContactSheetCell> {
  const caption = `${pictureName(row)}: ${number(row.value)}`;
  const bytes = await store.read(row.picture);
  return bytes === undefined ? { caption } : { image: await codec.decode(bytes, row.picture), caption };
}
