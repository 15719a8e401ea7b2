import type { Cancellation } from './cancellation.ts';

/** What came of one item. */
export type Outcome<Item, Row> =
  { readonly item: Item; readonly rows: readonly Row[] } | { readonly item: Item; readonly error: unknown };

/**
 * Works on items somewhere: in this process, in threads, on other machines. Nothing else in a run knows where.
 * The results depend on each item and the run's seed alone, so an executor may take them in any order; the outcomes come as they
 * are ready, one an item. It asks for items only as it can take them. When the stream of items throws, the outcomes of those under
 * way come first, then the error. When nobody wants more outcomes, it stops and waits for what is under way.
 */
export interface Executor<Item, Row> {
  execute(items: AsyncIterable<Item>): AsyncIterable<Outcome<Item, Row>>;
}

/** A way of working on items, as a plugin provides it. */
export interface ExecutorKind {
  /** Gets ready for one piece of work; what fails for one item later is the outcome of that item. */
  open<Item extends { readonly id: string }, Row>(request: WorkRequest<Item, Row>): Promise<OpenExecutor<Item, Row>>;
}

/** An executor that holds threads or connections until it is closed. */
export interface OpenExecutor<Item, Row> extends Executor<Item, Row> {
  /** What a user should know of it beforehand, such as how many workers there are and what memory they take. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

/** A piece of work: a function from items to rows, and how it is opened where its models and files are not yet open. */
export interface WorkRequest<Item, Row> {
  /** Works in this process. */
  readonly here: Executor<Item, Row>;
  /** Absent where only this process can do the work. */
  readonly elsewhere?: WorkElsewhere;
  /** How many items there are at most. */
  readonly size: number;
  /** Takes in a file that the work keeps; the files of an item are kept before its outcome is handed over. */
  readonly keep: (file: KeptFile) => Promise<void>;
  /** No item is begun after it; those under way are waited for, and what they fail with then is no outcome. */
  readonly signal?: Cancellation;
  /** Told how far the work is within an item. */
  readonly onStep?: (step: WorkStep) => void;
}

/** How others open the same work: threads and machines are sent this and ids, never an opened model. */
export interface WorkElsewhere {
  /** The URL of a module that exports an `OpenWork` as `openWork`, for threads; machines have one of their own. */
  readonly module: string;
  /** What it is opened with, as JSON. */
  readonly data: unknown;
  /** How many items are best worked on together. */
  readonly together: number;
  /** Bytes of memory that each takes that opens it, estimated. */
  readonly bytes: number;
}

/** Opens work in a thread or on another machine. */
export type OpenWork = (data: unknown, around: WorkSurroundings) => Promise<Work>;

/** What work is given besides its data where it is opened. */
export interface WorkSurroundings {
  readonly signal: Cancellation;
  /** Takes in what the work keeps, in order. */
  readonly keep: (file: KeptFile) => void;
  readonly onStep: (step: WorkStep) => void;
}

/** Work that is open: the items are told by their ids. */
export interface Work {
  /** One outcome an item in any order, but for those that were not begun or failed after the signal; rejects only where none of them can be worked on. */
  rows(ids: readonly string[]): Promise<readonly Outcome<string, unknown>[]>;
  close(): Promise<void>;
}

/** What becomes of a file or folder of a store: written, or removed without `bytes`. */
export interface KeptFile {
  /** Relative, with `/`. */
  readonly name: string;
  readonly bytes?: Uint8Array;
}

/** How far something is within an item that takes many runs of the model. */
export interface WorkStep {
  /** What it is, such as the name of an explainer. */
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** Since it began. */
  readonly seconds: number;
}
