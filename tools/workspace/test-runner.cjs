const asyncHooks = require('node:async_hooks');
const { default: runCircus } = require('jest-circus/runner');

/** The store of what was begun last and has not ended: enough where tests follow upon one another. */
class SequentialStorage {
  #store;

  getStore() {
    return this.#store;
  }

  async run(store, work) {
    const outer = this.#store;
    this.#store = store;
    try {
      return await work();
    } finally {
      this.#store = outer;
    }
  }
}

/**
 * Runs jest-circus without the `AsyncLocalStorage` by which it tells concurrent tests apart: there are none here, and on Node 20 one use of
 * it makes every promise of the process dearer.
 */
module.exports = function runTests(...parameters) {
  const { AsyncLocalStorage } = asyncHooks;
  asyncHooks.AsyncLocalStorage = SequentialStorage;
  try {
    // jest-circus loads its modules before this returns a promise.
    return runCircus(...parameters);
  } finally {
    asyncHooks.AsyncLocalStorage = AsyncLocalStorage;
  }
};
