"""Markdown for languages that are written from right to left.

A ``<div dir="rtl">`` with blank lines around the text turns headings, lists, tables and folds. Code, and plain numbers
with signs and operators, must stay left to right. JupyterLab takes a ``<style>`` out of Markdown, but keeps the
attribute ``dir``, which isolates what it stands on: so each of them carries its own. Its own style moves paragraphs to
the left, whatever is around them, but not what is a block inside.
"""

import re
from collections.abc import Callable

from tools.translate.literals import FIELD

RIGHT_TO_LEFT = {"ar", "fa"}
START, END = "\N{RIGHT-TO-LEFT ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
FIELD_START = "\N{LEFT-TO-RIGHT ISOLATE}\N{FIRST STRONG ISOLATE}"  # what has no letters, runs from left to right
LETTER = re.compile("[\u0600-\u06ff]")
MARK = "\N{LEFT-TO-RIGHT MARK}"
# The editor of JupyterLab shows other characters of this kind as red dots, but not these three.
FROM_RIGHT = "\N{RIGHT-TO-LEFT EMBEDDING}"
EMBEDDED, END_OF_EMBEDDED = "\N{LEFT-TO-RIGHT EMBEDDING}", "\N{POP DIRECTIONAL FORMATTING}"
SIGNED = r"-?\d+(?:\.\d+)?(?:e-?\d+)?"
IN_CODE = re.compile(  # what a translator has put behind a mark; a field; a sum, or a number with a sign, behind a word
    rf"{MARK}?({FIELD}){MARK}?|{MARK}(\([^()]*\)|-?\d+(?:[-.]\d+)*){MARK}?"
    rf"|(?<=[\u0600-\u06ff] )({SIGNED}(?: ?(?:[-+*/<>]|==?) ?{SIGNED})+|(?=-){SIGNED})"
)
BLOCK = re.compile(r"(#+ |\||<|- |\d+\. |!\[|\$\$)")  # begins what is no paragraph
RIGHT = '<span style="display: block; text-align: right">'
FENCE = re.compile(r"^```.*?^```[^\S\n]*$", re.MULTILINE | re.DOTALL)
NUMBER = r"[-+−]?\d+(?:[.,]\d+)*%?"
SIGN = r"\s*(?:[-+*/=<>×·→≈≠≤≥−]|==)\s*"
FORMULA = r"\$\$.+?\$\$|\$[^$\n]+\$"
PARTS = re.compile(  # a formula that ends in a relation has its result behind it
    r"(?P<code>`+[^`]+`+)|(?P<chain>\$[^$\n]+(?:=|\\approx) ?\$ (?:\*\*)?" + NUMBER + r"(?:\*\*)?)"
    rf"|{FORMULA}|\]\([^)]*\)|<[^<>]*>|https?://\S+"
    rf"|(?<![\w.])(?P<sum>[-+−]\d+(?:[.,]\d+)*%?|{NUMBER}(?:{SIGN}{NUMBER})+)(?!\w)",
    re.DOTALL,
)


def right_to_left(text: str) -> str:
    """Return a text of Markdown that is shown from right to left."""
    parts = [_isolated(_to_the_right(part)) for part in FENCE.split(text)]
    fences = [f'<div dir="ltr">\n\n{fence}\n\n</div>' for fence in FENCE.findall(text)] + [""]
    body = "".join(part + fence for part, fence in zip(parts, fences, strict=True))
    return f'<div dir="rtl">\n\n{body.strip()}\n\n</div>'


def _to_the_right(text: str) -> str:
    """Return Markdown whose paragraphs stand at the right."""
    parts = re.split(r"(\n\s*\n|\A\s+|\s+\Z)", text)
    return "".join(
        part if not part.strip() or any(map(BLOCK.match, part.split("\n"))) else _moved(part) for part in parts
    )


def _moved(paragraph: str) -> str:
    quote = "> " * paragraph.startswith("> ")
    return f"{quote}{RIGHT}{paragraph.removeprefix(quote)}</span>"


def _isolated(text: str) -> str:
    def isolate(found: re.Match[str]) -> str:
        return f'<span dir="ltr">{found[0]}</span>' if found.lastgroup else found[0]

    return PARTS.sub(isolate, text)


def in_lines(say: Callable[[str, str], str]) -> Callable[[str, str], str]:
    """Return ``say`` for what is printed: each line with letters of the language runs from right to left.

    What stands in a field, such as the shape (3, 2), runs as its own letters do.
    """

    def turned(context: str, english: str) -> str:
        return "\n".join(map(_line, say(context, english).split("\n")))

    return turned


def in_code(say: Callable[[str, str], str]) -> Callable[[str, str], str]:
    """Return ``say`` for texts that stand in code, where students also see them as they are written.

    Fields, numbers with signs, and what a translator has put behind a mark, run from left to right. A line that begins
    with a letter of the language runs from right to left.
    """

    def turned(context: str, english: str) -> str:
        if not re.search(r"/\d+$", context):  # a cell of Markdown
            return say(context, english)
        return "\n".join(map(_line_in_code, say(context, english).split("\n")))

    return turned


def _line_in_code(text: str) -> str:
    if not LETTER.search(text):
        return text.replace(MARK, "")
    found = IN_CODE.sub(lambda part: f"{EMBEDDED}{next(filter(None, part.groups()))}{END_OF_EMBEDDED}", text)
    found = found.replace(MARK, "")
    if not re.search(r"[A-Za-z0-9]", found) or not re.match(rf"\s*{LETTER.pattern}", found):
        return found
    indented = len(found) - len(found.lstrip())
    return f"{found[:indented]}{FROM_RIGHT}{found[indented:]}{END_OF_EMBEDDED}"


def _line(text: str) -> str:
    if not LETTER.search(text) or text.startswith("|"):  # the head of a table is Markdown, turned by what is around it
        return text
    return START + re.sub(FIELD, f"{FIELD_START}\\g<0>{END}{END}", text) + END
