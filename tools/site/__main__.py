"""Build the course in the browser: a folder of files that any web server can serve.

    python -m tools.site [FOLDER] [--pyodide FOLDER] [--mnist mnist.npz] [--solutions]

The site is made with JupyterLite and Pyodide. Nothing of it comes from the network when a student uses it.
"""

import argparse
import hashlib
import json
import os
import shutil
import string
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from tools import helpers, student
from tools.notebooks import ROOT
from tools.site import compiled, pyodide

PARTS = Path(__file__).parent / "parts"  # what the site has beside JupyterLite
ENVIRONMENT = ROOT / ".venv-site"  # JupyterLite, as requirements-site.txt pins it
KERNEL = ENVIRONMENT / "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi"
CACHE = ROOT / ".cache" / "site"
KERNEL_PLUGIN = "@jupyterlite/pyodide-kernel-extension:kernel"
EXTENSION = {"name": "course", "load": "static/course.js", "extension": "./extension", "liteExtension": False}
WORKER = "service-worker.js"


def build(output, given=None, from_mirror=False, mnist=None, solutions=False):
    """Build the site in the folder ``output``, which is replaced.

    given: a folder with a release of Pyodide; without it files come from npm and from Pyodide's release
    from_mirror: take packages from where the tests find them
    mnist: an .npz file for the lab, beside its notebook
    solutions: with worked solutions, packed

    Raises NotAvailableError where a part cannot be had, ValueError where one is not what its sha256 says.
    """
    if not KERNEL.is_dir():
        raise pyodide.NotAvailableError(f"JupyterLite is not installed in {ENVIRONMENT.name}. Run: make site")
    with tempfile.TemporaryDirectory() as folder:
        lite = Path(folder)
        contents = lite / "files"
        _lay_out(contents, mnist, solutions)
        preload = _python(lite / "static" / "pyodide", contents, given, from_mirror)
        _configure(lite, preload)
        shutil.rmtree(output, ignore_errors=True)
        _jupyterlite(lite, output)
    _finish(output)


def _lay_out(contents, mnist, solutions):
    """Put a student's folder into the contents of the site, with a start page of its own."""
    student.lay_out(contents, solutions)
    rows = "\n".join(f"| {s['number']} | {s['read']} | {s['do']} |" for s in student.steps(contents))
    page = string.Template((PARTS / "start.md").read_text(encoding="utf-8")).substitute(rows=rows)
    (contents / student.START).write_text(page, encoding="utf-8")
    if mnist:
        for loader in contents.glob("*/mnist.py"):
            shutil.copy(mnist, loader.with_name("mnist.npz"))


def _python(target, contents, given, from_mirror):
    """Put Pyodide and the packages of the course into ``target``; return what each kernel loads when it starts."""
    CACHE.mkdir(parents=True, exist_ok=True)
    lock = pyodide.runtime(CACHE, given)
    own = pyodide.own_wheels(CACHE, KERNEL)
    lock["packages"] |= own
    shared = [(folder / name).read_text(encoding="utf-8") for name, folder in helpers.SHARED.items()]
    preload = sorted({*pyodide.KERNEL_NEEDS, *own, *pyodide.providers(lock, pyodide.imported(shared))})
    names = pyodide.closure(lock, preload + pyodide.providers(lock, pyodide.imported(_sources(contents))))
    pyodide.packages(CACHE, lock, [name for name in names if name not in own], given, from_mirror)
    short = pyodide.reduced(lock, names)
    target.mkdir(parents=True)
    for name in [*pyodide.RUNTIME, *(entry["file_name"] for entry in short["packages"].values())]:
        shutil.copy(CACHE / name, target)
    (target / pyodide.LOCK).write_text(json.dumps(short), encoding="utf-8")
    compiled.compile_wheels(target, preload, CACHE)
    return preload


def _sources(contents):
    """Return the Python of all notebooks and helpers, in pieces."""
    helpers = [path.read_text(encoding="utf-8") for path in contents.rglob("*.py")]
    notebooks = [nbformat.read(path, as_version=4) for path in contents.rglob("*.ipynb")]
    return helpers + [cell.source for book in notebooks for cell in book.cells if cell.cell_type == "code"]


