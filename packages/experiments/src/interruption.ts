/** A flag that threads share: unlike a message it is seen by code that does not let its thread's events run. */
export interface Flag {
  readonly buffer: SharedArrayBuffer;
  raise(): void;
}

export function newFlag(): Flag {
  const buffer = new SharedArrayBuffer(4);
  return { buffer, raise: () => void Atomics.store(new Int32Array(buffer), 0, 1) };
}

/** A signal that is aborted as soon as the flag is up and it is asked, or `look` is called. */
export function signalOf(buffer: SharedArrayBuffer): { readonly signal: AbortSignal; readonly look: () => void } {
  const flag = new Int32Array(buffer);
  const controller = new AbortController();
  const { signal } = controller;
  let isLooking = false;
  const look = () => {
    if (isLooking || Atomics.load(flag, 0) === 0) return;
    isLooking = true;
    controller.abort();
  };
  const own = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted')!.get!;
  Object.defineProperty(signal, 'aborted', { get: () => (look(), own.call(signal) as boolean) });
  Object.defineProperty(signal, 'throwIfAborted', {
    value: () => {
      if (signal.aborted) throw signal.reason;
    },
  });
  return { signal, look };
}
