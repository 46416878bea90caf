"""Compile what Python imports at each start, so that it starts in about half the time."""

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from tools.site import pyodide

PARTS = Path(__file__).parent / "parts"
SCRIPTS = [PARTS / "compile.cjs", PARTS / "compile.py"]


def compile_wheels(folder, packages, cache):
    """Put compiled wheels in the place of those in ``folder``, and their sha256 into the lock there.

    folder:   with the runtime, its lock and the wheels, all verified
    packages: what is loaded at each start
    cache:    a folder that keeps the compiled wheels
    """
    lock = json.loads((folder / pyodide.LOCK).read_text(encoding="utf-8"))
    key = hashlib.sha256(b"".join(path.read_bytes() for path in [folder / pyodide.LOCK, *SCRIPTS])).hexdigest()
    kept = cache / f"compiled-{key[:16]}"
    if not kept.is_dir():
        for old in cache.glob("compiled-*"):
            shutil.rmtree(old)
        _run(folder, packages, kept)
    for entry in lock["packages"].values():
        wheel = kept / entry["file_name"]
        if wheel.exists():
            shutil.copy(wheel, folder)
            entry["sha256"] = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (folder / pyodide.LOCK).write_text(json.dumps(lock), encoding="utf-8")


def _run(folder, packages, target):
    new = Path(tempfile.mkdtemp(dir=target.parent))
    try:
        subprocess.run(
            ["node", str(SCRIPTS[0]), str(folder), str(new), *packages], check=True, capture_output=True, text=True
        )
        new.rename(target)
    except FileNotFoundError as error:
        raise pyodide.NotAvailableError("Node.js is not installed: it compiles packages for the browser.") from error
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"The packages could not be compiled:\n{error.stderr}") from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
