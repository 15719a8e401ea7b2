const vm = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');
const { keepCompiledCode } = require('./code-cache.cjs');
const { loaderName } = require('./outer-realm.cjs');

// A worker loads this file once.
keepCompiledCode();

const shared = [
  'ArrayBuffer',
  'SharedArrayBuffer',
  'DataView',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
];

/**
 * Runs a super constructor with contexts whose global object is an ordinary one. Jest's is a proxy, and code that reads `Math` or
 * `Float32Array` from it in a loop takes up to twenty times as long.
 */
function withPlainGlobals(construct) {
  const { createContext } = vm;
  vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
  try {
    construct();
  } finally {
    vm.createContext = createContext;
  }
}

/** Jest runs tests in a realm of their own; native addons only accept typed arrays of the outer one. */
module.exports = class NativeTypedArrays extends TestEnvironment {
  constructor(config, context) {
    withPlainGlobals(() => super(config, context));
    for (const name of shared) this.global[name] = globalThis[name];
    this.global[Symbol.for(loaderName)] = (path) => require(path);
  }
};
