const vm = require('node:vm');

/** Modules with such imports cannot be compiled from kept code on Node 20: the import finds no callback. */
const dynamicImport = /\bimport\s*(?:\(|\/[*/])/;

/** Compiled code by the name of a file, with the source that it is of; what was compiled of another source is replaced. */
class CompiledFiles {
  #kept = new Map();

  of(name, source) {
    const kept = this.#kept.get(name);
    return kept?.source === source ? kept.data : undefined;
  }

  keep(name, source, data) {
    this.#kept.set(name, { source, data });
  }
}

/**
 * Lets this process compile each file once. Jest runs the files of every test in a realm of its own and compiles them again for each, ES
 * modules and CommonJS alike, which is a fifth of what a small test costs.
 */
function keepCompiledCode() {
  const { SourceTextModule, compileFunction } = vm;
  const modules = new CompiledFiles();
  const functions = new CompiledFiles();

  vm.SourceTextModule = new Proxy(SourceTextModule, {
    construct(target, [source, options = {}]) {
      const cachedData = modules.of(options.identifier, source);
      if (cachedData !== undefined) {
        try {
          return new target(source, { ...options, cachedData });
        } catch (error) {
          // V8 refuses what was compiled under other flags, which a test may have set.
          if (error.code !== 'ERR_VM_MODULE_CACHED_DATA_REJECTED') throw error;
        }
      }
      const module = new target(source, options);
      if (!dynamicImport.test(source)) modules.keep(options.identifier, source, module.createCachedData());
      return module;
    },
  });

  vm.compileFunction = (source, parameters = [], options = {}) => {
    const name = [options.filename, ...parameters].join(' ');
    const cachedData = functions.of(name, source);
    const isKept = cachedData === undefined && !dynamicImport.test(source);
    const result = compileFunction(source, parameters, { ...options, cachedData, produceCachedData: isKept });
    if (isKept) functions.keep(name, source, result.cachedData);
    return result;
  };
}

module.exports = { keepCompiledCode };
