"""What an edit does: the sends that it touches and no others, and whom it lets be mailed again."""

from dataclasses import replace
from itertools import product, starmap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sestui.domain.effective import Effective, effective
from sestui.domain.impact import Edit, Effect, Known, Send, Size, Subject, effects, lists_of, mails_again
from sestui.domain.settings import Account, ConfigurationSet, Tag, Tenant, Validation
from sestui.domain.suppression import Reason, SuppressionList, SuppressionScope
from tests.domain.layers import (
    ACCOUNT,
    ACCOUNTS,
    BOTH,
    BOUNCE,
    COMPLAINT,
    TENANT,
    Reasons,
    account,
    configuration_set,
    configuration_sets,
    tenant,
    tenants,
)

TENANTS = ("acme", "beta")
SETS = ("alerts", "receipts", "shared")


@st.composite
def knowledge(draw: st.DrawFn) -> Known:
    """Draw settings of which some, or the associations of some, may not have been read."""
    some_tenants = draw(st.lists(st.sampled_from(TENANTS), unique=True))
    some_sets = draw(st.lists(st.sampled_from(SETS), unique=True))
    sets_of = st.dictionaries(
        st.sampled_from(TENANTS), st.lists(st.sampled_from((*SETS, "not-read")), unique=True).map(tuple)
    )
    return Known(
        draw(ACCOUNTS),
        {name: draw(tenants(name)) for name in some_tenants},
        {name: draw(configuration_sets(name)) for name in some_sets},
        draw(sets_of),
    )


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    strategy: st.SearchStrategy[Subject] = draw(
        st.sampled_from([ACCOUNTS, tenants("acme"), configuration_sets("shared")])
    )
    return Edit(draw(strategy), draw(strategy))


Key = tuple[str, str | None]


def recomputed(edit: Edit, known: Known) -> list[Effect]:
    """Compare `effective` before and after for each tenant, or none, with each configuration set, or none."""
    subjects: list[Subject] = [known.account, *known.tenants.values(), *known.sets.values()]
    read = {key(it): it for it in subjects}
    found = []
    for send in starmap(Send, product((None, *TENANTS), (None, *SETS))):
        was, is_to_be = (resolved(send, {**read, key(it): it}) for it in (edit.before, edit.after))
        if was is None or is_to_be is None or not goes_out(send, known):
            continue
        other_check = (was.consults, was.reasons) != (is_to_be.consults, is_to_be.reasons)
        if other_check or (send.tenant is None and was.validation != is_to_be.validation):
            found.append(Effect(send, was, is_to_be))
    return found


def key(subject: Subject) -> Key:
    if isinstance(subject, Account):
        return "account", None
    return "tenant" if isinstance(subject, Tenant) else "set", subject.name


def resolved(send: Send, among: dict[Key, Subject]) -> Effective | None:
    """Return None where a layer is not known."""
    of_account, own, its_set = (
        among.get(it) for it in (("account", None), ("tenant", send.tenant), ("set", send.configuration_set))
    )
    if (own is None) is not (send.tenant is None) or (its_set is None) is not (send.configuration_set is None):
        return None
    assert isinstance(of_account, Account)
    assert isinstance(own, Tenant | None)
    assert isinstance(its_set, ConfigurationSet | None)
    return effective(of_account, own, its_set)


def goes_out(send: Send, known: Known) -> bool:
    """Whether there is such mail: a tenant's goes through a set of its own, unless it is known to have none."""
    if send.tenant is None:
        return True
    own = known.sets_of.get(send.tenant)
    return own == () if send.configuration_set is None else send.configuration_set in (own or ())


@given(edits(), knowledge())
def test_an_edit_touches_exactly_the_sends_that_are_checked_otherwise(edit: Edit, known: Known) -> None:
    found = effects(edit, known)
    assert set(found) == set(recomputed(edit, known))
    assert len(set(found)) == len(found)
    named = [effect.send.tenant is not None for effect in found]
    assert named == sorted(named), "mail that names no tenant comes first"


@given(edits(), knowledge())
def test_an_edit_taken_back_has_the_same_effects_the_other_way_round(edit: Edit, known: Known) -> None:
    back = effects(Edit(edit.after, edit.before), known)
    assert [Effect(it.send, it.after, it.before) for it in back] == effects(edit, known)


