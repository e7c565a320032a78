"""The header: what tells whether one can write, and where, is there whatever else there is to say."""

from hypothesis import given
from hypothesis import strategies as st

from sestui.domain.display import printable
from sestui.domain.suppression import Connection
from sestui.ui.widgets.connection_bar import ConnectionBar, grouped

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=70)
CREDENTIALS = st.sampled_from(["", "creds 42m", "creds 11h", "creds expired", "MFA code needed", "no credentials"])
CONNECTIONS = st.builds(
    Connection,
    region=st.sampled_from(["us-east-1", "ap-southeast-1", "us-gov-east-1", "eusc-de-east-1"]),
    endpoint=st.none() | TEXTS,
    profile=st.none() | TEXTS,
    account=st.none() | st.from_regex(r"[0-9]{12}", fullmatch=True),
    arn=st.none() | TEXTS.map(lambda role: f"arn:aws:sts::123456789012:assumed-role/{role}/bob"),
)


def bar(
    connection: Connection, access: str = "READ-WRITE", credentials: str = "", held_back: int = 0, *, production: bool
) -> ConnectionBar:
    it = ConnectionBar()
    it.connection, it.access, it.credentials = connection, access, credentials
    it.production, it.held_back = production, held_back
    return it


@given(
    connection=CONNECTIONS,
    access=st.sampled_from(["READ-ONLY", "READ-WRITE", ""]),
    credentials=CREDENTIALS,
    held_back=st.integers(0, 12345),
    production=st.booleans(),
    width=st.integers(60, 200),
)
def test_whether_one_can_write_and_where_is_never_cut_and_nothing_goes_without_a_sign(
    connection: Connection, access: str, credentials: str, held_back: int, production: bool, width: int
) -> None:
    it = bar(connection, access, credentials, held_back, production=production)
    line = it.line(width)
    assert line.cell_len == width
    assert access in line.plain
    assert ("PRODUCTION" in line.plain) >= production
    assert connection.region in line.plain
    if connection.account is not None:
        assert grouped(connection.account) in line.plain or f"…{connection.account[-4:]}" in line.plain
    told = [
        *(printable(it) for it in (connection.profile, connection.role, connection.endpoint) if it is not None),
        *([grouped(connection.account)] if connection.account is not None else []),
        *([credentials] if credentials else []),
        *(["throttle"] if held_back else []),
    ]
    assert "…" in line.plain or all(text in line.plain for text in told)


def test_at_80_cells_production_throttled_with_credentials_that_have_expired() -> None:
    where = Connection(
        "ap-southeast-1", None, "acme-prod", "123456789012", "arn:aws:sts::123456789012:assumed-role/OnCall/bob"
    )
    line = bar(where, "READ-WRITE", "creds expired", 3, production=True).line(80)
    assert " ".join(line.plain.split()) == (
        "…9012 · ap-southeast-1 · … throttled 3 PRODUCTION READ-WRITE creds expired"
    )
