import { register } from 'node:module';
import * as prettier from 'prettier';

register('../workspace/typescript-loader.mjs', import.meta.url);
const { webGpuGaps } = await import(new URL('../../packages/backend-onnx/src/web-gpu-gaps.ts', import.meta.url).href);

const path = new URL('../../docs/webgpu.md', import.meta.url).pathname;

/** What a run found, as the page of the documentation and as a few lines. */
export async function pageOf({ tolerance, rows, networks }) {
  const isFar = ({ furthest = 0 }) => !(Number(furthest) <= tolerance);
  const failed = rows.filter((row) => row.failure !== undefined || isFar(row));
  const broken = networks.filter((line) => line.failure !== undefined || isFar(line));
  const onCpu = operatorsOnCpu(rows);
  const unequal = differences(rows);
  const compared = networks.filter(({ furthest }) => furthest !== undefined);
  const parts = [
    '# WebGPU',
    'Written by `npm run webgpu`, with ONNX Runtime in Node on SwiftShader, which computes WebGPU on the processor. It says whether numbers are right, and nothing of speed.',
    `${rows.length} rows of the gradient check ran there, ${rows.length - failed.length} of them with the values and gradients of the CPU and of finite differences ` +
      `(at most ${tolerance} of the largest element of a tensor apart); ${networks.length - broken.length} of ${networks.length} checks of small networks hold.`,
    '## Kept on the processor',
    'A model that is opened with the device `webgpu` keeps the nodes below on the processor, with the reason found here ([decision 0023](decisions/0023-what-webgpu-gets-wrong-stays-on-the-processor.md)); the rest of the graph stays on WebGPU.',
    table([
      ['operator', 'form', 'what WebGPU does'],
      ...webGpuGaps.map(({ operator, form, what }) => [
        operator,
        form,
        what === 'wrong' ? 'gives wrong numbers' : 'refuses it when it runs',
      ]),
    ]),
    ...(failed.length + broken.length === 0
      ? []
      : [
          '## Differs',
          table([
            ['operator or network', 'form', 'what was found'],
            ...failed.map((row) => [row.operator, row.form, row.failure ?? `differs by ${row.furthest}`]),
            ...broken.map((line) => [line.network, line.what, line.failure ?? `differs by ${line.furthest}`]),
          ]),
        ]),
    '## Differences within the tolerance',
    'The largest of each operator, where it is more than a hundred times the rounding of float32.',
    table([['operator', 'form', 'difference'], ...unequal]),
    '## Operators without a kernel',
    'ONNX Runtime ran these nodes of the rows on the processor, and copied what they read and write; shape arithmetic in whole numbers, which belongs there, is left out.',
    onCpu.map((name) => `\`${name}\``).join(', ') + '.',
    '## Small networks',
    table([
      ['network', 'what', 'difference from the CPU'],
      ...compared.map(({ network, what, furthest }) => [network, what, Number(furthest).toExponential(1)]),
    ]),
    table([
      ['network', 'promises of the contract', 'kept'],
      ...contracts(networks).map(({ network, all, kept }) => [network, all, kept]),
    ]),
  ];
  const options = await prettier.resolveConfig(path);
  const page = await prettier.format(parts.join('\n\n'), { ...options, parser: 'markdown' });
  const failures = failed.length + broken.length;
  const summary = [
    `webgpu: ${rows.length} rows, ${failed.length} of them differ; ${networks.length} checks of networks, ${broken.length} of them differ`,
    ...[...failed, ...broken].map(({ operator, network, form, what, failure, furthest }) => {
      return `  ${operator ?? network}: ${form ?? what}: ${failure ?? `differs by ${furthest}`}`;
    }),
    `  kept on the processor: ${webGpuGaps.map(({ operator, form }) => `${operator} (${form})`).join(', ')}`,
    `  without a kernel: ${onCpu.join(', ')}`,
  ].join('\n');
  return { page, summary, failures };
}

/** Operators that were run on the processor with numbers that are not whole, and nowhere on WebGPU. */
function operatorsOnCpu(rows) {
  const placed = rows.flatMap((row) => row.placed.map((entry) => JSON.parse(entry)));
  const onGpu = new Set(placed.flatMap(([operator, provider]) => (provider.startsWith('WebGpu') ? [operator] : [])));
  const found = placed.flatMap(([operator, provider, isFloat]) =>
    provider.startsWith('CPU') && isFloat && !onGpu.has(operator) ? [operator] : [],
  );
  return [...new Set(found)].sort();
}

function differences(rows) {
  const worst = new Map();
  for (const { operator, form, furthest } of rows) {
    const difference = Number(furthest);
    if (difference > 1e-5 && Number.isFinite(difference) && !(worst.get(operator)?.difference >= difference)) {
      worst.set(operator, { operator, form, difference });
    }
  }
  return [...worst.values()]
    .sort((one, other) => other.difference - one.difference)
    .map(({ operator, form, difference }) => [operator, form, difference.toExponential(1)]);
}

function contracts(networks) {
  const counts = new Map();
  for (const { network, what, failure } of networks) {
    if (!what.startsWith('contract: ')) continue;
    const count = counts.get(network) ?? { network, all: 0, kept: 0 };
    counts.set(network, { network, all: count.all + 1, kept: count.kept + (failure === undefined ? 1 : 0) });
  }
  return [...counts.values()];
}

function table([head, ...rows]) {
  const line = (cells) =>
    `| ${cells.map((cell) => `${cell}`.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
