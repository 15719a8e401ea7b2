// Runs the rows of some operators in a folder of compiled rules; prints the first failure and exits with 1.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [base, ...operators] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(join(base, file)).href);

const rows = [];
for (const file of readdirSync(join(base, 'test/rows')).filter((name) => name.endsWith('.js'))) {
  rows.push(...Object.values(await load(`test/rows/${file}`)).flat());
}
const { checkGradient } = await load('src/gradient-check/index.js');
const { execute } = await load('test/execute.js');

const wanted = new Set(operators);
const chosen = rows.filter((row) => wanted.has(`${row.domain ?? ''}:${row.operator}`));
try {
  if (chosen.length === 0) throw new Error('there are no rows');
  for (const row of chosen) {
    for (const symbolic of row.symbolic === false ? [false] : [false, true]) {
      await checkGradient(row, execute, { symbolic });
    }
  }
} catch (error) {
  process.stdout.write(`${error.message}\n`);
  process.exitCode = 1;
}
