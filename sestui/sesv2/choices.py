"""What there is to choose a connection from, as AWS's own files and botocore's data have it; nothing is sent."""

from collections.abc import Mapping
from dataclasses import dataclass

from botocore.session import get_session

from sestui.sesv2.translate import translated


@dataclass(frozen=True, slots=True)
class Choices:
    """Profiles and Regions."""

    profiles: Mapping[str, str]
    """The Region that each names itself; empty where it names none."""
    regions: tuple[str, ...]
    """Where SES is, sorted; a newer one may be missing."""


def choices() -> Choices:
    """Read them. Takes a tenth of a second: to be called in a thread.

    Raises:
        ConnectionProblem: a file can't be read.
    """
    with translated("AWS's configuration files"):
        session = get_session()
        regions = [
            region
            for partition in session.get_available_partitions()
            for region in session.get_available_regions("sesv2", partition)
        ]
        profiles = {name: str(it.get("region", "")) for name, it in session.full_config["profiles"].items()}
    return Choices(profiles, tuple(sorted(regions)))
