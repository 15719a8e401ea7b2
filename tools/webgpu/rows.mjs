// Runs rows of the gradient check on WebGPU, from the one whose number is given: two lines of JSON each, before and after.
import { readdirSync } from 'node:fs';
import { register } from 'node:module';
import { Executions } from './executions.mjs';

register('../workspace/typescript-loader.mjs', import.meta.url);

const packages = new URL('../../packages/', import.meta.url);
const engine = new URL('onnx-autodiff/', packages);
const { checkGradient } = await import(new URL('src/gradient-check/index.ts', engine).href);
const { fromOrt, toOrt } = await import(new URL('test/tensors.ts', engine).href);
const { placedOn } = await import(new URL('backend-onnx/src/web-gpu-gaps.ts', packages).href);

const cases = [];
for (const file of readdirSync(new URL('test/rows', engine)).sort()) {
  const tables = await import(new URL(`test/rows/${file}`, engine).href);
  for (const row of Object.values(tables).flat()) {
    for (const symbolic of row.symbolic === false ? [false] : [false, true]) cases.push({ row, symbolic });
  }
}

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const [first, only = ''] = process.argv.slice(2);
const executions = new Executions({ fromOrt, toOrt }, (model) => placedOn('webgpu', model));
for (let at = Number(first); at < cases.length; at += 1) {
  const { row, symbolic } = cases[at];
  if (only !== '' && row.operator !== only) continue;
  const operator = `${row.domain ? `${row.domain}.` : ''}${row.operator}`;
  const form = `${row.form}, opset ${row.opset ?? 18}${symbolic ? ', sizes unknown ahead' : ''}`;
  executions.reset();
  say({ at, operator, form });
  const failure = await checkGradient(row, executions.execute, { symbolic }).then(
    () => undefined,
    (error) => error.message,
  );
  say({ at, done: true, failure, furthest: `${executions.furthest}`, placed: [...executions.placed] });
}
await executions.close();
