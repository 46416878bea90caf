"""What students read in another language says what the English says, in the same place, and the code is the same.

Beside the languages of the course stands a made-up one, "xx": English with Greek letters.
"""

import ast
import csv
import itertools
import json
import os
import re
import shutil
import sys
import zlib

import facts
import nbformat
import polib
import pytest
import test_figures
import test_lesson_01
import test_numbers_01
from bs4 import BeautifulSoup
from nbgrader.utils import is_grade

from tools import student, variants, worked
from tools.classroom import Course
from tools.notebooks import RELEASE, grade_id, graded_names, load, notebook_path, reference_answers
from tools.running import in_fork
from tools.translate import build, catalogue, check, literals, texts
from tools.translate.direction import RIGHT, RIGHT_TO_LEFT, in_code, in_lines, right_to_left
from tools.translate.faults import KEPT, NAMES, Term, english_words, faults, missing_terms

CHAPTER = "01-loss-functions"
LESSON = f"lessons/{CHAPTER}.ipynb"
ASSIGNMENT = f"{CHAPTER}/loss-functions.ipynb"
GREEK = str.maketrans("abcdefghijklmnopqrstuvwxyz", "αβγδεζηθικλμνξοπρστυφχψωϊϋ")
CODE_NAME = r"\b[A-Za-z]+\d\w*"
WORDS = re.compile(
    f"({'|'.join(f'(?:{pattern})' for pattern in [*KEPT.values(), CODE_NAME])})", re.DOTALL | re.MULTILINE
)


def made_up(text):
    """A text in the made-up language: what must be kept is kept, all other letters are Greek."""
    parts = WORDS.split(text)
    return "".join(part if i % 2 else part.lower().translate(GREEK) for i, part in enumerate(parts))


def write_language(folder, language, translate, change=lambda file: None):
    """Write the PO files of a language into ``folder``."""
    (folder / NAMES).write_text("Python", encoding="utf-8")
    for name, sources in texts.sources().items():
        english = texts.english(sources)
        file = catalogue.merged(polib.POFile(), english, language)
        for entry in file:
            entry.msgstr = translate(entry.msgid)
        change(file)
        path = folder / language / name
        path.parent.mkdir(parents=True, exist_ok=True)
        file.save(str(path))
    (folder / language / "terms.csv").write_text(f"english,translation\nloss,{made_up('loss')}\n", encoding="utf-8")


@pytest.fixture(scope="module")
def translations(tmp_path_factory):
    folder = tmp_path_factory.mktemp("translations")
    write_language(folder, "xx", made_up)
    return folder


@pytest.fixture(scope="module")
def course(translations, tmp_path_factory):
    """The course in the made-up language, and how many texts are shown how."""
    folder = tmp_path_factory.mktemp("course") / "xx"
    counts = build.build("xx", folder, translations)
    return folder, counts


@pytest.fixture(scope="module")
def folder_of(course, tmp_path_factory):
    """``folder_of(name)``: the course in a language; "en" is English."""
    folders = {"xx": course[0]}

    def made(name):
        if name not in folders:
            folders[name] = tmp_path_factory.mktemp("course") / name
            student.lay_out(folders[name]) if name == "en" else build.build(name, folders[name])
        return folders[name]

    return made


@pytest.fixture(scope="module", params=["xx", *catalogue.languages()])
def language(request, folder_of):
    """A language, and the folder with the course in it."""
    return request.param, folder_of(request.param)


def cells(folder, place):
    return {cell.id: cell for cell in nbformat.read(folder / place, as_version=4).cells}


