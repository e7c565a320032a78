"""What is said of one address: never more than is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sestui.domain.effective import Effective, effective
from sestui.domain.settings import SendingStatus, Validation
from sestui.domain.suppression import Reason, SuppressedDestinationSummary
from sestui.domain.verdict import (
    ANOTHER_REASON,
    AUTO_VALIDATION,
    GLOBAL_AND_TENANT,
    GLOBAL_LIST,
    NEGATIVE,
    OTHER_SPELLINGS,
    Answer,
    Evidence,
    verdict,
)
from tests.domain.layers import (
    ACCOUNTS,
    BOTH,
    BOUNCE,
    COMPLAINT,
    TENANT,
    account,
    configuration_set,
    configuration_sets,
    tenant,
    tenants,
)

BOUNCED = SuppressedDestinationSummary("Jane@corp.com", BOUNCE, 1.0)
COMPLAINED = SuppressedDestinationSummary("jane@corp.com", COMPLAINT, 2.0)

NOTHING_ASKED = Evidence()
ONE_SPELLING = Evidence(spellings=1)
WHOLE_LIST = Evidence(complete=True)

BY_BOUNCE = effective(account((BOUNCE,)), None, None)
BY_BOTH = effective(account(BOTH), None, None)
BY_NOTHING = effective(account(()), None, None)
BY_UNKNOWN = effective(account(None), None, None)
UNDOCUMENTED = effective(account(BOTH), None, configuration_set(TENANT))


@pytest.mark.parametrize(
    ("it", "evidence", "answer", "entries"),
    [
        (BY_BOUNCE, Evidence((BOUNCED,), 1), Answer.BLOCKED, (BOUNCED,)),
        (BY_BOUNCE, Evidence((BOUNCED, COMPLAINED), 2), Answer.BLOCKED, (BOUNCED,)),
        (BY_BOTH, Evidence((BOUNCED, COMPLAINED), 2), Answer.BLOCKED, (BOUNCED, COMPLAINED)),
        (BY_BOUNCE, Evidence((COMPLAINED,), 1), Answer.OTHER_REASON, (COMPLAINED,)),
        (BY_BOUNCE, NOTHING_ASKED, Answer.UNKNOWN, ()),
        (BY_BOUNCE, ONE_SPELLING, Answer.NOT_UNDER_SPELLINGS, ()),
        (BY_BOUNCE, WHOLE_LIST, Answer.NOT_ON_LIST, ()),
        (BY_BOUNCE, Evidence(spellings=3, complete=True), Answer.NOT_ON_LIST, ()),
        (BY_UNKNOWN, Evidence((BOUNCED,), 1), Answer.REASONS_UNKNOWN, (BOUNCED,)),
        (BY_UNKNOWN, NOTHING_ASKED, Answer.UNKNOWN, ()),
        (BY_UNKNOWN, WHOLE_LIST, Answer.NOT_ON_LIST, ()),
        (BY_NOTHING, NOTHING_ASKED, Answer.NOTHING_SUPPRESSED, ()),
        (BY_NOTHING, Evidence((BOUNCED,), 1), Answer.NOTHING_SUPPRESSED, (BOUNCED,)),
        (UNDOCUMENTED, NOTHING_ASKED, Answer.NOT_DOCUMENTED, ()),
        (UNDOCUMENTED, WHOLE_LIST, Answer.NOT_DOCUMENTED, ()),
        (effective(account(BOTH), None, configuration_set(TENANT, ())), WHOLE_LIST, Answer.NOTHING_SUPPRESSED, ()),
    ],
)
def test_what_the_list_says(
    it: Effective, evidence: Evidence, answer: Answer, entries: tuple[SuppressedDestinationSummary, ...]
) -> None:
    found = verdict(it, evidence)
    assert (found.answer, found.entries) == (answer, entries)


ON = Validation(True)
OWN_LIST = effective(account(BOTH), tenant(TENANT, (BOUNCE,)), None)


@pytest.mark.parametrize(
    ("it", "evidence", "unseen"),
    [
        (BY_BOTH, WHOLE_LIST, (GLOBAL_LIST,)),
        (BY_NOTHING, NOTHING_ASKED, (GLOBAL_LIST,)),
        (OWN_LIST, WHOLE_LIST, (GLOBAL_LIST, GLOBAL_AND_TENANT)),
        (OWN_LIST, Evidence((COMPLAINED,), complete=True), (ANOTHER_REASON, GLOBAL_LIST, GLOBAL_AND_TENANT)),
        (OWN_LIST, Evidence((COMPLAINED,), 1), (ANOTHER_REASON, OTHER_SPELLINGS, GLOBAL_LIST, GLOBAL_AND_TENANT)),
        (effective(account(BOTH, ON), None, None), ONE_SPELLING, (GLOBAL_LIST, AUTO_VALIDATION)),
        (effective(account(BOTH, Validation(False)), None, None), WHOLE_LIST, (GLOBAL_LIST,)),
        (OWN_LIST, Evidence((BOUNCED,), 1), ()),
        (BY_BOTH, NOTHING_ASKED, ()),
        (BY_UNKNOWN, Evidence((BOUNCED,), 1), ()),
        (UNDOCUMENTED, WHOLE_LIST, ()),
    ],
)
def test_what_no_list_shows_stands_beside_an_answer_that_speaks_for_delivery(
    it: Effective, evidence: Evidence, unseen: tuple[str, ...]
) -> None:
    assert verdict(it, evidence).unseen == unseen


def test_stops_are_told_widest_first_whatever_the_list_says() -> None:
    stopped = effective(
        account(BOTH, sending=False), tenant(status=SendingStatus.DISABLED), configuration_set(sending=False)
    )
    for evidence in (NOTHING_ASKED, WHOLE_LIST, Evidence((BOUNCED,), 1)):
        assert verdict(stopped, evidence).stops == (
            "account's sending is paused",
            "tenant's sending is DISABLED",
            "configuration set's sending is disabled",
        )


ENTRIES = st.builds(
    SuppressedDestinationSummary,
    st.sampled_from(["jane@corp.com", "Jane@corp.com", "JANE@corp.com"]),
    st.sampled_from(Reason),
    st.floats(0, 9),
)
EVIDENCE = st.builds(Evidence, st.lists(ENTRIES, max_size=3).map(tuple), st.integers(0, 3), st.booleans())
CHECKED_AGAINST = st.builds(effective, ACCOUNTS, st.none() | tenants(), st.none() | configuration_sets())


@given(CHECKED_AGAINST, EVIDENCE)
def test_an_address_is_blocked_where_an_entry_on_the_consulted_list_has_a_suppressed_reason_and_only_there(
    it: Effective, evidence: Evidence
) -> None:
    found = verdict(it, evidence)
    blocking = tuple(entry for entry in evidence.entries if it.reasons and entry.reason in it.reasons)
    assert (found.answer is Answer.BLOCKED) is (it.consults is not None and bool(blocking))
    if found.answer is Answer.BLOCKED:
        assert found.entries == blocking


@given(CHECKED_AGAINST, EVIDENCE)
def test_an_answer_that_speaks_for_delivery_carries_every_doubt_and_no_other_answer_does(
    it: Effective, evidence: Evidence
) -> None:
    found = verdict(it, evidence)
    of_tenant = it.consults is not None and it.consults.tenant_name is not None
    doubts = {
        GLOBAL_LIST: True,
        GLOBAL_AND_TENANT: of_tenant,
        AUTO_VALIDATION: it.validation is not None and it.validation.enabled,
        ANOTHER_REASON: found.answer is Answer.OTHER_REASON,
        OTHER_SPELLINGS: found.answer is Answer.OTHER_REASON and not evidence.complete,
    }
    expected = {doubt for doubt, there in doubts.items() if there} if found.answer in NEGATIVE else set()
    assert set(found.unseen) == expected
    assert len(found.unseen) == len(expected)


@given(CHECKED_AGAINST, EVIDENCE)
def test_an_answer_never_says_more_than_the_evidence(it: Effective, evidence: Evidence) -> None:
    found = verdict(it, evidence)
    assert (found.stops, found.spellings) == (it.stops, evidence.spellings)
    assert set(found.entries) <= set(evidence.entries)
    match found.answer:
        case Answer.NOT_ON_LIST:
            assert evidence.complete
            assert not evidence.entries
        case Answer.NOT_UNDER_SPELLINGS:
            assert evidence.spellings
            assert not evidence.entries
            assert not evidence.complete
        case Answer.BLOCKED | Answer.OTHER_REASON:
            assert found.entries
            assert it.reasons
        case Answer.REASONS_UNKNOWN:
            assert it.reasons is None
        case Answer.NOTHING_SUPPRESSED:
            assert it.reasons == ()
        case Answer.NOT_DOCUMENTED:
            assert it.undocumented
        case Answer.UNKNOWN:
            assert evidence == NOTHING_ASKED


@given(CHECKED_AGAINST, EVIDENCE, st.lists(ENTRIES, max_size=2), st.integers(0, 2))
def test_more_evidence_does_not_take_a_block_back(
    it: Effective, evidence: Evidence, more: list[SuppressedDestinationSummary], spellings: int
) -> None:
    if verdict(it, evidence).answer is Answer.BLOCKED:
        grown = Evidence((*evidence.entries, *more), evidence.spellings + spellings, True)
        assert verdict(it, grown).answer is Answer.BLOCKED
