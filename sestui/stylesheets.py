"""Finds the stylesheets: inside the installed package, or beside it in a checkout."""

from atexit import register
from contextlib import ExitStack
from importlib.resources import as_file, files
from pathlib import Path

_INSTALLED = files("sestui") / "styles"
_STYLES = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).parents[1] / "styles"
_UNZIPPED = ExitStack()
register(_UNZIPPED.close)


def stylesheet(name: str) -> Path:
    """Return the path of a stylesheet, unpacking it first should it live in a zip."""
    return _UNZIPPED.enter_context(as_file(_STYLES / name))
