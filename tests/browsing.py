"""Windows of a real browser, for the tests of pages."""

import pytest

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


def open_window(browser, address, size=DESKTOP, scheme="light"):
    """Open a page; ``asked`` of the window: the other addresses that it asked for, ``errors``: of its scripts."""
    window = browser.new_page(viewport=size, color_scheme=scheme)
    window.asked, window.errors = [], []
    window.on("pageerror", lambda error: window.errors.append(error))
    window.on("request", lambda asked: asked.url.startswith((address, "data:")) or window.asked.append(asked.url))
    window.goto(address)
    return window


def unfold(window):
    """Open everything that is folded."""
    window.evaluate("document.querySelectorAll('details').forEach(element => element.open = true)")


def serious_faults(window):
    """Return what axe-core finds serious or critical."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(window).response["violations"]
    return [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")]
