import { svgToPng } from '@understory/imaging/svg';

/** A stand-alone drawing as PNG, twice as large. */
export function toPng(svg: string): Uint8Array {
  return svgToPng(svg, 2);
}
