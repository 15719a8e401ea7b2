/** Which devices ran the graphs of a model, where that is only known once they run, and why one went on for another. */
export class DeviceLog {
  readonly #ran = new Set<string>();
  readonly #remarks = new Set<string>();

  ran(device: string): void {
    this.#ran.add(device);
  }

  gaveWay(from: string, to: string, reason: string): void {
    this.#remarks.add(`part of the computation went on in ${to}, because ${from} refused it when it ran: ${reason}`);
  }

  /** `webgpu and wasm`; undefined as long as nothing is known to have run. */
  get devices(): string | undefined {
    return this.#ran.size === 0 ? undefined : [...this.#ran].join(' and ');
  }

  get remarks(): readonly string[] {
    return [...this.#remarks];
  }
}
