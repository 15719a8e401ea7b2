const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');

const own = readFileSync(__filename);

/** Under what name a realm finds the function that loads a file in the outer one. */
const loaderName = 'understory.outerRealm';

/**
 * A transformer of jest for packages of many small files that take and give nothing but numbers and texts: one copy of them, in the realm
 * outside those of tests, does for every test of a worker. Student's quantiles alone are 400 files.
 */
module.exports = {
  loaderName,
  process: (_source, path) => ({
    code: `module.exports = globalThis[Symbol.for('${loaderName}')](${JSON.stringify(path)});`,
  }),
  getCacheKey: (_source, path) => createHash('sha256').update(own).update(path).digest('hex'),
};
