/* Runs compile.py in Pyodide: node compile.cjs PYODIDE TARGET PACKAGE ...
 *
 * PYODIDE holds the runtime and the wheels, TARGET gets the new ones of those that have changed.
 */
const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const [pyodide, target, ...packages] = process.argv.slice(2);
const { loadPyodide } = require(join(pyodide, "pyodide.js"));

(async () => {
  const python = await loadPyodide({ indexURL: pyodide, packages, stdout: () => {} });
  for (const [place, root] of [["/wheels", pyodide], ["/target", target]]) {
    python.FS.mkdir(place);
    python.FS.mount(python.FS.filesystems.NODEFS, { root }, place);
  }
  python.runPython(readFileSync(join(__dirname, "compile.py"), "utf8"));
})();
