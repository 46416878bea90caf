"""Run the cells of a notebook in this process as Jupyter does, and keep their outputs."""

import ast
import builtins
import contextlib
import functools
import getpass
import importlib.util
import inspect
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from types import CodeType, FunctionType
from typing import Any

from IPython.core.compilerop import CachingCompiler, code_name
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from traitlets import Type
from traitlets.config import Config

# What may be more than Python: a line that begins or ends with one of IPython's signs, or what comes behind = in
# "files = !ls"; a prompt that was copied; lines that IPython moves to the left; line ends that Python does not know.
MORE_THAN_PYTHON = re.compile(
    r"^\s*(?:[%!?,;/]|>>>|\.\.\.|(?:\[\w+\] ?)?In ?\[)|\?\s*(?:#.*)?$|=\s*[%!]"
    r"|\A\s|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]",
    re.MULTILINE,
)
Bundle = dict[str, Any]  # {MIME type: content}
Output = dict[str, Any]  # of a cell, in nbformat's form
ITEM = 50  # letters that an output takes besides its text
CUT = "\n... the rest of the output is left out: it is too long ...\n"


class Outputs:
    """The outputs of one cell, in nbformat's form, up to ``most`` letters in all."""

    def __init__(self, most: int) -> None:
        self.items: list[Output] = []
        self._left = most
        self._displays: dict[str, Output] = {}  # display id -> output

    def text(self, name: str, text: str) -> None:
        """Add text on stdout or stderr."""
        if not text or self._left <= 0:
            return
        if not self.items or self.items[-1].get("name") != name:
            self.items.append({"output_type": "stream", "name": name, "text": ""})
            self._left -= ITEM
        text, self._left = text[: max(self._left, 0)], self._left - len(text)
        self.items[-1]["text"] += text + (CUT if self._left <= 0 else "")

    def data(
        self, kind: str, data: Bundle, metadata: dict[str, Any] | None, display_id: str | None = None, **more: Any
    ) -> None:
        """Add what a cell displays or returns: ``{MIME type: content}``."""
        try:
            bundle = json.loads(json.dumps({"data": _as_text(data), "metadata": metadata or {}}))
        except (TypeError, ValueError):
            return self.text("stderr", "an output could not be shown\n")
        size = len(json.dumps(bundle)) + ITEM
        if size > self._left:
            return self.text("stderr", "An output is left out: it is too large.\n")
        self._left -= size
        output = {"output_type": kind, **bundle, **more}
        self.items.append(output)
        if display_id:
            self._displays[display_id] = output

    def update(self, display_id: str | None, data: Bundle, metadata: dict[str, Any] | None) -> None:
        """Show something else in the place of an earlier display of this cell."""
        if display_id in self._displays:
            self._displays[display_id] |= {"data": _as_text(data), "metadata": metadata or {}}

    def error(self, name: str, message: str, traceback: list[str]) -> None:
        """Add an error; the first one always."""
        if self._left <= 0 and any(item["output_type"] == "error" for item in self.items):
            return
        self._left -= ITEM + len(message) + sum(map(len, traceback))
        self.items.append({"output_type": "error", "ename": name, "evalue": message, "traceback": traceback})


def _as_text(data: Bundle) -> Bundle:
    return {kind: b64encode(v).decode() if isinstance(v, bytes) else v for kind, v in data.items()}


class Stream:
    """Stands for sys.stdout or sys.stderr. ``add`` takes each piece of text."""

    encoding = "utf-8"

    def __init__(self, add: Callable[[str], None]) -> None:
        self.add = add

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.add(text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True


class _Publisher(DisplayPublisher):
    shell: "Shell"

    def publish(
        self,
        data: Bundle,
        metadata: Any = None,
        source: Any = None,
        *,
        transient: Any = None,
        update: bool = False,
        **more: Any,
    ) -> None:
        key = (transient or {}).get("display_id")
        if update:
            self.shell.outputs.update(key, data, metadata)
        else:
            self.shell.outputs.data("display_data", data, metadata, key)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.items.clear()


class _Hook(DisplayHook):
    shell: "Shell"

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Bundle, md_dict: Any = None) -> None:
        self.shell.outputs.data("execute_result", format_dict, md_dict, execution_count=self.shell.count)

    def finish_displayhook(self) -> None:
        pass