def without_literals(source):
    """The code without its texts and comments."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            node.values = sorted((v for v in node.values if isinstance(v, ast.FormattedValue)), key=ast.dump)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


# ------------------------------------------------------------ every language


def test_no_translation_has_a_fault(language, translations):
    name, _ = language
    assert list(check.faults_of(name, translations if name == "xx" else catalogue.TRANSLATIONS)) == []


@pytest.mark.parametrize("place", [LESSON, ASSIGNMENT])
def test_code_differs_from_the_english_in_nothing_but_its_texts(language, place):
    _, folder = language
    english = texts.sources()[f"{'lessons' if place == LESSON else 'assignments'}/{CHAPTER}.po"][0].path
    ours = cells(english.parent, english.name)
    theirs = cells(folder, place)
    assert list(ours) == list(theirs)
    for key, cell in ours.items():
        if cell.cell_type == "code":
            assert without_literals(cell.source) == without_literals(theirs[key].source), key


def test_test_cells_grade_ids_and_points_are_those_of_the_english_release(language):
    _, folder = language
    theirs = cells(folder, ASSIGNMENT)
    for cell in load(CHAPTER, RELEASE).cells:
        same = {key: value for key, value in cell.metadata.get("nbgrader", {}).items() if key != "checksum"}
        assert {k: v for k, v in theirs[cell.id].metadata.get("nbgrader", {}).items() if k != "checksum"} == same
        if is_grade(cell):
            assert theirs[cell.id] == cell
    name = "points.json"
    assert (folder / CHAPTER / name).read_bytes() == (RELEASE / CHAPTER / name).read_bytes()


@pytest.mark.parametrize("place, table", [(LESSON, test_lesson_01), (ASSIGNMENT, test_numbers_01)])
def test_the_facts_of_every_cell_hold_in_its_translation(language, place, table):
    name, folder = language
    told = facts.Told(nbformat.read(folder / place, as_version=4)).texts
    wrong = {cell: facts.differences(told[cell], stated) for cell, stated in table.FACTS.items()}
    assert {cell: found for cell, found in wrong.items() if found} == {}


@pytest.mark.parametrize("place", [LESSON, ASSIGNMENT])
def test_every_label_fits_into_its_picture(language, place):
    name, folder = language
    solve(folder / place)
    number, found = in_fork(test_figures.drawn, (folder / place).with_stem("solved"), 1)
    assert number > 3 and found == []


def solve(path, wrong=(), stem="solved"):
    """Write the reference's answers, and ``wrong`` ones, into a copy of a notebook."""
    notebook = nbformat.read(path, as_version=4)
    answers = reference_answers(CHAPTER) | dict(wrong)
    for cell in notebook.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
    nbformat.write(notebook, path.with_stem(stem))


def test_the_files_beside_the_notebook_differ_in_nothing_but_what_they_say(language):
    _, folder = language
    for path in (RELEASE / CHAPTER).iterdir():
        ours, theirs = path.read_text(encoding="utf-8"), (folder / CHAPTER / path.name).read_text(encoding="utf-8")
        if path.name == "hints.json":
            ours, theirs = known_mistakes(ours), known_mistakes(theirs)
        elif path.name in {source.path.name for source in texts.sources()["messages.po"]}:
            ours, theirs = without_literals(ours), without_literals(theirs)
        assert ours == theirs or path.suffix == ".ipynb", path.name


def known_mistakes(text):
    """What hints.json holds without its sentences."""
    found = json.loads(text)
    return {name: listed | {"hints": [label for label, _ in listed["hints"]]} for name, listed in found.items()}


def wrong_together():
    """Yield answers, ``{solution id: source}``, in which each wrong answer of misconceptions/ stands once."""
    ids = graded_names(load(CHAPTER))
    known = [[v for v in exercise.variants if v.wrong] for exercise in variants.read(CHAPTER).values()]
    for answers in itertools.zip_longest(*known):
        yield {ids[v.name]: v.source for v in answers if v}


@pytest.fixture(scope="module")
def graded(tmp_path_factory, folder_of, translations):
    """A class that mixes all languages: in each a solved and an untouched notebook, in two of them a wrong one."""
    graded = Course(tmp_path_factory.mktemp("graded"))
    graded.generate(CHAPTER)
    for name in ["en", "xx", *catalogue.languages()]:
        folder = folder_of(name)
        if name != "en":
            own = translations if name == "xx" else catalogue.TRANSLATIONS
            build.build_graded(name, graded.folder / "languages" / name, own)
        solve(folder / ASSIGNMENT)
        solve(folder / ASSIGNMENT, next(wrong_together()), "wrong")
        for kind in ["solved", "loss-functions"] + ["wrong"] * (name in ("en", "xx", "fa")):
            shutil.copy(folder / CHAPTER / f"{kind}.ipynb", graded.submit(f"{name}-{kind}", CHAPTER, {}))
    graded.grade(CHAPTER)
    graded.feedback(CHAPTER)
    return graded


