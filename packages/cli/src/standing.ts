/** What a command tells as it goes, so that it can be said where the command itself no longer can. */
export type StandingEvent =
  /**
   * `resumes`: the same command goes on where it stopped; `document`: what --json prints beside `images` and `failures`; `concludes`: files of
   * all that is done are written also where it is interrupted, which takes a moment; `awaits`: what is brought to its end where it is
   * interrupted, however long that takes.
   */
  | {
      readonly kind: 'begun';
      readonly asked: number;
      readonly resumes: boolean;
      readonly document?: object;
      readonly concludes?: boolean;
      readonly awaits?: string;
    }
  | { readonly kind: 'counted'; readonly done: number; readonly asked: number }
  /** What is known of an image by now; later ones of the same place replace earlier ones. */
  | { readonly kind: 'image'; readonly at: number; readonly record: object }
  | { readonly kind: 'failure'; readonly record: object };

export interface Standing {
  readonly begun: boolean;
  readonly done: number;
  readonly asked: number;
  readonly resumes: boolean;
  readonly concludes: boolean;
  readonly awaits: string | undefined;
  /** Undefined where --json prints nothing of what is unfinished. */
  readonly document: object | undefined;
  readonly images: readonly object[];
  readonly failures: readonly object[];
}

/** Keeps what it is told. */
export function keepStanding(): { readonly tell: (event: StandingEvent) => void; readonly now: () => Standing } {
  const images = new Map<number, object>();
  const failures: object[] = [];
  let counts: Omit<Standing, 'images' | 'failures'> = {
    ...{ begun: false, done: 0, asked: 0, resumes: false, concludes: false, awaits: undefined, document: undefined },
  };
  return {
    tell(event) {
      if (event.kind === 'image') images.set(event.at, event.record);
      else if (event.kind === 'failure') failures.push(event.record);
      else if (event.kind === 'counted') counts = { ...counts, done: event.done, asked: event.asked };
      else {
        const { asked, resumes, concludes = false, awaits, document } = event;
        counts = { begun: true, done: 0, asked, resumes, concludes, awaits, document };
      }
    },
    now: () => ({
      ...counts,
      images: [...images].sort(([a], [b]) => a - b).map(([, record]) => record),
      failures: [...failures],
    }),
  };
}
