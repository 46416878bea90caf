"""Runs in Pyodide: write wheels anew, with the modules compiled that each start of Python imports.

To compile them in the student's browser takes as long as all else together.
"""

import importlib
import importlib.util
import json
import re
import sys
import zipfile
from importlib._bootstrap_external import _code_to_hash_pyc as to_pyc
from pathlib import Path

import numpy

WHEELS, TARGET = Path("/wheels"), Path("/target")
MODULES = [
    "pyodide_kernel",
    "IPython",
    "jedi",
    "ipywidgets",
    "tqdm",
    "matplotlib.backends.backend_agg",
    "matplotlib.pyplot",
]
LEFT_OUT = re.compile(
    r"^(numpy|matplotlib)/.*\.pyi$"
    r"|^matplotlib/mpl-data/(sample_data|fonts/(afm|pdfcorefonts))/"
    r"|^jedi/third_party/(django-stubs|typeshed/third_party/2(and3)?|typeshed/stdlib/2)/"  # a third of all files
)
ZIPPED = {"compress_type": zipfile.ZIP_DEFLATED, "compresslevel": 6}


def imported(names):
    """Import modules, as far as they can be here; return the files of all that is there now, as wheels name them."""
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            pass
    files = [Path(file) for module in [*sys.modules.values()] if (file := getattr(module, "__file__", None))]
    site = Path(numpy.__file__).parent.parent
    return {file.relative_to(site).as_posix() for file in files if file.is_relative_to(site)}


def rewrite(source, target, files):
    """Write a wheel anew, with ``files`` compiled, and without what only tools and other backends read."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in filter(lambda name: not LEFT_OUT.search(name), old.namelist()):
            data = old.read(name)
            if name in files and name.endswith(".py"):
                code = compile(data, name, "exec", dont_inherit=True)
                name, data = name + "c", bytes(to_pyc(code, importlib.util.source_hash(data), checked=False))
            new.writestr(zipfile.ZipInfo(name), data, **ZIPPED)


packages = json.loads((WHEELS / "pyodide-lock.json").read_text())["packages"].values()
files = imported(MODULES)
for package in packages:
    wheel = WHEELS / package["file_name"]
    if wheel.suffix == ".whl" and files & set(zipfile.ZipFile(wheel).namelist()):
        rewrite(wheel, TARGET / wheel.name, files)
