"""From what students write to HTML that can be shown to anybody: formulas typeset, nothing live.

Markdown is rendered first and cleaned afterwards, so that text such as ``a<b & c`` is never taken for
a tag, and nothing that rendering lets through stays.
"""

import functools
import re
from html import escape
from typing import Any

import nh3
from jinja2 import pass_context
from latex2mathml.converter import convert
from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

MOST_LETTERS = 20_000  # of one text
MOST_LETTERS_OF_A_FORMULA = 2_000
TOP_HEADING = 4  # the page's own headings are above those of a text
MATHML = set(
    "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle merror mpadded mphantom msub msup msubsup "
    "munder mover munderover mmultiscripts mprescripts mtable mtr mtd".split()
)
TAGS = nh3.ALLOWED_TAGS - {"a", "area", "map"} | {"section"} | MATHML
ATTRIBUTES = {
    "*": {"dir", "lang"},
    "img": {"src", "alt", "width", "height"},
    "th": {"align", "colspan", "rowspan", "scope"},
    "td": {"align", "colspan", "rowspan"},
    "ol": {"start", "reversed"},
    "details": {"open"},
    "math": {"display"},
    "mi": {"mathvariant"},
    "mo": {"accent", "fence", "form", "lspace", "largeop", "minsize", "maxsize", "movablelimits", "rspace", "stretchy"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "mspace": {"width"},
    "mstyle": {"displaystyle", "scriptlevel"},
    "mtable": {"columnalign", "columnspacing", "displaystyle", "rowspacing"},
    "mtd": {"columnalign"},
    "mfrac": {"linethickness"},
}
CLASSES = {"span": set(STANDARD_TYPES.values()), "div": {"highlight"}, "table": {"dataframe"}}


def clean(html: object) -> str:
    """Return ``html`` without what could act, reach out of the page or change how it looks elsewhere."""
    html = html.decode() if isinstance(html, bytes) else writable(str(html))
    return re.sub(r"<img(?![^>]* alt=)", '<img alt=""', _cleaner().clean(html))


def writable(text: str) -> str:
    """Return ``text`` with question marks for what UTF-8 cannot hold: lone surrogates."""
    return text.encode("utf-8", "replace").decode()


@functools.cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=TAGS,
        clean_content_tags={"script", "style", "iframe", "object", "template", "noscript", "textarea", "title"},
        attributes=ATTRIBUTES,
        attribute_filter=_kept,
        allowed_classes=CLASSES,
        url_schemes={"data"},
        link_rel=None,
    )


def _kept(tag: str, name: str, value: str) -> str | None:
    """Return an attribute's value, or None to drop it: a picture stands in the page itself."""
    return None if name == "src" and not value.startswith("data:image/") else value


def markdown(text: str, attachments: dict[str, Any] | None = None, folder: str = "") -> str:
    """Return clean HTML of a Markdown text.

    attachments: pictures of the cell, as notebooks hold them
    folder:      where pictures that the text names by their file are looked up; '' to leave them out
    """
    text = text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]} ..."
    try:
        renderer = _Renderer(
            escape=False, attachments=attachments, embed_images=bool(folder), path=folder, exclude_anchor_links=True
        )
        return clean(MarkdownWithMath(renderer=renderer).render(text))
    except Exception:  # whatever a student wrote, it can be read
        return f"<pre>{escape(text)}</pre>"


@pass_context
def markdown_filter(context: Any, text: str) -> str:
    """Take the place of nbconvert's filter ``markdown2html``: formgrader renders with it."""
    path = context.get("resources", {}).get("metadata", {}).get("path", "")
    return markdown(text, context.get("cell", {}).get("attachments"), path)


class FormulaRenderer(IPythonRenderer):
    """Renders formulas as MathML."""

    def inline_math(self, body: str) -> str:
        return formula(body)

    def block_math(self, body: str) -> str:
        return formula(body, "block")

    def latex_environment(self, name: str, body: str) -> str:
        return formula(rf"\begin{{{name}}}{body}\end{{{name}}}", "block")


class _Renderer(FormulaRenderer):
    """Renders the address of a link as text, and headings below those of the page."""

    def link(self, text: str, url: str, title: str | None = None) -> str:
        told = re.match("https?://|mailto:", url) and url not in text
        return f"{text} ({escape(url)})" if told else text

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        return super().heading(text, min(TOP_HEADING - 1 + level, 6), **attrs)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        try:
            return super().image(text, url, title)
        except InvalidNotebook:  # its attachment is missing
            return escape(text)


def formula(tex: str, display: str = "inline") -> str:
    """Return a TeX formula as MathML, or as text where it cannot be read."""
    if len(tex) <= MOST_LETTERS_OF_A_FORMULA:
        try:
            return convert(tex, display=display)
        except Exception:
            pass
    return f"<code>{escape(tex)}</code>"


def code(source: str, language: str = "python") -> str:
    """Return highlighted source code, as spans for a ``pre`` element."""
    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        lexer = get_lexer_by_name("text")
    return str(highlight(source, lexer, HtmlFormatter(nowrap=True)))