@given(edits(), knowledge())
def test_an_edit_that_leaves_the_suppression_settings_touches_nothing(edit: Edit, known: Known) -> None:
    assert effects(Edit(edit.before, edit.before), known) == []
    if not isinstance(edit.before, Account):
        assert effects(Edit(edit.before, replace(edit.before, tags=(Tag("owner", "growth"),))), known) == []


def test_only_what_inherits_is_named() -> None:
    known = Known(
        account((BOUNCE,)),
        {
            "inherits": tenant(name="inherits"),
            "own": tenant(TENANT, (BOUNCE,), name="own"),
            "bare": tenant(name="bare"),
        },
        {"plain": ConfigurationSet("plain"), "strict": configuration_set(reasons=(BOUNCE,), name="strict")},
        {"inherits": ("plain", "strict"), "own": ("plain",), "bare": ()},
    )
    found = effects(Edit(account((BOUNCE,)), account(BOTH)), known)
    assert [it.send for it in found] == [Send(), Send(None, "plain"), Send("inherits", "plain"), Send("bare")]
    assert not any(it.list_changes or it.validation_changes for it in found)


def test_a_shared_configuration_set_touches_each_of_its_tenants() -> None:
    before, after = ConfigurationSet("shared"), configuration_set(TENANT, name="shared")
    known = Known(
        account(),
        {"acme": tenant(), "beta": tenant(TENANT, BOTH, name="beta")},
        {"shared": before},
        {"acme": ("shared",), "beta": ("shared",)},
    )
    nobodys, acmes = effects(Edit(before, after), known)
    assert (nobodys.send, nobodys.after.consults) == (Send(None, "shared"), None)
    assert (acmes.send, acmes.after.consults) == (Send("acme", "shared"), SuppressionList("acme"))


def test_auto_validation_is_told_of_the_set_and_not_again_of_each_tenant() -> None:
    sets = {"plain": ConfigurationSet("plain"), "off": configuration_set(validation=Validation(False), name="off")}
    known = Known(account(), {"acme": tenant()}, sets, {"acme": ("plain", "off")})
    found = effects(Edit(account(), account(validation=Validation(True))), known)
    assert [it.send for it in found] == [Send(), Send(None, "plain")]
    assert all(it.validation_changes and not it.reasons_change for it in found)


# Whom it lets be mailed again

ACCOUNTS_LIST, OWN_LIST = SuppressionList(), SuppressionList("acme")


def made(before: Subject, after: Subject) -> Effect:
    """Return the one effect of a change of acme, or of the set that acme sends through."""
    known = Known(account(), {"acme": tenant()}, {"receipts": configuration_set()}, {"acme": ("receipts",)})
    (effect,) = (it for it in effects(Edit(before, after), known) if it.send.tenant == "acme")
    return effect


def to_own_list(reasons: Reasons = BOTH, after: Reasons | None = None) -> Effect:
    return made(tenant(ACCOUNT, reasons), tenant(TENANT, reasons if after is None else after))


NOTHING = "nothing is suppressed any more: everyone on the list is mailed again, and new bounces are not recorded"
BOUNCED = "addresses that bounced before will be mailed again"
SPAM = "people who said “spam” will be mailed again"
EMPTY = "the list of tenant acme is empty: "
ONLY_THERE = "who is only on the list of the account will be mailed again"


