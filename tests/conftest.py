"""Shared by the tests."""

import re
import shutil

import pytest


@pytest.fixture(scope="session")
def prose():
    """``prose(assignment)``: everything a notebook says, Markdown and docstrings, on single-spaced lines."""
    from tools.notebooks import load

    def text(assignment):
        return re.sub(r"\s+", " ", " ".join(cell.source for cell in load(assignment).cells))

    return text


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium, driven by Playwright."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or pytest.skip("Chromium is not installed")
    switches = "no-sandbox disable-gpu disable-quic no-first-run disable-background-networking disable-component-update"
    with playwright.sync_playwright() as started:
        running = started.chromium.launch(executable_path=chromium, args=[f"--{switch}" for switch in switches.split()])
        yield running
        running.close()


SLOW = {"demo", "engine", "grading", "kill", "lab", "lessons", "release", "run", "whole"}


def pytest_collection_modifyitems(items):
    """Run the fast files first."""
    items.sort(key=lambda item: item.path.stem.split("_")[1] in SLOW)
