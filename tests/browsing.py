"""Windows of a real browser, for the tests of pages."""

import pytest

_CONNECTED = """async () => {
    const context = jupyterapp.shell.currentWidget.sessionContext;
    await context.ready;  // what is run before is dropped without a word
    await context.session.kernel.info;
}"""
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


def connect(window):
    """Wait until the open notebook of a JupyterLab that exposes ``jupyterapp`` has its Python."""
    window.evaluate(_CONNECTED)


def command(window, name):
    """Choose an entry of JupyterLab's menu; do not wait for what it does."""
    window.evaluate("name => void jupyterapp.commands.execute(name)", name)


def go_to(window, cell_id):
    """Make a cell of the open notebook the active one, in sight; return it."""
    window.evaluate(
        """id => {
            const notebook = jupyterapp.shell.currentWidget.content;
            notebook.activeCellIndex = notebook.widgets.findIndex(cell => cell.model.id === id);
            return notebook.scrollToItem(notebook.activeCellIndex, 'start');
        }""",
        cell_id,
    )
    return window.locator(".jp-NotebookPanel:visible .jp-mod-active.jp-Cell")


def assert_slides(window, cell_id):
    """Press "next" beside a slider of the open notebook: its picture and its words change."""
    cell = go_to(window, cell_id)
    picture, words = cell.locator(".widget-image"), cell.locator(".widget-html-content")
    picture.wait_for()
    before, said = picture.get_attribute("src"), words.inner_text()
    cell.get_by_role("button", name="next").click()
    window.wait_for_function(
        "([picture, before]) => picture.getAttribute('src') !== before", arg=[picture.element_handle(), before]
    )
    assert words.inner_text() != said
