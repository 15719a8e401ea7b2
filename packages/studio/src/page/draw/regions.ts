import type { Regions } from '../../engine/engine.ts';

/** Of a region that is told apart by no class, and of what is called background. */
const grey = [128, 128, 128] as const;

/** A colour of a region for every target, the same over all pictures: hues as far from each other as can be, one after the other. */
export function colourOfRegion(target: string, label: string | null): readonly [number, number, number] {
  const number = /^region:(\d+)$/.exec(target)?.[1];
  if (number === undefined || /^background$/i.test(label ?? '')) return grey;
  const hue = (Number(number) * 137.508) % 360;
  return [0, 8, 4].map((offset) => {
    const place = (offset + hue / 30) % 12;
    return Math.round(255 * (0.52 - 0.42 * Math.max(-1, Math.min(place - 3, 9 - place, 1))));
  }) as [number, number, number];
}

export function cssColour([red, green, blue]: readonly [number, number, number]): string {
  return `rgb(${red} ${green} ${blue})`;
}

/** Regions in their colours: filled, or their edges alone where a map lies below. */
export function paintRegions(
  canvas: HTMLCanvasElement,
  { width, height, of }: Regions,
  colours: readonly (readonly [number, number, number])[],
  isFilled: boolean,
): void {
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d');
  if (context === null) return;
  const image = context.createImageData(width, height);
  for (let place = 0; place < width * height; place += 1) {
    const own = of[place]!;
    const colour = colours[own];
    if (colour === undefined) continue;
    const isEdge =
      (place % width < width - 1 && of[place + 1] !== own) || (place + width < of.length && of[place + width] !== own);
    if (!isFilled && !isEdge) continue;
    image.data.set([...colour, isEdge ? 255 : 140], 4 * place);
  }
  context.putImageData(image, 0, 0);
}
