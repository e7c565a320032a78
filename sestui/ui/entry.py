"""One address on one list, in words: the entry, and what it means for the mail that one is looking at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text

from sestui.domain.display import moment_in_full, printable
from sestui.domain.effective import Effective
from sestui.domain.errors import NotFound, SestuiError, TenantNotFound
from sestui.domain.impact import Send
from sestui.domain.suppression import SuppressedDestination, SuppressedDestinationSummary, SuppressionList
from sestui.domain.verdict import Evidence, verdict
from sestui.domain.verdict_words import Tone, mail, verdict_lines
from sestui.ui.details import table

STYLES: Final = {Tone.STOPS: "bold red", Tone.PASSES: "bold green", Tone.PLAIN: "bold", Tone.DOUBT: "dim"}


@dataclass(frozen=True, slots=True)
class Context:
    """Where an address is looked at."""

    which: SuppressionList
    """The list that is asked."""
    complete: bool
    """Whether `spellings` speaks for the whole list."""
    age: float
    """Seconds since that list was read."""
    spellings: Callable[[str], tuple[SuppressedDestinationSummary, ...]]
    """The loaded entries that are this address but for the case of letters."""
    removed_at: float | None
    """When a job of this host and user removed it, where SES has added it again since."""
    mails: Sequence[tuple[Send, Effective]]
    """The mail that the verdict is for, and what it is checked against; empty while its settings are not known."""
    final: bool
    """Whether no configuration set that isn't read may override that."""


def describe(asked: SuppressedDestination | SestuiError, address: str, context: Context) -> RenderableType:
    """Put what GetSuppressedDestination came to, an entry or why there is none, and the verdict in words."""
    if isinstance(asked, SestuiError) and (isinstance(asked, TenantNotFound) or not isinstance(asked, NotFound)):
        return Text.styled(printable(str(asked)), "bold red")
    found = None if isinstance(asked, SestuiError) else asked
    others = [it for it in context.spellings(address) if found is None or it.address != found.address]
    entries = (*([found.summary] if found else []), *others)
    parts: list[RenderableType] = [_entry(found, context.removed_at) if found else _absent(address, context)]
    if others:
        parts.append(Text("\nAlso on this list, under another spelling: SES ignores case when it sends", "bold yellow"))
        parts += [Text(f"  {printable(it.address)}  {it.reason}  {moment_in_full(it.last_update)}") for it in others]
    parts.append(_meaning(context, Evidence(entries, spellings=1, complete=context.complete)))
    return Group(*parts)


def _entry(it: SuppressedDestination, removed_at: float | None) -> RenderableType:
    automatic = it.message_id is not None or it.feedback_id is not None
    return table(
        ("EmailAddress", it.address),
        ("Reason", it.reason),
        ("LastUpdateTime", moment_in_full(it.last_update)),
        *([] if removed_at is None else [("Removed here", f"{moment_in_full(removed_at)}, and added again since")]),
        ("Added", "by SES" if automatic else "by hand: SES gives no message id"),
        ("MessageId", it.message_id or "none"),
        ("FeedbackId", it.feedback_id or "none"),
        ("TenantName", it.tenant_name or "none: the account's list"),
    )


def _absent(address: str, context: Context) -> Text:
    text = Text("Not on this list under this spelling.\n", "bold")
    if not context.complete:
        text.append(
            "\nSES looks for the local part exactly as it is written, but ignores case when it sends:\n"
            f"another spelling of {printable(address)} may still block the mail, and not all of the list is loaded.\n",
            "not bold",
        )
    return text


def _meaning(context: Context, evidence: Evidence) -> Text:
    if not context.mails:
        return Text("\nWhat it means for the mail in view is not known yet: its settings are being read.", "dim")
    groups: dict[str, tuple[Text, list[Send]]] = {}
    for send, it in context.mails:
        words = _verdict(context, it, evidence)
        groups.setdefault(words.plain, (words, []))[1].append(send)
    text = Text()
    for words, sends in groups.values():
        text.append(f"\n{mail(sends)}: ", "bold").append_text(words)
    if not context.final:
        text.append("before its configuration sets, which are not all read and may override this\n", "yellow")
    return text


def _verdict(context: Context, it: Effective, evidence: Evidence) -> Text:
    text = Text()
    if it.consults not in (context.which, None) and it.reasons != ():
        assert it.consults is not None
        text.append(f"consults the list of {printable(it.consults.owner)}, not this one\n")
        for stop in it.stops:
            text.append(f"STOPPED before any list: {stop}\n", "bold red")
        return text
    for line, tone in verdict_lines(verdict(it, evidence), context.age):
        text.append(f"{line}\n", STYLES[tone] if context.final else "bold")
    for doubt in it.undocumented:
        text.append(f"not documented by AWS: {doubt}\n", "yellow")
    return text
