"""Reads the tour out of the README: each command to paste, with the answer that the README promises."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["README", "Stop", "differences", "tour"]

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
ANYTHING = "…"


@dataclass(frozen=True, slots=True)
class Stop:
    """One block to paste, and the JSON shown below it, if any."""

    command: str
    promised: object | None


def tour(text: str) -> list[Stop]:
    """The blocks from the mark ``<!-- the tour -->`` on, in order."""
    stops: list[Stop] = []
    for kind, body in BLOCK.findall(text.split("<!-- the tour -->", 1)[1]):
        if kind == "sh":
            stops.append(Stop(body, None))
        else:
            stops[-1] = Stop(stops[-1].command, json.loads(body))
    return stops


def differences(promised: object, real: object, path: str = "answer") -> list[str]:
    """Where ``real`` is not what was ``promised``: keys not shown may be there, ``…`` is any value."""
    if promised == ANYTHING:
        return [] if real else [f"{path} is empty"]
    if isinstance(promised, dict) and isinstance(real, dict):
        missing = [f"{path}.{key} is missing" for key in promised if key not in real]
        return missing + [
            d
            for key in promised
            if key in real
            for d in differences(promised[key], real[key], f"{path}.{key}")
        ]
    if isinstance(promised, list) and isinstance(real, list) and len(promised) == len(real):
        return [
            d
            for number, pair in enumerate(zip(promised, real, strict=True))
            for d in differences(*pair, f"{path}[{number}]")
        ]
    return [] if promised == real else [f"{path} is {real!r}, not {promised!r}"]