def feedback(graded, student):
    page = graded.folder / "feedback" / student / CHAPTER / "loss-functions.html"
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def test_a_solved_notebook_gets_all_points_and_an_untouched_one_none_in_every_language(graded):
    for name in ["xx", *catalogue.languages()]:
        assert sum(graded.scores(f"{name}-solved", CHAPTER).values()) == 40
        assert sum(graded.scores(f"{name}-loss-functions", CHAPTER).values()) == 0


@pytest.mark.parametrize("name", ["xx", "fa"])
def test_wrong_answers_get_the_points_that_they_get_in_english(graded, name):
    english = graded.scores("en-wrong", CHAPTER)
    assert 0 < sum(english.values()) < 40 and graded.scores(f"{name}-wrong", CHAPTER) == english


def test_an_untouched_answer_is_known_as_such_in_every_language(graded):
    for name in catalogue.languages():
        assert feedback(graded, f"{name}-loss-functions").select(".hint, .check") == []


def test_a_feedback_page_is_in_the_language_of_the_notebook(graded):
    page = feedback(graded, "xx-wrong")
    assert page.html["lang"] == "xx" and page.select(".hint") and page.select(".lesson")
    errors = [check for check in page.select(".check, .mend") if "Error" in check.get_text()]  # Python's own words
    for code in [*errors, *page.select("style, h1, bdi, b, pre, .message, th[scope=row]")]:
        code.decompose()
    assert sorted(set(re.findall(r"[A-Za-z]{3,} [A-Za-z]{3,}", WORDS.sub(" ", page.get_text())))) == []


def test_a_feedback_page_runs_from_right_to_left_where_the_language_does(graded):
    assert {name: feedback(graded, f"{name}-solved").html["dir"] for name in catalogue.languages()} == {
        name: "rtl" if name in RIGHT_TO_LEFT else "ltr" for name in catalogue.languages()
    }


def test_the_reason_of_a_quiz_answer_is_in_the_language(graded):
    (reason,) = [row["why"] for name, row in worked.read(CHAPTER).items() if name == "quiz_1"]
    assert made_up(reason) in feedback(graded, "xx-solved").get_text()


def test_nothing_that_students_get_tells_the_reason_of_a_quiz_answer(course):
    reasons = [row["why"] for row in worked.read(CHAPTER).values() if "letter" in row]
    told = [path.read_bytes().decode(errors="ignore") for path in course[0].rglob("*") if path.is_file()]
    assert len(reasons) == 5 and not [r for r in reasons for t in told if r in t or made_up(r) in t]


def test_worked_solutions_are_packed_in_the_language(translations, tmp_path):
    build.lay_out("xx", tmp_path, solutions=True, translations=translations)
    rows = json.loads(zlib.decompress((tmp_path / CHAPTER / worked.FILE).read_bytes()))
    english = worked.read(CHAPTER)
    assert {name: row["why"] for name, row in rows.items()} == {n: made_up(row["why"]) for n, row in english.items()}
    assert made_up("class probabilities of every example") in rows["softmax"]["code"]
    assert without_literals(rows["softmax"]["code"]) == without_literals(english["softmax"]["code"])


def test_a_students_notebook_stays_when_the_folder_is_laid_out_again(translations, tmp_path):
    build.lay_out("xx", tmp_path, translations=translations)
    solve(tmp_path / ASSIGNMENT)
    (tmp_path / CHAPTER / "solved.ipynb").replace(tmp_path / ASSIGNMENT)
    mine = (tmp_path / ASSIGNMENT).read_bytes()
    build.lay_out("xx", tmp_path, translations=translations)
    assert (tmp_path / ASSIGNMENT).read_bytes() == mine
    assert re.search(r"\| 14 \S+ 14 ", (tmp_path / student.START).read_text(encoding="utf-8"))


