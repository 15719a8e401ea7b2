/** How the pieces that a picture is cut into lie afterwards. */
export interface Rearrangement {
  /** How many pieces lie below each other, and beside each other. */
  readonly rows: number;
  readonly columns: number;
  /** For each place, row by row, the piece that comes there. */
  readonly pieces: readonly Piece[];
}

export interface Piece {
  /** The place that it had, row by row. */
  readonly from: number;
  /** Clockwise; odd ones only for pieces that are square. */
  readonly quarterTurns?: 0 | 1 | 2 | 3;
  readonly mirrored?: 'left-right' | 'top-bottom';
}

export interface Size {
  readonly height: number;
  readonly width: number;
}

/** Where the pieces of a picture lie: all of one size, in the middle, so that a frame of less than a pixel a piece is left at the edges. */
export interface Cut {
  readonly top: number;
  readonly left: number;
  /** Of one piece, in pixels. */
  readonly height: number;
  readonly width: number;
}

/** How a picture is cut; throws a RangeError where it has fewer pixels than pieces. */
export function cut({ rows, columns }: Pick<Rearrangement, 'rows' | 'columns'>, size: Size): Cut {
  const height = Math.floor(size.height / rows);
  const width = Math.floor(size.width / columns);
  if (height < 1 || width < 1) {
    throw new RangeError(`a picture of ${size.height} x ${size.width} cannot be cut into ${rows} x ${columns} pieces`);
  }
  return {
    top: Math.floor((size.height - rows * height) / 2),
    left: Math.floor((size.width - columns * width) / 2),
    height,
    width,
  };
}

/** The share of a picture's pixels that lie in its pieces. */
export function covered(pieces: Pick<Rearrangement, 'rows' | 'columns'>, size: Size): number {
  const { height, width } = cut(pieces, size);
  return (pieces.rows * height * pieces.columns * width) / (size.height * size.width);
}

/** For each pixel `[height, width]`, row by row, the pixel that it was before: a bijection for any size. */
export function sourceOf(rearrangement: Rearrangement, size: Size): Int32Array {
  const { rows, columns, pieces } = rearrangement;
  const { top, left, height, width } = cut(rearrangement, size);
  // The frame stays where it is.
  const source = Int32Array.from({ length: size.height * size.width }, (_, at) => at);
  for (let place = 0; place < rows * columns; place += 1) {
    const piece = pieces[place]!;
    const within = insideOf(piece, { height, width });
    const [y, x] = [top + Math.floor(place / columns) * height, left + (place % columns) * width];
    const [fromY, fromX] = [top + Math.floor(piece.from / columns) * height, left + (piece.from % columns) * width];
    for (let row = 0; row < height; row += 1) {
      for (let column = 0; column < width; column += 1) {
        const [down, right] = within(row, column);
        source[(y + row) * size.width + x + column] = (fromY + down) * size.width + fromX + right;
      }
    }
  }
  return source;
}

/** Where within a piece each of its pixels was. */
function insideOf(
  { quarterTurns = 0, mirrored }: Piece,
  { height, width }: Size,
): (row: number, column: number) => readonly [row: number, column: number] {
  const [last, end] = [height - 1, width - 1];
  if (mirrored === 'left-right') return (row, column) => [row, end - column];
  if (mirrored === 'top-bottom') return (row, column) => [last - row, column];
  switch (quarterTurns) {
    case 0:
      return (row, column) => [row, column];
    case 1:
      return (row, column) => [last - column, row];
    case 2:
      return (row, column) => [last - row, end - column];
    case 3:
      return (row, column) => [column, last - row];
  }
}

/** What undoes a bijection: for each place the one that it goes to. */
export function inverse(source: Int32Array): Int32Array {
  const back = new Int32Array(source.length);
  source.forEach((from, at) => (back[from] = at));
  return back;
}

/** Pixels `[channels, height, width]` with each place taken from its source. */
export function gather(data: Float32Array, source: Int32Array): Float32Array {
  const moved = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += source.length) {
    for (let at = 0; at < source.length; at += 1) moved[start + at] = data[start + source[at]!]!;
  }
  return moved;
}
