let breathed = 0;

/** Milliseconds after which whatever else waits for the page or worker, such as a message to stop, gets its turn. */
const longest = 50;

/** Runs on an engine of JavaScript or WebAssembly follow each other as microtasks, between which no message is handled. */
export async function breathe(): Promise<void> {
  if (performance.now() - breathed < longest) return;
  const { port1, port2 } = new MessageChannel();
  await new Promise((done) => {
    port1.onmessage = done;
    port2.postMessage(null);
  });
  port1.close();
  breathed = performance.now();
}
