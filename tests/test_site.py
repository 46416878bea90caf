"""What the browser edition is made of: verified files, a lock that cannot hang, a list for the service worker."""

import hashlib
import json
import re

import pytest

from tools.notebooks import assignments
from tools.site import __main__ as site
from tools.site import compiled, pyodide


def entry(*needs, imports=(), data=b"wheel", name="wheel"):
    return {
        "file_name": f"{name}.whl",
        "sha256": hashlib.sha256(data).hexdigest(),
        "depends": list(needs),
        "imports": list(imports),
    }


def lock_of(**packages):
    return {"info": {}, "packages": packages}


def test_a_file_with_another_sha256_is_refused():
    with pytest.raises(ValueError, match="numpy.whl"):
        pyodide.verified(b"changed", hashlib.sha256(b"right").hexdigest(), "numpy.whl")


def test_a_changed_wheel_in_the_given_folder_is_refused_and_not_kept(tmp_path):
    given, cache = tmp_path / "given", tmp_path / "cache"
    given.mkdir(), cache.mkdir()
    (given / "a.whl").write_bytes(b"changed")
    with pytest.raises(ValueError, match="a.whl"):
        pyodide.packages(cache, lock_of(a=entry(name="a")), ["a"], given)
    assert list(cache.iterdir()) == []


def test_a_damaged_wheel_in_the_cache_is_taken_anew(tmp_path):
    given, cache = tmp_path / "given", tmp_path / "cache"
    given.mkdir(), cache.mkdir()
    (given / "a.whl").write_bytes(b"wheel")
    (cache / "a.whl").write_bytes(b"damaged")
    pyodide.packages(cache, lock_of(a=entry(name="a")), ["a"], given)
    assert (cache / "a.whl").read_bytes() == b"wheel"


def test_a_wheel_that_is_not_in_the_given_folder_is_named(tmp_path):
    with pytest.raises(pyodide.NotAvailableError, match="a.whl"):
        pyodide.packages(tmp_path, lock_of(a=entry(name="a")), ["a"], tmp_path)


def test_a_changed_runtime_is_refused(tmp_path):
    given, cache = tmp_path / "given", tmp_path / "cache"
    given.mkdir(), cache.mkdir()
    for name in pyodide.RUNTIME:
        (given / name).write_bytes(b"changed")
    with pytest.raises(ValueError):
        pyodide.runtime(cache, given)


def test_a_lock_holds_what_is_asked_for_and_what_that_needs():
    lock = lock_of(a=entry("B_b"), **{"b-b": entry("c"), "c": entry(), "other": entry()})
    names = pyodide.closure(lock, ["a"])
    assert sorted(pyodide.reduced(lock, names)["packages"]) == ["a", "b-b", "c"]


def test_a_circle_of_dependencies_is_refused():
    lock = lock_of(a=entry("b"), b=entry("c"), c=entry("b"))
    with pytest.raises(ValueError, match="b -> c -> b"):
        pyodide.reduced(lock, ["a", "b", "c"])


def test_two_packages_may_need_the_same_third():
    assert pyodide.find_circle({"a": ["b", "c"], "b": ["c"], "c": []}) == []


def test_the_kernel_gets_an_empty_wheel_in_the_place_of_openssl(tmp_path, monkeypatch):
    monkeypatch.setattr(pyodide, "OWN_WHEELS", tmp_path / "wheels.txt")
    pyodide.OWN_WHEELS.touch()
    (kernel := tmp_path / "kernel").mkdir()
    ssl = pyodide.own_wheels(tmp_path, kernel)["ssl"]
    assert (ssl["depends"], ssl["imports"]) == ([], [])
    assert ssl["sha256"] == hashlib.sha256((tmp_path / ssl["file_name"]).read_bytes()).hexdigest()


def test_a_compiled_wheel_stands_in_the_lock_with_its_own_sha256(tmp_path, monkeypatch):
    def compile_a(folder, packages, target):
        target.mkdir()
        (target / "a.whl").write_bytes(b"compiled")

    folder, cache = tmp_path / "pyodide", tmp_path / "cache"
    folder.mkdir(), cache.mkdir()
    (folder / pyodide.LOCK).write_text(json.dumps(lock_of(a=entry(name="a"), b=entry(name="b"))))
    monkeypatch.setattr(compiled, "_run", compile_a)
    compiled.compile_wheels(folder, ["a"], cache)
    packages = json.loads((folder / pyodide.LOCK).read_text())["packages"]
    assert packages["a"]["sha256"] == hashlib.sha256((folder / "a.whl").read_bytes()).hexdigest()
    assert packages["b"] == entry(name="b")


def test_imports_inside_functions_count_too():
    source = "import numpy as np\nfrom scipy.special import expit\ndef f():\n    import sklearn.datasets\n"
    assert pyodide.imported([source]) == {"numpy", "scipy", "sklearn"}


def test_the_start_page_leads_to_every_assignment(tmp_path):
    site._lay_out(tmp_path / "files", mnist=None, solutions=False)
    text = (tmp_path / "files" / "START.md").read_text(encoding="utf-8")
    assert [name for name in assignments() if f"({name}/" not in text] == []


def test_the_digits_of_a_host_stand_beside_the_lab(tmp_path):
    digits = tmp_path / "digits.npz"
    digits.write_bytes(b"digits")
    site._lay_out(tmp_path / "files", mnist=digits, solutions=False)
    assert [path.parent.name for path in tmp_path.glob("files/*/mnist.npz")] == ["05-mnist-lab"]


@pytest.fixture
def finished(tmp_path):
    """A small site with one package of Python that each notebook needs, and one that few need."""
    python = tmp_path / "static" / "pyodide"
    python.mkdir(parents=True)
    lock = lock_of(numpy=entry(name="numpy"), scipy=entry(name="scipy"))
    for name in [*pyodide.RUNTIME, "numpy.whl", "scipy.whl"]:
        (python / name).write_bytes(b"data")
    (python / pyodide.LOCK).write_text(json.dumps(lock))
    settings = {"jupyter-config-data": {"litePluginSettings": {}}}
    kernel = {"loadPyodideOptions": {"packages": ["numpy"]}}
    settings["jupyter-config-data"]["litePluginSettings"][site.KERNEL_PLUGIN] = kernel
    (tmp_path / "jupyter-lite.json").write_text(json.dumps(settings))
    (tmp_path / site.WORKER).write_text("// JupyterLite's")
    site._finish(tmp_path)
    return tmp_path


def listed(folder):
    text = (folder / site.WORKER).read_text(encoding="utf-8")
    return json.loads(re.search(r"const FILES = (\{.*\});", text)[1])


def test_the_service_worker_lists_every_file_but_itself(finished):
    there = {path.relative_to(finished).as_posix() for path in finished.rglob("*") if path.is_file()}
    assert set(listed(finished)) == there - {site.WORKER}


def test_the_list_says_what_each_file_is_and_which_every_notebook_needs(finished):
    sha256, size, needed = listed(finished)["static/pyodide/numpy.whl"]
    assert (sha256, size, needed) == (hashlib.sha256(b"data").hexdigest(), 4, True)
    assert listed(finished)["static/pyodide/scipy.whl"][2] is False


def test_the_service_worker_changes_when_a_file_does(finished):
    before = site.file_list(finished)
    (finished / "static" / "pyodide" / "scipy.whl").write_bytes(b"more")
    assert site.file_list(finished) != before