def test_a_failed_check_says_its_hint_and_its_remark_in_the_language(course):
    answers = {"sigmoid": WRONG_FAR_OUT, "softmax": WRONG_AXIS}
    shown = in_fork(checked, course[0] / ASSIGNMENT, answers)
    assert made_up("exp(1000) is too large for a computer.") in shown["test-sigmoid-stability"]
    assert made_up("Likely reason:") in shown["test-softmax-values"]
    assert not re.search("[a-z]{4}", WORDS.sub("", shown["test-softmax-values"].partition("\n")[0].partition(":")[2]))


WRONG_FAR_OUT = """def sigmoid(z):
    return np.where(np.abs(z) > 700, 0.123, 1 / (1 + np.exp(-np.clip(z, -700, 700))))
"""
WRONG_AXIS = """def softmax(Z):
    E = np.exp(Z - np.max(Z))
    return E / np.sum(E)
"""


def checked(path, answers):
    """Return what the checks of a notebook say, ``{grade id: message}``."""
    os.chdir(path.parent)
    sys.path.insert(0, str(path.parent))
    import check_all

    cells = [cell | {"source": answers.get(grade_id(cell), cell.source)} for cell in nbformat.read(path, 4).cells]
    return check_all.failures([cell for cell in cells if cell["cell_type"] == "code"])


@pytest.mark.parametrize("name", catalogue.languages())
def test_the_po_files_know_the_english_texts_of_today(name):
    stale = []
    for po, sources in texts.sources().items():
        english = texts.english(sources)
        known = {entry.msgctxt: entry.msgid for entry in catalogue.read(catalogue.TRANSLATIONS / name / po)}
        stale += [f"{po}: {context}" for context, text in english.items() if known.get(context) != text]
    assert stale == [], f"run: python -m tools.translate update {name}"


RED_DOTS = "[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028\u2029\u202d\u202e\u2066\u2067\u2069\ufeff]"


@pytest.mark.parametrize("place", [LESSON, ASSIGNMENT])
def test_no_code_holds_a_letter_that_the_editor_shows_as_a_red_dot(language, place):
    _, folder = language
    code = [cell.source for cell in cells(folder, place).values() if cell.cell_type == "code"]
    assert [source for source in code if re.search(RED_DOTS, source)] == []


# ------------------------------------------------------------ what is shown


def test_every_text_of_the_chapter_is_shown_in_the_language(course):
    folder, counts = course
    assert set(counts) == {"translated"} and counts["translated"] > 500
    latin = re.compile("[A-Za-z]{2}")
    for place in (LESSON, ASSIGNMENT):
        shown = [WORDS.sub(" ", cell.source) for cell in cells(folder, place).values() if cell.cell_type == "markdown"]
        assert [text for text in shown if latin.search(text)] == []


def test_without_a_translation_the_course_is_the_english_one(tmp_path):
    counts = build.build("none", tmp_path / "none", tmp_path)
    student.lay_out(tmp_path / "english")
    assert set(counts) == {"missing"}
    for place in (LESSON, ASSIGNMENT, "lessons/progress.ipynb"):
        assert cells(tmp_path / "none", place) == cells(tmp_path / "english", place)
    for place in (student.START, "lessons/README.md", "lessons/glossary.md"):
        assert (tmp_path / "none" / place).read_text() == (tmp_path / "english" / place).read_text()


def test_a_stale_text_is_shown_in_english_and_counted(tmp_path):
    def change(file):
        for entry in file:
            if entry.msgctxt == "title":
                entry.msgid = "# Another title"

    write_language(tmp_path, "xx", made_up, change)
    counts = build.build("xx", tmp_path / "course", tmp_path)
    assert counts["stale"] == 2  # the lesson's and the assignment's
    assert cells(tmp_path / "course", ASSIGNMENT)["title"] == cells(RELEASE / CHAPTER, "loss-functions.ipynb")["title"]


def test_the_start_page_leads_to_the_translated_lesson(course):
    folder, _ = course
    assert made_up("Loss functions") in (folder / student.START).read_text(encoding="utf-8")


# ------------------------------------------------------------ PO files


def entry_of(file, context):
    return next(entry for entry in file if entry.msgctxt == context)


