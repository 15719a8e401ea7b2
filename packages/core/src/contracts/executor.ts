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
  /** Works on what other processes hand out, until the signal; absent where work stays with the process that opened it. */
  serve?(request: ServeRequest): Promise<void>;
  /** What is handed out at the time, and who works on it; absent where `serve` is. */
  shared?(): Promise<SharedWork>;
}

/** An executor that holds threads or connections until it is closed. */
export interface OpenExecutor<Item, Row> extends Executor<Item, Row> {
  /** What a user should know of it beforehand, such as how many workers there are and what memory they take. */
  readonly notes: readonly string[];
  /** How many items are worked on at the same time; absent where that may change. */
  readonly workers?: number;
  /** Starts what works on items ahead of the first one, which starts it otherwise; settles once it can take one. Rejects where it cannot be started. */
  start?(): Promise<void>;
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
  /** What people call the work, such as the kind of the study and its model. */
  readonly title?: string;
  /** What an earlier process kept under a name; nothing is read without it. */
  readonly kept?: (name: string) => Promise<Uint8Array | undefined>;
  /** Told what a user should know as it happens: that a connection is lost, the error of a worker that is refused. */
  readonly onNotice?: (notice: string | Error) => void;
}

/** How others open the same work: threads and machines are sent this and ids, never an opened model. */
export interface WorkElsewhere {
  /** The URL of a module that exports an `OpenWork` as `openWork`, for threads; machines have one of their own. */
  readonly module: string;
  /** What it is opened with, as JSON. */
  readonly data: unknown;
  /** How other machines open it; absent where they cannot. */
  readonly machines?: WorkOnMachines;
  /** How many items are best worked on together. */
  readonly together: number;
  /** Bytes of memory that each takes that opens it, estimated. */
  readonly bytes: number;
}

/** How work is opened on machines that this process knows nothing of. */
export interface WorkOnMachines {
  /** What they are sent, as JSON: nothing secret, and nothing that they run. */
  readonly data: unknown;
  /** What they have to show to be given items. */
  prove(): Promise<WorkProof>;
}

/** What whoever opens a piece of work shows of it, by name: hashes, versions, a fingerprint of the data. Two that differ in it do different work. */
export type WorkProof = Readonly<Record<string, string>>;

/** What a process that works for others is given. */
export interface ServeRequest {
  /** Opens what was sent, as far as this machine allows; throws what the sender is told. */
  readonly open: (data: unknown) => Promise<ServedWork>;
  /** How many batches it works on at once at most, from 1. */
  readonly concurrency: number;
  /** After it nothing is begun; batches under way are finished. */
  readonly signal: Cancellation;
  /** Told what a user should know as it happens. */
  readonly onNotice: (notice: string | Error) => void;
}

/** Work of another process that is open on this machine. */
export interface ServedWork {
  readonly proof: WorkProof;
  /** Bytes of memory that each takes that begins it, estimated. */
  readonly bytes: number;
  /** Opens it once more, for one batch at a time. */
  begin(around: WorkSurroundings): Promise<Work>;
  close(): Promise<void>;
}

/** What is handed out over a queue at a time. */
export interface SharedWork {
  readonly studies: readonly SharedStudy[];
  readonly workers: readonly SharedWorker[];
}

/** A piece of work whose process is alive. */
export interface SharedStudy {
  readonly id: string;
  readonly title: string;
  readonly host: string;
  readonly pid: number;
  /** When it began, as ISO 8601 has it. */
  readonly since: string;
  /** Items. */
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** Items a second in the last minute; null before the first. */
  readonly pace: number | null;
  /** Batches that wait, and those that somebody works on. */
  readonly waiting: number;
  readonly active: number;
  /** Names of its workers. */
  readonly workers: readonly string[];
}

/** A process that works for others. */
export interface SharedWorker {
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  readonly concurrency: number;
  /** Batches under way. */
  readonly busy: number;
  /** Items that it is through with. */
  readonly items: number;
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
