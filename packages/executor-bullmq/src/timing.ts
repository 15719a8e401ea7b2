/** How often and how long, in milliseconds. */
export interface Timing {
  /** Between two signs of life, and two looks for what is lost. */
  readonly beat: number;
  /** Between two looks for news. */
  readonly look: number;
  /** A process that has given no sign of life for so long is gone. */
  readonly life: number;
  /** A batch whose worker has given no sign of life for so long is given to another. */
  readonly stall: number;
  /** A connection on which nothing is answered for so long is made again. BullMQ waits for up to ten seconds. */
  readonly silence: number;
  /** What nobody removes expires after it. */
  readonly keep: number;
}

export const usualTiming: Timing = {
  ...{ beat: 2000, look: 500, life: 30_000, stall: 20_000, silence: 15_000 },
  keep: 24 * 60 * 60 * 1000,
};

/** A pause that ends with a promise. */
export async function pause(milliseconds: number, end: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<void>((resolve) => void (timer = setTimeout(resolve, milliseconds)));
  await Promise.race([passed, end]);
  clearTimeout(timer);
}
