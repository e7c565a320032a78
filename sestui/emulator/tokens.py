"""NextToken: where a listing stands, sealed so that a caller can neither read nor make one.

It carries the question it belongs to and the time it was given: one from another question or too old is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

_HEAD = b"\x01\x80\x03"
"""What AWS's tokens begin with: `AYAD` in base64."""
_MAC = 16


class BadToken(ValueError):
    """Not one of ours, of another question, or outdated."""


class Tokens:
    """Seals and opens the tokens of one world."""

    def __init__(self, seed: int) -> None:
        self._key = hashlib.sha256(f"sestui emulator {seed}".encode()).digest()

    def seal(self, question: Mapping[str, Any], position: int | str, now: float) -> str:
        payload = json.dumps([_digest(question), position, now]).encode()
        mac = hashlib.blake2b(payload, key=self._key, digest_size=_MAC).digest()
        return base64.urlsafe_b64encode(_HEAD + mac + self._mask(payload, mac)).decode()

    def open(self, token: str, question: Mapping[str, Any], now: float, life: float) -> int | str:
        """The position. `life` is in seconds, 0 for ever. Raises BadToken."""
        try:
            sealed = base64.b64decode(token, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise BadToken from None
        mac, masked = sealed[len(_HEAD) : len(_HEAD) + _MAC], sealed[len(_HEAD) + _MAC :]
        payload = self._mask(masked, mac)
        if not hmac.compare_digest(mac, hashlib.blake2b(payload, key=self._key, digest_size=_MAC).digest()):
            raise BadToken
        asked, position, sealed_at = json.loads(payload)
        if asked != _digest(question) or (life and now - sealed_at > life):
            raise BadToken
        assert isinstance(position, int | str)
        return position

    def _mask(self, text: bytes, mac: bytes) -> bytes:
        stream = hashlib.shake_128(self._key + mac).digest(len(text))
        return bytes(a ^ b for a, b in zip(text, stream, strict=True))


def _digest(question: Mapping[str, Any]) -> str:
    text = json.dumps(question, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