@pytest.mark.parametrize(
    ("effect", "sizes", "words"),
    [
        (made(tenant(), tenant(ACCOUNT, ())), {}, NOTHING),
        (made(configuration_set(), configuration_set(reasons=())), {}, NOTHING),
        (to_own_list(BOTH, ()), {OWN_LIST: Size(0, True)}, NOTHING),
        (made(tenant(ACCOUNT, BOTH), tenant(ACCOUNT, (COMPLAINT,))), {}, BOUNCED),
        (made(tenant(ACCOUNT, (BOUNCE,)), tenant(ACCOUNT, (COMPLAINT,))), {}, BOUNCED),
        (made(tenant(ACCOUNT, BOTH), tenant(ACCOUNT, (BOUNCE,))), {}, SPAM),
        (made(tenant(ACCOUNT, (BOUNCE,)), tenant(ACCOUNT, BOTH)), {}, ""),
        (made(tenant(ACCOUNT, ()), tenant(ACCOUNT, BOTH)), {}, ""),
        (to_own_list(), {ACCOUNTS_LIST: Size(9, True), OWN_LIST: Size(0, True)}, EMPTY + BOUNCED),
        (to_own_list(), {OWN_LIST: Size(0, True)}, EMPTY + BOUNCED),
        (to_own_list((COMPLAINT,)), {ACCOUNTS_LIST: Size(9, True), OWN_LIST: Size(0, True)}, EMPTY + SPAM),
        (to_own_list(BOTH, (COMPLAINT,)), {OWN_LIST: Size(0, True)}, EMPTY + BOUNCED),
        (to_own_list(BOTH, (BOUNCE,)), {OWN_LIST: Size(0, True)}, f"{EMPTY}{BOUNCED}; {SPAM}"),
        (to_own_list((), BOTH), {ACCOUNTS_LIST: Size(9, True), OWN_LIST: Size(0, True)}, ""),
        (to_own_list(), {ACCOUNTS_LIST: Size(0, True), OWN_LIST: Size(0, True)}, ""),
        (
            made(tenant(TENANT, BOTH), tenant()),
            {ACCOUNTS_LIST: Size(0, True), OWN_LIST: Size(9, True)},
            f"the list of the account is empty: {BOUNCED}",
        ),
        (
            to_own_list(),
            {ACCOUNTS_LIST: Size(1000, False), OWN_LIST: Size(499, True)},
            f"the list of tenant acme is much smaller (499 against 1,000+): {BOUNCED}",
        ),
        (to_own_list(), {ACCOUNTS_LIST: Size(1000, False), OWN_LIST: Size(500, True)}, ONLY_THERE),
        (to_own_list(), {ACCOUNTS_LIST: Size(9, True), OWN_LIST: Size(1000, False)}, ONLY_THERE),
        (to_own_list(), {}, ONLY_THERE),
        (to_own_list(BOTH, (BOUNCE,)), {}, f"{ONLY_THERE}; {SPAM}"),
    ],
)
def test_whom_an_effect_lets_be_mailed_again(effect: Effect, sizes: dict[SuppressionList, Size], words: str) -> None:
    assert mails_again(effect, sizes) == words


def test_no_size_is_spoken_of_where_the_list_is_not_documented() -> None:
    before = ConfigurationSet("receipts")
    known = Known(account(), sets={"receipts": before})
    (effect,) = effects(Edit(before, configuration_set(TENANT)), known)
    assert effect.list_changes
    assert mails_again(effect, {ACCOUNTS_LIST: Size(9, True)}) == ""


@given(knowledge(), edits())
def test_the_lists_concerned_are_those_left_and_turned_to_each_once(known: Known, edit: Edit) -> None:
    found = effects(edit, known)
    changed = [it for it in found if it.list_changes]
    concerned = {which for it in changed for which in (it.before.consults, it.after.consults) if which is not None}
    assert set(lists_of(found)) == concerned
    assert len(lists_of(found)) == len(concerned)


@given(st.builds(Effect, st.just(Send()), *[st.builds(effective, ACCOUNTS, st.none(), st.none())] * 2))
def test_reasons_lost_are_those_that_block_no_longer(effect: Effect) -> None:
    def blocks(it: Effective, reason: Reason) -> bool:
        return it.reasons is not None and reason in it.reasons

    lost = [it for it in Reason if blocks(effect.before, it) and not blocks(effect.after, it)]
    assert list(effect.reasons_lost) == lost
    assert effect.reasons_change is (effect.before.reasons != effect.after.reasons)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (Size(0, True), "0"),
        (Size(999, True), "999"),
        (Size(1000, False), "1,000+"),
        (Size(1_234_567, True), "1,234,567"),
    ],
)
def test_a_size_says_whether_it_is_exact(size: Size, words: str) -> None:
    assert str(size) == words


@pytest.mark.parametrize("scope", SuppressionScope)
def test_a_tenant_whose_associations_are_not_read_is_not_spoken_of(scope: SuppressionScope) -> None:
    known = Known(account(), {"acme": tenant()}, {"receipts": configuration_set()})
    assert effects(Edit(tenant(), tenant(scope, ())), known) == []
