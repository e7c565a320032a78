"""SESv2 over HTTP on this machine, with a world of tenants and suppression lists that one seed brings back."""

from sestui.emulator.conditions import Conditions, Fault, Quirks, Rate
from sestui.emulator.mail import Mail, Recipient
from sestui.emulator.requests import Request
from sestui.emulator.seed import World
from sestui.emulator.server import Emulator
from sestui.emulator.threaded import ThreadedEmulator

__all__ = [
    "Conditions",
    "Emulator",
    "Fault",
    "Mail",
    "Quirks",
    "Rate",
    "Recipient",
    "Request",
    "ThreadedEmulator",
    "World",
]
