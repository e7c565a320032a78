"""Text that would harm whoever obeys it, and an SES that holds such text where the real one holds names."""

import json
import random
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlencode

from aiohttp import ClientSession, web
from yarl import URL

PIECES: Final = (
    "[red]r[/red]",
    "[/]",
    "[/bold]",
    "[@click=app.quit]x[/]",
    "[link=http://evil]",
    "$error [bold $accent]",
    "\\[",
    "\x1b[2J\x1b[31m",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b]8;;http://evil\x1b\\",
    "\x1b]0;title\x1b\\",
    "\x1bP+q544e\x1b\\",
    "\x9b31m",
    "\x00",
    "\r\n\t\v\f\b\x07\x7f\x85",
    "\u202eevil\u202c",
    "\u2066\u2069\u200e\u061c",
    "\u200b\u200d\u2060\ufeff\u00ad\u3164",
    "\u2028\u2029",
    "e\u0301\u0323" + "\u0300" * 40,
    "\u65e5\u672c\uff21",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\ufe0f",
    "\u05d0\u05d1\u0627\u0644",
    "\u00b1\u2460\u25cf\u2026",
    "\ue000\U000f0000\U000e0041",
    "%s{0}{}%1b",
    "../../etc/passwd",
    "\"=cmd|' /C calc'!A0,",
    "\ud800",
    "\udc80\udcff",
)
_TOKEN: Final = re.compile(r"zz(\d\d)")


def texts(seed: int, count: int = 40) -> list[str]:
    """Return so many texts, no two alike: each piece by itself, then several joined, one of 10 kB at the end.

    The first, which are names, begin with a tag that ends what never began: whoever reads markup stumbles over it. The
    pieces that no request can hold come after the others.
    """
    rng = random.Random(seed)
    pieces = sorted(rng.sample(PIECES, len(PIECES)), key=is_unicode, reverse=True)
    joined = ["".join(rng.sample(PIECES, rng.randint(2, 5))) for _ in range(count - len(pieces) - 1)]
    named = [f"{'[/]' if at < 10 else ''}{text}{at}" for at, text in enumerate([*pieces, *joined])]
    return [*named, "[b]long\x1b[5m" * 800]


def is_unicode(text: str) -> bool:
    """Tell whether it can be written as UTF-8."""
    return not any("\ud800" <= it <= "\udfff" for it in text)


def token(number: int) -> str:
    """Return what stands for the text of this number in the SES that has no such texts."""
    return f"zz{number:02}"


def changed(value: Any, change: Callable[[str], str]) -> Any:
    """Return what came as JSON with each of its strings changed."""
    match value:
        case str():
            return change(value)
        case list():
            return [changed(it, change) for it in value]
        case dict():
            return {name: changed(it, change) for name, it in value.items()}
        case _:
            return value


@asynccontextmanager
async def holding(words: list[str], url: str) -> AsyncIterator[str]:
    """Yield the URL of an SES that is the one at `url`, but has these texts where that one has their tokens.

    What it says of an error ends with the first of them.
    """
    longest_first = sorted(enumerate(words), key=lambda it: -len(it[1]))

    def hostile(text: str) -> str:
        return _TOKEN.sub(lambda it: words[int(it[1])], text)

    def plain(text: str) -> str:
        for number, word in longest_first:
            text = text.replace(word, token(number))
        return text

    async def answer(request: web.BaseRequest) -> web.Response:
        body, target = await request.read(), request.raw_path
        if target != "/":  # Where STS is asked, which knows no names.
            body = json.dumps(changed(json.loads(body), plain)).encode() if body else b""
            path, _, query = target.partition("?")
            path = "/".join(quote(plain(unquote(part)), safe="") for part in path.split("/"))
            asked = [(name, plain(it)) for name, it in parse_qsl(query, keep_blank_values=True)]
            target = f"{path}?{urlencode(asked)}"
        kept = {name: it for name, it in request.headers.items() if name in ("Authorization", "Content-Type")}
        where = URL(url + target, encoded=True)
        async with session.request(request.method, where, data=body, headers=kept) as came:
            text = await came.text()
            if came.content_type == "application/json" and text:
                told = changed(json.loads(text), hostile)
                if "message" in told:
                    told["message"] += words[0]
                text = json.dumps(told)
            headers = {name: it for name, it in came.headers.items() if name.lower().startswith("x-amzn")}
            return web.Response(status=came.status, text=text, headers=headers, content_type=came.content_type)

    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.01)
    async with ClientSession() as session:
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()
