"""README's pictures show the screens as they are, each of them, and README shows each."""

import re

import pytest

from tests.ui.pictures import FOLDER, draw
from tests.ui.screen import text_of


def _words(picture: str) -> str:
    """Return the text of a picture, each run of blanks as one: a bar beside a list makes its columns narrower."""
    return re.sub(r" +", " ", text_of(picture))


@pytest.mark.long
async def test_the_pictures_in_readme_show_the_screens_as_they_are() -> None:
    drawn = {name: _words(picture) for name, picture in (await draw()).items()}
    kept = {path.stem: _words(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.svg")}
    for name in drawn.keys() | kept.keys():
        assert drawn.get(name) == kept.get(name), f"{name}: run `python -m tests.ui.pictures` and look at it"
    readme = (FOLDER.parents[2] / "README.md").read_text(encoding="utf-8")
    assert [name for name in drawn if f"tests/ui/pictures/{name}.svg" not in readme] == []
