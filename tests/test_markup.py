"""What students write is shown as they meant it, and nothing of it lives."""

import base64

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from traitlets.config import Config

from grading.configure import configure
from grading.pages.markup import clean, markdown

PIXEL = base64.b64encode(b"\x89PNG").decode()
LIVE = {
    "script": "<script>steal()</script>",
    "a script in a link": "[x](javascript:steal())",
    "a script in a link beside a tag": "<b>x</b> [x](javascript:steal())",
    "an event": "<img src=x onerror=steal()>",
    "a form": "<form action='https://evil.test'><input name='x'><button>steal</button></form>",
    "a frame": "<iframe src='https://evil.test'></iframe>",
    "a style sheet": "<style>body { display: none }</style><p style='position: fixed'>x</p>",
    "a style sheet elsewhere": "<link rel=stylesheet href='https://evil.test/steal.css'>",
    "a picture elsewhere": "![x](https://evil.test/steal.png)",
    "a picture in HTML": "<img src='//evil.test/steal.png' srcset='https://evil.test/2.png 2x'>",
    "a script in a picture": "<svg onload=steal()><a href='javascript:steal()'>x</a></svg>",
    "a script in a formula": r"$\href{javascript:steal()}{x}$",
    "tags in a formula": r"$\text{<img src=x onerror=steal()>}$",
    "a name of the page": "<p id=top class=total>x</p>",
    "a refresh": "<meta http-equiv=refresh content='0; url=https://evil.test'>",
    "a base": "<base href='https://evil.test'>",
}
TAGS = {"script", "form", "input", "button", "iframe", "style", "link", "svg", "meta", "base"}


def live(html):
    """Return the elements that could act, reach out, or change how the page looks."""
    elements = BeautifulSoup(html, "html.parser").find_all(True)
    return [e for e in elements if e.name in TAGS or any(map(_acts, e.attrs.items()))]


def _acts(attribute):
    name, value = attribute
    return name.startswith("on") or name in ("style", "href", "id") or "evil" in str(value) or "total" in str(value)


@pytest.mark.parametrize("what", LIVE)
def test_nothing_live_is_left(what):
    assert live(markdown(LIVE[what])) == []


def test_formgrader_shows_nothing_live():
    config = Config()
    configure(config)
    config.HTMLExporter.template_name = "classic"
    cells = []
    for text in LIVE.values():
        output = nbformat.v4.new_output("display_data", {"text/html": text})
        cells += [nbformat.v4.new_markdown_cell(text), nbformat.v4.new_code_cell("1", outputs=[output])]
    html, _ = HTMLExporter(config=config).from_notebook_node(nbformat.v4.new_notebook(cells=cells))
    shown = BeautifulSoup(html, "html.parser").select(".rendered_html")
    assert len(shown) == len(cells)
    assert [live(element.decode_contents()) for element in shown] == [[]] * len(cells)


def test_a_formula_becomes_mathml():
    assert "<mi>w</mi><mo>&lt;</mo><mi>b</mi></mrow></math>" in markdown("$w<b$")


def test_a_formula_in_lines_of_its_own_is_a_block():
    assert '<math display="block">' in markdown("$$\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}$$")


def test_a_formula_that_cannot_be_read_is_shown_as_it_was_written():
    assert "a_1_2" in markdown("$a_1_2$")


def test_signs_that_look_like_tags_stay_text():
    assert "a&lt;b &amp; c" in markdown("a<b & c")


def test_direction_and_language_stay():
    html = markdown('<div dir="rtl" lang="fa">\n\nمتن $x$\n\n</div>')
    assert '<div dir="rtl" lang="fa">' in html and "<math" in html


def test_the_address_of_a_link_can_be_read():
    assert "this (https://example.org/a?b=1&amp;c=2)" in markdown("[this](https://example.org/a?b=1&c=2)")


def test_an_attached_picture_is_in_the_page_with_its_text():
    html = markdown("![a curve](attachment:p.png)", {"p.png": {"image/png": PIXEL}})
    assert f'src="data:image/png;base64,{PIXEL}"' in html and 'alt="a curve"' in html


def test_a_missing_attachment_costs_only_the_picture():
    assert markdown("before ![a curve](attachment:p.png) after").count("a curve") == 1


def test_a_picture_beside_the_notebook_is_put_into_the_page(tmp_path):
    (tmp_path / "plot.png").write_bytes(b"\x89PNG")
    assert PIXEL in markdown("![a curve](plot.png)", folder=str(tmp_path))


def test_a_file_outside_of_the_folder_is_not(tmp_path):
    (tmp_path / "secret.png").write_bytes(b"\x89PNG")
    (tmp_path / "inside").mkdir()
    assert PIXEL not in markdown("![x](../secret.png)", folder=str(tmp_path / "inside"))


def test_every_picture_has_a_text_alternative():
    assert 'alt=""' in clean(f'<img src="data:image/png;base64,{PIXEL}">')


def test_a_table_of_pandas_keeps_its_look():
    assert '<table class="dataframe">' in clean('<table border="1" class="dataframe"><tr><td>1</td></tr></table>')


def test_headings_of_a_text_are_below_those_of_the_page():
    assert "<h4>Mine</h4>" in markdown("# Mine")


def test_what_utf8_cannot_hold_costs_no_page():
    assert "a?b" in markdown("a\ud800b")