def test_a_changed_english_text_makes_its_translation_fuzzy_and_keeps_the_old_text():
    old = catalogue.merged(polib.POFile(), {"a/1": "One loss."}, "xx")
    old[0].msgstr = "Eins."
    new = entry_of(catalogue.merged(old, {"a/1": "Two losses."}, "xx"), "a/1")
    assert (new.fuzzy, new.msgstr, new.previous_msgid) == (True, "Eins.", "One loss.")


def test_a_text_that_moved_keeps_its_translation():
    old = catalogue.merged(polib.POFile(), {"a/1": "One.", "a/2": "Two."}, "xx")
    old[0].msgstr, old[1].msgstr = "Eins.", "Zwei."
    new = catalogue.merged(old, {"a/1": "Zero.", "a/2": "One.", "a/3": "Two."}, "xx")
    assert [(e.msgid, e.msgstr, e.fuzzy) for e in new][1:] == [("One.", "Eins.", False), ("Two.", "Zwei.", False)]
    assert entry_of(new, "a/1").fuzzy


def test_to_merge_twice_changes_nothing():
    old = catalogue.merged(polib.POFile(), {"a/1": "One.", "a/2": "Two."}, "xx")
    old[0].msgstr = "Eins."
    once = catalogue.merged(old, {"a/1": "Uno.", "a/2": "Two."}, "xx")
    assert str(catalogue.merged(once, {"a/1": "Uno.", "a/2": "Two."}, "xx")) == str(once)


# ------------------------------------------------------------ seeded faults


SENTENCE = "The loss $L = 3$ of `f(x)` is 2.5 in [the map](README.md) at {place:.2f}<br>"


@pytest.mark.parametrize(
    "old, new, kind",
    [
        ("2.5", "", "lost number"),
        ("2.5", "2,5", "number that"),
        ("2.5", "۲٫۵", "digits"),
        ("$L = 3$", "$L = 4$", "formula"),
        ("$L = 3$", "L", "lost formula"),
        ("`f(x)`", "`f(y)`", "code"),
        ("README.md", "glossary.md", "link"),
        ("{place:.2f}", "{place}", "placeholder"),
        ("<br>", "", "lost tag"),
    ],
)
def test_a_lost_or_changed_part_is_a_fault(old, new, kind):
    assert faults(SENTENCE, made_up(SENTENCE)) == []
    assert any(kind in fault for fault in faults(SENTENCE, made_up(SENTENCE).replace(old, new)))


def test_a_missing_term_is_a_fault():
    loss = Term("loss", [made_up("loss")])
    assert missing_terms("The losses are small.", made_up("The losses are small."), [loss]) == []
    assert missing_terms("The losses are small.", made_up("The costs are small."), [loss]) != []


def test_a_term_within_a_longer_one_is_not_asked_for():
    terms = [Term("0-1 loss", ["μηδέν"]), Term("loss", ["ζημία"])]
    assert missing_terms("the 0-1 loss", "μηδέν", terms) == []


def test_an_untranslated_word_is_a_fault_but_a_name_code_or_a_term_in_brackets_is_not():
    assert english_words("Python: ζημία (loss), `loss`, np.log, y_true, sum(x)", {"Python"}) == []
    assert english_words("ζημία loss", {"Python"}) == ["loss"]


