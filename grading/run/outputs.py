"""Outputs of cells as nbformat writes them."""

import json
from collections.abc import Mapping
from typing import Any

import nbformat
from nbformat import NotebookNode


def speaks(error: Mapping[str, Any]) -> bool:
    """Say whether the message of an error output is written for people, and its name tells nothing more.

    It is where the error shows its message in the place of a traceback: its class has IPython's method
    ``_render_traceback_``, which returns the lines of the message, broken anew or not.
    """
    return bool(" ".join(error["traceback"]).split() == error["evalue"].split())


def error(name: str, message: str, spoken: bool = False) -> NotebookNode:
    """Return the output that shows an error, without a traceback. spoken: see ``speaks``."""
    lines = message.split("\n") if spoken else [f"{name}: {message}"]
    output = {"output_type": "error", "ename": name, "evalue": message, "traceback": lines}
    made: NotebookNode = nbformat.from_dict(output)  # new_output checks it against the schema, which takes long
    return made


def checked(items: object, most: int) -> list[NotebookNode]:
    """Return the outputs that have nbformat's form; ``items`` come from the student's side.

    most: letters of output that were to be kept
    """
    outputs, left = [], 4 * most + 10_000  # letters of JSON: the escapes of one take up to six
    for item in items if isinstance(items, list) else []:
        try:
            text = json.dumps(item, allow_nan=False)
            if _has_form(item) and len(text) <= left:
                outputs.append(nbformat.from_dict(json.loads(text)))
                left -= len(text)
        except (TypeError, ValueError, AttributeError, RecursionError):
            continue
    return outputs


def _has_form(item: object) -> bool:
    match item:
        case {"output_type": "stream", "name": "stdout" | "stderr", "text": str(), **more}:
            return not more
        case {"output_type": "display_data", "data": dict(data), "metadata": dict(), **more}:
            return not more and _is_bundle(data)
        case {
            "output_type": "execute_result",
            "data": dict(data),
            "metadata": dict(),
            "execution_count": int(),
            **more,
        }:
            return not more and _is_bundle(data)
        case {"output_type": "error", "ename": str(), "evalue": str(), "traceback": list(lines), **more}:
            return not more and all(isinstance(line, str) for line in lines)
    return False


def _is_bundle(data: dict[object, object]) -> bool:
    """Say whether this is ``{MIME type: text}``, or JSON where the type says so."""
    return all(isinstance(k, str) and (isinstance(v, str) or k.endswith("json")) for k, v in data.items())
