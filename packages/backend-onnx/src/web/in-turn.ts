let last: Promise<unknown> = Promise.resolve();

/** Does pieces of work one after the other: ONNX Runtime for the web has one memory, and refuses a run while another one waits. */
export function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const turn = last.then(work);
  last = turn.catch(() => undefined);
  return turn;
}
