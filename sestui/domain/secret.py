"""What must reach another process and nobody else."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Secret:
    """Credentials that another process can't find by itself: never on a disk, in no text that is written of it."""

    text: bytes = field(default=b"", repr=False)
    """JSON, as `sesv2.session` reads and writes it; empty where there is no need of any."""

    def __bool__(self) -> bool:
        return bool(self.text)