class _Compiler(CachingCompiler):
    """Compiles what was prepared once for all processes that are forked later."""

    def __init__(self) -> None:
        super().__init__()
        self.trees: dict[str, ast.Module] = {}  # source of a prepared cell -> its syntax tree
        # id of a statement in such a tree -> (the statement, flags, code)
        self._codes: dict[int, tuple[ast.stmt, int, CodeType]] = {}

    def prepare(self, source: str) -> None:
        """Parse and compile a cell now, unless it needs an event loop or bears on how others are compiled."""
        if source in self.trees:  # two cells may become the same Python
            return
        tree, codes, before = ast.parse(source), {}, self.flags
        with self.extra_flags(ast.PyCF_ALLOW_TOP_LEVEL_AWAIT):
            usual = self.flags
            for node in tree.body:
                shown = node is tree.body[-1] and isinstance(node, ast.Expr)
                alone, mode = (ast.Interactive([node]), "single") if shown else (ast.Module([node], []), "exec")
                codes[id(node)] = node, usual, self(alone, code_name(source), mode)
        plain = self.flags == before and not any(code.co_flags & inspect.CO_COROUTINE for *_, code in codes.values())
        self.flags = before
        if plain:
            self.trees[source] = tree
            self._codes |= codes

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        """Return a name that depends on the code alone, as in Jupyter."""
        return code_name(transformed_code)

    def ast_parse(self, source: str, *given: Any, **named: Any) -> Any:
        """Return the syntax tree of a cell."""
        return self.trees.get(source) or super().ast_parse(source, *given, **named)

    def __call__(self, source: Any, *given: Any, **named: Any) -> Any:
        """Return the code of a tree with one statement, or of a text."""
        node = source.body[0] if isinstance(source, (ast.Module, ast.Interactive)) and source.body else None
        known, flags, code = self._codes.get(id(node), (None, None, None))
        # The statement itself is kept: where it was gone, another one could have got its id, and so its code.
        return code if known is node and flags == self.flags else super().__call__(source, *given, **named)


class _History(HistoryManager):
    _i00 = _i = _ii = _iii = ""  # plain here and in the shell: a trait takes long to set


def shows(error: BaseException) -> str:
    """Return nothing to say in place of the message of an error."""
    return ""


class Shell(InteractiveShell):
    """IPython without a terminal, a history and a kernel. ``outputs``: those of the running cell."""

    execution_count = 1
    compiler_class = Type(_Compiler)
    compile: _Compiler
    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    outputs = Outputs(0)
    count = 0  # cells run so far
    prepared: dict[str, str] = {}  # cell -> the Python that IPython makes of it
    conceals = staticmethod(shows)  # what to say in place of a message that may tell what is hidden
    succeeded = False  # whether the last one ran to its end
    usual_transformers: Sequence[Any] = ()  # of input, as IPython comes with

    def run(self, source: str, most: int) -> list[Output]:
        """Run one cell; return its outputs in nbformat's form.

        most: letters of output to keep
        """
        self.outputs = outputs = Outputs(most)
        self.count += 1
        self.succeeded = False
        out, err = (Stream(functools.partial(outputs.text, name)) for name in ("stdout", "stderr"))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            result = self._run_cell(source, True, False, True, None, None)  # type: ignore[arg-type]  # as run_cell does
            # Looked at before the student's callbacks, which run_cell would hand the result first.
            errors = [e for e in (result.error_before_exec, result.error_in_exec) if e is not None]
            self.events.trigger("post_execute")
            self.events.trigger("post_run_cell", result)
        self.succeeded = not errors
        if errors and not any(output["output_type"] == "error" for output in outputs.items):
            outputs.error(*_told(errors[0]), ["The error was not shown."])
        return outputs.items

    def prepare(self, source: str) -> None:
        """Do now for a cell what would be done each time that it runs."""
        if source not in self.prepared:
            cell = self.prepared[source] = self.transform_cell(source)
            with contextlib.suppress(SyntaxError, ValueError, RecursionError):  # to be told when it runs
                self.compile.prepare(cell)

    def transform_cell(self, raw_cell: str) -> str:
        """Return the Python that IPython makes of a cell."""
        if raw_cell in self.prepared:
            return self.prepared[raw_cell]
        if self._is_plain(raw_cell):
            return raw_cell if raw_cell.endswith("\n") else raw_cell + "\n"
        return str(super().transform_cell(raw_cell))

    def _is_plain(self, cell: str) -> bool:
        """Say whether IPython would leave a cell as it stands, which it finds out slowly."""
        several_lines = "\n" in cell.strip("\n")  # one line alone may be a magic without its sign
        return several_lines and not MORE_THAN_PYTHON.search(cell) and self._transformers() == self.usual_transformers

    def _transformers(self) -> list[Any]:
        manager = self.input_transformer_manager
        own = manager.cleanup_transforms + manager.line_transforms + manager.token_transformers
        return [*own, *self.input_transformers_post]

    def should_run_async(self, raw_cell: str, *, transformed_cell: str | None = None, **more: Any) -> bool:
        """Say whether a cell needs an event loop."""
        if "async" not in raw_cell and "await" not in raw_cell:  # which is quick to say of most
            return False
        return super().should_run_async(raw_cell, transformed_cell=transformed_cell, **more)

    def enable_gui(self, gui: Any = None) -> None:
        """Do nothing: there is no event loop to join."""

    def ask_exit(self) -> None:
        """Do nothing: exit() in a cell ends the cell's line only."""

    def init_history(self) -> None:
        """Make what keeps the cells, for ``In`` and ``_i``."""
        self.history_manager = _History(shell=self, parent=self)

    def init_io(self) -> None:
        """Leave the process's streams alone."""

    system = InteractiveShell.system_piped

    def _showtraceback(self, etype: Any, evalue: Any, stb: Iterable[object]) -> None:
        name, message = _told(evalue)
        if instead := self.conceals(evalue):
            message, stb = instead, [name]
        self.outputs.error(name, message, [str(line) for line in stb])


