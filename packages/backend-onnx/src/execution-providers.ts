import { firstLineOf, isDiagnosed } from '@understory/core';
import { errors } from './errors.ts';

/** The device a session came to run on, and what happened to those that were preferred to it. */
export interface Placed<T> {
  readonly value: T;
  readonly device: string;
  readonly remarks: readonly string[];
}

/** Whether a device is the processor itself, WebAssembly included, which runs whatever the runtime has kernels for. */
export function isProcessor(device: string): boolean {
  return device === 'cpu' || device === 'wasm';
}

/** Opens on the first device that works; throws DEVICE_UNKNOWN, or DEVICE_UNAVAILABLE where none does. */
export async function onFirstDevice<T>(
  devices: readonly string[],
  known: readonly string[],
  open: (device: string) => Promise<T>,
): Promise<Placed<T>> {
  for (const device of devices) if (!known.includes(device)) throw errors.unknownDevice(device, known);
  const failures: { readonly device: string; readonly reason: string; readonly error: unknown }[] = [];
  for (const device of devices) {
    try {
      const value = await open(device);
      return {
        value,
        device,
        remarks: failures.map(
          ({ device: tried, reason }) => `${tried} was tried first and is not available: ${reason}`,
        ),
      };
    } catch (error) {
      if (isDiagnosed(error)) throw error;
      failures.push({ device, reason: firstLineOf(error), error });
    }
  }
  // On the processor nothing but the model can be at fault.
  const cpu = failures.find(({ device }) => isProcessor(device));
  if (cpu) throw errors.notRunnable(cpu.reason, cpu.error);
  throw errors.noDevice(
    devices,
    failures.map(({ device, reason }) => `${device}: ${reason}`),
  );
}
