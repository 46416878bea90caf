"""Every number of a lesson and of an assignment is given or computed, whatever the words around it are."""

import importlib
import random
import re

import facts
import pytest

TABLES = {
    name: importlib.import_module(f"test_{name}")
    for name in [
        "lesson_01",
        "lesson_02",
        "lesson_03",
        "lesson_04",
        "lesson_05",
        "numbers_01",
        "numbers_02",
        "numbers_03",
        "numbers_04",
        "numbers_05",
        "numbers_06",
    ]
}
CELLS = [(name, cell) for name, table in TABLES.items() for cell in table.TOLD.texts]
WORD = re.compile(
    rf"({facts.FORMULA.pattern}|{facts.CODE.pattern}|{facts.LINK.pattern})|(?<![\w\\])[^\W\d_]+(?!\w)", re.DOTALL
)


def text_and_facts(name, cell):
    return TABLES[name].TOLD.texts[cell], TABLES[name].FACTS.get(cell, ())


@pytest.mark.parametrize(("name", "cell"), CELLS)
def test_the_numbers_of_a_cell_are_its_facts(name, cell):
    assert facts.differences(*text_and_facts(name, cell)) == []


@pytest.mark.parametrize("name", TABLES)
def test_every_fact_belongs_to_a_cell(name):
    assert set(TABLES[name].FACTS) <= set(TABLES[name].TOLD.texts)


def changes(text):
    """Each way to change one digit of one number of the text."""
    text = facts.spelled(text)
    for number in facts.UNSIGNED.finditer(text):
        for place in range(number.start(), number.end()):
            for digit in "0123456789" if text[place].isdigit() else "":
                if digit != text[place]:
                    yield text[:place] + digit + text[place + 1 :]


def test_twenty_random_changes_of_numbers_are_all_caught():
    rng = random.Random(0)
    texts = [text_and_facts(name, cell) for name, cell in CELLS]
    for _ in range(20):
        weights = [len(facts.UNSIGNED.findall(text)) for text, _ in texts]
        ((text, known),) = rng.choices(texts, weights)
        changed = rng.choice(list(changes(text)))
        assert facts.differences(changed, known), changed


@pytest.mark.parametrize("name", TABLES)
def test_other_words_change_no_fact(name):
    for cell in TABLES[name].TOLD.texts:
        text, known = text_and_facts(name, cell)
        other = WORD.sub(lambda found: found[1] or "mot", text)
        assert other != text and facts.differences(other, known) == [], cell
