import { Writable } from 'node:stream';
import type { StreamFacts } from './messages.ts';

/** Bytes under way beyond which a writer is told to wait. */
const limit = 2 ** 20;

/** A stream whose other end is in another thread: what is written is sent at once, so that the order of two of them is kept. */
export class RemoteStream extends Writable {
  isTTY: boolean;
  columns: number | undefined;
  rows: number | undefined;
  readonly #send: (bytes: Uint8Array) => void;
  #underWay = 0;
  #waiting: (() => void)[] = [];

  constructor({ isTTY, columns, rows }: StreamFacts, send: (bytes: Uint8Array) => void) {
    super({ highWaterMark: limit, decodeStrings: true });
    this.isTTY = isTTY;
    this.columns = columns;
    this.rows = rows;
    this.#send = send;
  }

  /** Whether somebody waits for bytes to be taken. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  override _write(bytes: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.#underWay += bytes.length;
    this.#send(bytes);
    if (this.#underWay < limit) done();
    else this.#waiting.push(done);
  }

  /** Told by the other end that it has written so many bytes. */
  taken(bytes: number): void {
    this.#underWay -= bytes;
    if (this.#underWay >= limit) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }

  resized({ columns, rows }: Pick<StreamFacts, 'columns' | 'rows'>): void {
    this.columns = columns;
    this.rows = rows;
    this.emit('resize');
  }
}
