"""`E`: what has failed, to be read and to be copied."""

from sestui.emulator import Emulator
from sestui.sesv2.gateway import Gateway
from tests.conftest import MakeApp
from tests.serving import faults
from tests.ui.screen import shows


async def test_a_failed_call_is_told_once_with_its_request_id_and_copied(make_app: MakeApp, emulator: Emulator) -> None:
    emulator.conditions = faults("access-denied@ListTenants=1")
    async with make_app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "ListTenants is denied", "OnCall", "This list is empty.")
        await pilot.press("E")
        await shows(pilot, "Errors of this session", "ListTenants: AccessDeniedException", "request id ", "y copies")
        await pilot.press("y")
        await shows(pilot, "Copied ")
        copied = pilot.app.clipboard
    assert copied.count("AccessDenied") == copied.count("ListTenants: AccessDeniedException") == 1
    assert "request id " in copied


async def test_what_came_in_an_answer_is_shown_as_text_and_not_obeyed(make_app: MakeApp, gateway: Gateway) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "This list is empty.", "OnCall")
        pilot.app.keep_error(ValueError("[red]a\x1b]0;title\x07b"))  # type: ignore[attr-defined]
        await pilot.press("E")
        await shows(pilot, "[red]a")
        await pilot.press("y")
        assert "\x1b" not in pilot.app.clipboard


async def test_without_errors_it_says_so(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "This list is empty.", "OnCall")
        await pilot.press("E")
        await shows(pilot, "No errors so far.")
