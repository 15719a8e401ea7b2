let last: Promise<unknown> = Promise.resolve();
let breathed = 0;

/** Milliseconds after which whatever else waits for the page or worker, such as a message to stop, gets its turn. */
const longest = 50;

/** Does pieces of work one after the other: ONNX Runtime for the web has one memory, and refuses a run while another one waits. */
export function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const turn = last.then(breathe).then(work);
  last = turn.catch(() => undefined);
  return turn;
}

/** Runs of WebAssembly follow each other as microtasks, between which no message is handled. */
async function breathe(): Promise<void> {
  if (performance.now() - breathed < longest) return;
  const { port1, port2 } = new MessageChannel();
  await new Promise((done) => {
    port1.onmessage = done;
    port2.postMessage(null);
  });
  port1.close();
  breathed = performance.now();
}
