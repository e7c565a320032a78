"""botocore's descriptions of its services: 30 ms of JSON, which can be read while aiohttp is still being imported."""

import os
from collections.abc import Sequence

from botocore.loaders import Loader


class Descriptions(Loader):  # type: ignore[misc]
    """Botocore's loader, without its look into the folders of 400 services before it opens a file of one of them."""

    def list_available_services(self, type_name: str) -> list[str]:
        """Return the names of all folders; whether the one that is asked for has such a file is seen then."""
        return sorted(name for path in self.search_paths if os.path.isdir(path) for name in os.listdir(path))

    def read(self) -> None:
        """Read what making the first client takes; what was read once is kept."""
        self.load_service_model("sesv2", "service-2")
        self.load_service_model("sesv2", "endpoint-rule-set-1")
        # The largest of them.
        self.load_data_with_path("endpoints")


_USUAL = Descriptions()


def read_ahead() -> None:
    """Read what a connection will need, unless its configuration names other folders."""
    _USUAL.read()


def descriptions(paths: Sequence[str]) -> Descriptions:
    """Return the descriptions in these folders, read."""
    found = (
        _USUAL if list(paths) == list(_USUAL.search_paths) else Descriptions(paths, include_default_search_paths=False)
    )
    found.read()
    return found