def _told(error: BaseException) -> tuple[str, str]:
    """Return the name and the message of an error, whose own methods may fail."""
    message = ""
    with contextlib.suppress(Exception):
        message = str(error)
    return type(error).__name__, message


def _functions(kind: type) -> dict[str, Any]:
    kinds = FunctionType, property, classmethod, staticmethod
    return {name: value for name, value in vars(kind).items() if isinstance(value, kinds)}


MACHINERY: dict[Any, dict[str, Any]] = {  # what runs a cell and says how it ended
    builtins: {"exec": exec, "eval": eval, "compile": compile},
    ExecutionResult: _functions(ExecutionResult) | {"error_before_exec": None, "error_in_exec": None},
    InteractiveShell: _functions(InteractiveShell),
    Shell: _functions(Shell),
}
FUNCTIONS = {name for kind in Shell.__mro__ for name in _functions(kind)}
INHERITED = set(dir(Shell)) - set(vars(Shell)) - {"_instance"}


def restore_machinery(shell: Shell) -> None:
    """Undo what student code changed of the machinery, for example to hide the errors of tests beside it.

    It makes the usual ways to do so useless. Code that shares a process with a test can still find others.
    """
    shell.__class__ = Shell
    for name in vars(shell).keys() & FUNCTIONS:
        delattr(shell, name)
    for name in vars(Shell).keys() & INHERITED:
        delattr(Shell, name)
    for owner, usual in MACHINERY.items():
        now = vars(owner)
        for name, value in usual.items():
            if now.get(name) is not value:
                setattr(owner, name, value)


def nobody_answers(prompt: object = "", stream: object = None) -> str:
    """Stand for ``input`` and ``getpass``: end as in a notebook that runs without a user."""
    raise StdinNotImplementedError("Nobody can type an answer while this notebook is graded.")


def import_all(modules: Iterable[str]) -> None:
    """Import those of ``modules`` that there are."""
    for name in modules:
        with contextlib.suppress(Exception):  # it may fail for good reasons where it stands
            importlib.import_module(name)


def start() -> Shell:
    """Make this process's shell; matplotlib, where there is one, draws into the outputs."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    shell = Shell.instance(config=config)
    shell.usual_transformers = shell._transformers()
    if importlib.util.find_spec("matplotlib"):
        shell.enable_matplotlib("inline")
    builtins.input = getpass.getpass = nobody_answers
    shell.run_cell("pass", silent=True)  # the first cell takes longest
    return shell
