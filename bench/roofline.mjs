import { availableParallelism, cpus } from 'node:os';
import { forwardKernels, gradientKernels } from './lib/kernels.mjs';
import { ms, table, times } from './lib/measure.mjs';

/**
 * How near the forward pass and the input gradient of a network come to what the machine can compute: multiply-adds of convolutions and products of
 * matrices, their rate, and the fastest kernel that was seen on this machine as its peak.
 */
export async function roofline({ networks, batches, rounds, threads }) {
  const rows = [];
  let fastest = 0;
  for (const network of networks) {
    for (const batch of batches) {
      const forward = sums((await forwardKernels(network, batch, rounds, threads)).kernels);
      const whole = sums((await gradientKernels(network, batch, rounds, threads)).kernels);
      fastest = Math.max(fastest, forward.fastest, whole.fastest);
      rows.push([network, batch, forward, whole]);
      console.error(`${network}, batch ${batch}`);
    }
  }
  const heading = ['network', 'batch', 'forward', 'time', 'GFLOP/s', 'with gradient', 'time', 'GFLOP/s', 'elsewhere'];
  return [
    `${threads} threads on ${availableParallelism()} cores of ${cpus()[0].model.trim()}, fastest of ${rounds} runs kernel by kernel, an image;`,
    `the fastest kernel of all: ${gflops(fastest)} GFLOP/s; "elsewhere": time with gradient in kernels that are no convolution and no product of matrices`,
    table([
      [...heading, 'arithmetic', 'time', 'time at the fastest kernel'],
      ...rows.map(([network, batch, forward, whole]) => [
        ...[network, batch, giga(forward.multiplyAdds / batch), ms(forward.time / batch), gflops(rate(forward))],
        ...[giga(whole.multiplyAdds / batch), ms(whole.time / batch), gflops(rate(whole))],
        `${((100 * whole.elsewhere) / whole.time).toFixed(0)} %`,
        times(whole.multiplyAdds / forward.multiplyAdds),
        times(whole.time / forward.time),
        times(whole.multiplyAdds / fastest / (forward.time / 2)),
      ]),
    ]),
  ].join('\n');
}

/** Of a graph's kernels; a kernel counts as the fastest only where it is long enough for the clock of the profile. */
export function sums(kernels) {
  const total = (of) => kernels.reduce((sum, kernel) => sum + of(kernel), 0);
  const longEnough = kernels.filter(({ time }) => time > 2e-4);
  return {
    multiplyAdds: total(({ multiplyAdds }) => multiplyAdds),
    time: total(({ time }) => time),
    elsewhere: total(({ time, multiplyAdds }) => (multiplyAdds === 0 ? time : 0)),
    fastest: Math.max(...longEnough.map(({ time, multiplyAdds }) => (2 * multiplyAdds) / time)),
  };
}

const rate = ({ multiplyAdds, time }) => (2 * multiplyAdds) / time;
const gflops = (value) => (value / 1e9).toFixed(0);
const giga = (value) => `${(value / 1e9).toFixed(2)} G`;
