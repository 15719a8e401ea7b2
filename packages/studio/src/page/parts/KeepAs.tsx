import { pngOf, save } from '../draw/figure.ts';

/** Keeps what is drawn as a picture file. */
export function KeepAs({
  name,
  what,
  svg,
}: {
  /** Of the file, without its ending. */
  readonly name: string;
  /** What is kept, for people who do not see where the buttons lie: `this chart`. */
  readonly what: string;
  /** Undefined where there is nothing yet. */
  readonly svg: () => string | undefined;
}) {
  const keep = async (kind: 'PNG' | 'SVG') => {
    const drawn = svg();
    if (drawn === undefined) return;
    if (kind === 'SVG') save(`${name}.svg`, drawn, 'image/svg+xml');
    else save(`${name}.png`, await pngOf(drawn));
  };
  return (
    <p class="row keep-as">
      {(['PNG', 'SVG'] as const).map((kind) => (
        <button
          type="button"
          class="plain"
          key={kind}
          aria-label={`${kind} of ${what}`}
          onClick={() => void keep(kind)}
        >
          {kind}
        </button>
      ))}
    </p>
  );
}
