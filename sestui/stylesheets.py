"""Finds the stylesheets: inside the installed package, or beside it in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def stylesheet(name: str) -> Path:
    """Return the path of a stylesheet, unpacking it first should it live in a zip."""
    for path in (_PACKAGE / "styles" / name, _PACKAGE.parent / "styles" / name):
        if path.is_file():
            return path
    return _unzipped(name)


def _unzipped(name: str) -> Path:
    # Imported for this alone: 5 ms.
    from atexit import register
    from contextlib import ExitStack
    from importlib.resources import as_file, files

    kept = ExitStack()
    register(kept.close)
    return kept.enter_context(as_file(files("sestui") / "styles" / name))
