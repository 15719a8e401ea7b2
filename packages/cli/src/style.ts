import pc from 'picocolors';
import type { Io, Stream } from './io.ts';

export type Style = ReturnType<typeof pc.createColors>;

/** Colours on a terminal that shows them and whose user does not mind; no colours anywhere else. */
export function styleFor(stream: Stream, env: Io['env']): Style {
  return pc.createColors(stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb');
}
