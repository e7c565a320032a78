"""README's picture shows the screen as it is."""

from tests.ui.picture import PICTURE, draw
from tests.ui.screen import text_of


async def test_the_picture_in_readme_shows_the_browse_screen_as_it_is() -> None:
    drawn = text_of(await draw())
    assert text_of(PICTURE.read_text(encoding="utf-8")) == drawn, "run `python -m tests.ui.picture` and look at it"