def _configure(lite, preload):
    """Write what JupyterLite reads."""
    kernel = {"disablePyPIFallback": True, "loadPyodideOptions": {"packages": preload}}
    config = {
        "appName": "Neural networks from first principles",
        "exposeAppInBrowser": "true",  # for tests, and for who looks for a fault in the browser's console
        "federated_extensions": [EXTENSION],
        "litePluginSettings": {KERNEL_PLUGIN: kernel},
    }
    _write(lite / "jupyter-lite.json", {"jupyter-lite-schema-version": 0, "jupyter-config-data": config})
    shutil.copy(PARTS / "overrides.json", lite)


def _jupyterlite(lite, output):
    """Run JupyterLite's build."""
    options = ["--apps=lab", "--no-sourcemaps", "--no-unused-shared-packages", "--no-libarchive"]
    folders = [f"--lite-dir={lite}", f"--contents={lite / 'files'}", f"--output-dir={output}"]
    command = [str(ENVIRONMENT / "bin" / "jupyter-lite"), "build", *options, *folders]
    done = subprocess.run(command, cwd=lite, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"jupyter lite build failed:\n{done.stdout}{done.stderr}")
    shutil.copy(output / "static" / "favicons" / "favicon.ico", output / "lab")  # a tenth of the one there


def _finish(output):
    """Put what is ours beside JupyterLite: the first page, the buttons, and the worker that keeps everything."""
    extension = output / "extensions" / EXTENSION["name"] / EXTENSION["load"]
    extension.parent.mkdir(parents=True)
    shutil.copy(PARTS / "course.js", extension)
    for name in ("index.html", "offline.js"):
        shutil.copy(PARTS / name, output)
    (output / WORKER).replace(output / "service-worker-jupyterlite.js")
    files = file_list(output)
    worker = (PARTS / WORKER).read_text(encoding="utf-8")
    (output / WORKER).write_text(worker.replace("{} /* FILES */", json.dumps(files)), encoding="utf-8")


def file_list(output):
    """Return ``{path: [sha256, bytes, needed]}`` of all files of the site but its service worker.

    needed: whether each notebook needs the file to start Python
    """
    needed = _needed(output / "static" / "pyodide")
    files = {path.relative_to(output).as_posix(): path for path in sorted(output.rglob("*")) if path.is_file()}
    return {
        name: [hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size, path in needed]
        for name, path in files.items()
        if name != WORKER
    }


def _needed(folder):
    lock = json.loads((folder / pyodide.LOCK).read_text(encoding="utf-8"))
    settings = json.loads((folder.parent.parent / "jupyter-lite.json").read_text(encoding="utf-8"))
    preload = settings["jupyter-config-data"]["litePluginSettings"][KERNEL_PLUGIN]["loadPyodideOptions"]["packages"]
    names = [lock["packages"][name]["file_name"] for name in pyodide.closure(lock, preload)]
    return {folder / name for name in [*pyodide.RUNTIME, *names]}


def _write(path, data):
    path.write_text(json.dumps(data, indent=2), encoding="utf-8")


def main():
    """Build the site, or say what is missing."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0], prog="python -m tools.site")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "site")
    parser.add_argument("--pyodide", type=Path, default=os.environ.get("PYODIDE_WHEELS") or None, help="its release")
    parser.add_argument("--from-mirror", action="store_true", help="take Pyodide's packages from where tests do")
    parser.add_argument("--mnist", type=Path, help="an .npz file with the digits, for the lab")
    parser.add_argument("--solutions", action="store_true", help="with worked solutions, for who learns alone")
    arguments = parser.parse_args()
    try:
        output = arguments.folder.resolve()
        build(output, arguments.pyodide, arguments.from_mirror, arguments.mnist, arguments.solutions)
    except (pyodide.NotAvailableError, ValueError) as problem:
        sys.exit(f"The site was not built. {problem}")
    size = sum(path.stat().st_size for path in arguments.folder.rglob("*") if path.is_file())
    print(f"The site is in {arguments.folder}, {size / 1e6:.0f} MB. HOSTING.md tells how to put it on a web server.")
    print(f"To try it here: python -m http.server --directory {arguments.folder} --bind 127.0.0.1")


if __name__ == "__main__":
    main()
