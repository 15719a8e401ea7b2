/** The id of a row of a split: `test/00042`; wider numbers from row 100000 on, so that no id ever depends on how many rows there are. */
export function rowId(split: string, row: number): string {
  return `${split}/${String(row).padStart(5, '0')}`;
}
