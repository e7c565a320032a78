"""What an edit of settings does, in words: whose mail, what changes for it, and whom that lets be mailed again."""

from collections.abc import Iterable, Mapping

from rich.text import Text

from sestui.domain.display import counted, printable
from sestui.domain.impact import Effect, Send, Size, mails_again
from sestui.domain.suppression import SuppressionList
from sestui.ui.details import reasons, validation

_NAMED = 8
"""How many tenants, and configuration sets of each, are named before the rest is counted."""

Sizes = Mapping[SuppressionList, Size]


def consequences(effects: Iterable[Effect], sizes: Sizes) -> Text:
    """Return a paragraph for each kind of change, with all the mail that it happens to."""
    groups: dict[str, tuple[Text, list[Send]]] = {}
    # Ten thousand tenants may share a handful of changes: the words of each are made once.
    made: dict[object, Text] = {}
    for effect in effects:
        key = _same_words(effect)
        words = made[key] if key in made else made.setdefault(key, _change(effect, sizes))
        groups.setdefault(words.plain, (words, []))[1].append(effect.send)
    return Text("\n\n").join(Text.assemble(_mail(sends), words) for words, sends in groups.values())


def _same_words(effect: Effect) -> object:
    before, after = effect.before, effect.after
    return (
        effect.send.tenant is None,
        (before.consults, after.consults) if effect.list_changes else None,
        (before.reasons, after.reasons),
        (before.validation, after.validation),
        after.undocumented,
    )


def _change(effect: Effect, sizes: Sizes) -> Text:
    text = Text()
    if effect.list_changes:
        lists = [_list(it.consults, effect.send, sizes) for it in (effect.before, effect.after)]
        text.append("\n  consults ").append(f"{lists[0]} → ").append(lists[1], "bold")
    if effect.reasons_change:
        before, after = (reasons(it.reasons, "not known") for it in (effect.before, effect.after))
        text.append("\n  suppresses ").append(f"{before} → ").append(after, "bold")
    if effect.validation_changes and effect.send.tenant is None:
        before, after = (validation(it.validation, "not set") for it in (effect.before, effect.after))
        text.append("\n  Auto Validation ").append(f"{before} → ").append(after, "bold")
    for doubt in effect.after.undocumented:
        text.append(f"\n  not documented by AWS: {doubt}", "yellow")
    if warning := mails_again(effect, sizes):
        text.append(f"\n  Careful: {warning}", "bold red")
    return text


def _list(which: SuppressionList | None, send: Send, sizes: Sizes) -> str:
    if which is None:
        return "a list that AWS doesn't document"
    name = "the account's list" if which.tenant_name is None else "its own list"
    size = sizes.get(which)
    return f"{name} ({size})" if size is not None else name


def _mail(sends: list[Send]) -> Text:
    """Name the mail: without a tenant first, then tenant by tenant."""
    without = [send.configuration_set for send in sends if send.tenant is None]
    by_tenant: dict[str, list[str]] = {}
    for send in sends:
        if send.tenant is not None:
            by_tenant.setdefault(send.tenant, []).append(send.configuration_set or "")
    parts = []
    if without:
        named = [name for name in without if name is not None]
        parts.append("mail without a tenant" + (f" through {_names(named)}" if named else ""))
        if named and None in without:
            parts[0] += ", or without a configuration set"
    for tenant, sets in list(by_tenant.items())[:_NAMED]:
        through = f" through {_names([it for it in sets if it])}" if any(sets) else ""
        parts.append(f"tenant {printable(tenant)}{through}")
    if len(by_tenant) > _NAMED:
        parts.append(f"and {counted(len(by_tenant) - _NAMED, 'more tenant')}")
    return Text("\n".join(parts), "bold")


def _names(names: list[str]) -> str:
    shown = ", ".join(printable(name) for name in names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED:,} more" if len(names) > _NAMED else shown