def test_every_term_list_names_its_columns():
    for name in catalogue.languages():
        with (catalogue.TRANSLATIONS / name / "terms.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) >= 110 and {"english", "translation", "doubt", "source"} <= rows[0].keys()


# ------------------------------------------------------------ literals in code


def test_texts_are_found_and_colours_keys_and_formats_are_not():
    source = 'ax.plot(x, "ko", label="the truth", color="blue")\nrow["key"]\nshow(f"a {x:.1f} b", ["cd"])  # why so\n'
    found = []
    literals.replaced(source, lambda _, text: found.append(text) or text)
    assert found == ["the truth", "cd", "why so"]


def test_fields_stay_fields_and_long_literals_are_broken_where_they_were():
    source = 'show(f"one {a:.1f} two "\n     "three {4}")'
    new = literals.replaced(source, lambda _, text: 'x "{a:.1f}" ' + "y " * 80 + text[-6:])
    assert max(map(len, new.splitlines())) <= 120 and new.count("\n") > 0
    call = ast.parse(new).body[0].value.args[0]
    assert [ast.unparse(v.value) for v in call.values if isinstance(v, ast.FormattedValue)] == ["a"]
    assert call.values[-1].value.endswith(" {4}")


def test_every_text_in_code_can_be_replaced_without_a_change_of_the_code():
    for path in [notebook_path(CHAPTER, RELEASE), *texts.LESSONS.glob("0*.ipynb")]:
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                new = literals.replaced(cell.source, lambda _, text: made_up(text) + ' "quoted" \\ é')
                assert without_literals(new) == without_literals(cell.source), cell.id


# ------------------------------------------------------------ right to left


def test_a_cell_from_right_to_left_is_a_block_with_blank_lines_around_its_text():
    text = "# Title\n\n- item\n\n| a |\n|---|\n| b |"
    assert right_to_left(text) == f'<div dir="rtl">\n\n{text}\n\n</div>'


def test_a_paragraph_stands_at_the_right_also_in_a_quotation():
    assert f"# Title\n\n{RIGHT}**α** β\nγ</span>\n\n> {RIGHT}δ</span>" in right_to_left("# Title\n\n**α** β\nγ\n\n> δ")


@pytest.mark.parametrize("kept", ["`f(x)`", "-5", "2 + 3 = 5", "1/2", "$a =$ **4**"])
def test_code_and_sums_stay_left_to_right(kept):
    assert f'α <span dir="ltr">{kept}</span> β' in right_to_left(f"α {kept} β")


@pytest.mark.parametrize("kept", ["$-5 + 3$", "$$-5 + 3$$", "[α](a-1-2.md)", "<a href='1-2'>α</a>", "x1-2", "1, 2"])
def test_formulas_links_and_plain_lists_of_numbers_are_left_alone(kept):
    assert right_to_left(f"- {kept}") == f'<div dir="rtl">\n\n- {kept}\n\n</div>'


def test_a_fence_has_a_block_of_its_own():
    text = right_to_left("α\n\n```python\nx = -5\n```\n\nβ")
    assert '<div dir="ltr">\n\n```python\nx = -5\n```\n\n</div>' in text


def test_the_head_of_a_table_stays_a_head():
    assert in_lines(lambda context, english: "| تکلیف | امتیاز |")("", "") == "| تکلیف | امتیاز |"


def test_a_printed_line_runs_from_right_to_left_and_a_shape_in_it_from_left_to_right():
    say = in_lines(lambda context, english: "شکل {shape}\n{values}")
    assert say("", "") == "\u2067شکل \u2066\u2068{shape}\u2069\u2069\u2069\n{values}"


@pytest.mark.parametrize("kept", ["-5", "0-1", "1 - 1e-12", "-0.5 + 2 == 1.5"])
def test_a_number_with_a_sign_in_code_is_embedded_from_left_to_right(kept):
    assert f"ب \u202a{kept}\u202c ب" in in_code(lambda context, english: f"ب {kept} ب")("cell/1", "")


@pytest.mark.parametrize("kept", ["-5", "0-1", "(m, n)", "{x:.2f}"])
def test_what_stands_behind_a_mark_in_code_is_embedded_without_the_mark(kept):
    assert f"ب\u202a{kept}\u202c ب" in in_code(lambda context, english: f"ب\u200e{kept}\u200e ب")("cell/1", "")


@pytest.mark.parametrize("text", ["ب 5 ب", "x = -5", "ب x-5", "W = [[1, 0], [3, -1]] ب"])
def test_other_numbers_in_code_stay_as_they_are(text):
    assert text in in_code(lambda context, english: text)("cell/1", "")


def test_a_line_in_code_runs_in_the_direction_of_its_first_letter_and_fields_from_left_to_right():
    say = in_code(lambda context, english: "  ب: {x}\nz: ب {x}\nz: {x}")
    assert say("cell/1", "") == "  \u202bب: \u202a{x}\u202c\u202c\nz: ب \u202a{x}\u202c\nz: {x}"
