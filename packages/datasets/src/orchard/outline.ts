/** Points of a closed outline, x and y alternating. */
export type Outline = Float64Array;

/** How many chords stand for one curve: at 1024 pixels a fruit's outline is within half a pixel of its curves. */
const chords = 12;

/** The outline of a path: its start, then one cubic Bézier curve per row (two control points and the end). */
export function curves(start: readonly [x: number, y: number], ...rows: readonly (readonly number[])[]): Outline {
  const points: number[] = [];
  let [x, y] = start;
  for (const [ax = 0, ay = 0, bx = 0, by = 0, endX = 0, endY = 0] of rows) {
    for (let step = 0; step < chords; step += 1) {
      const t = step / chords;
      const s = 1 - t;
      points.push(
        s * s * s * x + 3 * s * s * t * ax + 3 * s * t * t * bx + t * t * t * endX,
        s * s * s * y + 3 * s * s * t * ay + 3 * s * t * t * by + t * t * t * endY,
      );
    }
    [x, y] = [endX, endY];
  }
  return Float64Array.from(points);
}

/** The outline of the right half of a path, from top to bottom, and its mirror image. */
export function symmetric(start: readonly [x: number, y: number], ...rows: readonly (readonly number[])[]): Outline {
  const [x, y] = start;
  const ends: (readonly number[])[] = [[x, y], ...rows.map((row) => row.slice(4))];
  const back = rows.map(([ax = 0, ay = 0, bx = 0, by = 0], at) => {
    const [endX = 0, endY = 0] = ends[at]!;
    return [-bx, by, -ax, ay, -endX, endY];
  });
  return curves(start, ...rows, ...back.reverse());
}

/** An ellipse with axes along x and y. */
export function ellipse(x: number, y: number, radiusX: number, radiusY: number): Outline {
  // The control points of a quarter circle.
  const k = 0.5523;
  const [left, right, top, bottom] = [x - radiusX, x + radiusX, y - radiusY, y + radiusY];
  return curves(
    [x, top],
    [x + k * radiusX, top, right, y - k * radiusY, right, y],
    [right, y + k * radiusY, x + k * radiusX, bottom, x, bottom],
    [x - k * radiusX, bottom, left, y + k * radiusY, left, y],
    [left, y - k * radiusY, x - k * radiusX, top, x, top],
  );
}

/** A polygon through its corners. */
export function polygon(...corners: readonly number[]): Outline {
  return Float64Array.from(corners);
}
