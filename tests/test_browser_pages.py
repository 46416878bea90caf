"""The lessons as pages, in a real browser: readable on a phone and by a screen reader, without a network."""

import re

import pytest
from browsing import PHONE, open_window, serious_faults, unfold

from tools import pages
from tools.notebooks import lessons

NAMES = ["index", "glossary", *(path.stem for path in lessons())]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    pages.build(folder)
    return folder


@pytest.fixture
def opened(browser, folder, request):
    """``opened(name)``: a page in a window of a phone's size."""

    def open_page(name):
        window = open_window(browser, (folder / f"{name}.html").as_uri(), PHONE)
        request.addfinalizer(window.close)
        unfold(window)
        return window

    return open_page


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_whole_on_a_phone_and_without_a_network(name, opened):
    window = opened(name)
    assert window.asked == [] and window.errors == []
    assert window.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert serious_faults(window) == []
    assert "$" not in "".join(window.locator("section.text").all_inner_texts())  # formulas are typeset


@pytest.mark.parametrize("name", NAMES)
def test_links_between_pages_lead_somewhere(name, folder, opened):
    links = opened(name).evaluate("[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))")
    local = [link.partition("#") for link in links if not re.match("https?:|\\.\\./lab/", link)]
    assert local and not [place for place, _, _ in local if place and not (folder / place).exists()]
    ids = {place: set(re.findall(r' id="([^"]+)"', (folder / place).read_text())) for place, _, _ in local if place}
    assert not [link for link in local if link[0] and link[2] and link[2] not in ids[link[0]]]


@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
def test_each_picture_is_there_with_its_text(path, opened):
    window = opened(path.stem)
    texts = window.evaluate("[...document.querySelectorAll('img')].map(img => img.naturalWidth ? img.alt : '')")
    assert len(texts) >= 5 and all(texts)
