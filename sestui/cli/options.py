"""The options that several commands have: which connection, and what a change takes."""

from __future__ import annotations

import argparse
import os
import time
from datetime import UTC
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sestui.domain.guard import Guard
    from sestui.domain.query import Query
    from sestui.domain.suppression import Connection
    from sestui.settings import Settings


def add_connection(
    parser: argparse.ArgumentParser, *, behind: bool = True, regions: bool = False, config: bool = True
) -> None:
    """Let a parser take what names a connection, which holds for every command that talks to SES.

    `behind` a command's name they undo nothing that was said before it; `regions`: there may be several;
    `config`: the file of settings is an option, too.
    """
    unsaid: dict[str, Any] = {"default": argparse.SUPPRESS} if behind else {}
    parser.add_argument(
        "--demo", action="store_true", help="a made-up account on this machine; nothing is sent to AWS", **unsaid
    )
    parser.add_argument("--profile", metavar="P", help="a profile of AWS's own configuration files", **unsaid)
    if regions:
        parser.add_argument("--region", metavar="R", dest="regions", action="append", help="may be said several times")
    else:
        parser.add_argument("--region", metavar="R", help="such as us-east-1", **unsaid)
    parser.add_argument(
        "--endpoint-url", metavar="URL", help="SES at another address; STS too where it is loopback", **unsaid
    )
    if config:
        parser.add_argument(
            "--config", metavar="FILE", help="settings from this file, not the user's config.toml", **unsaid
        )
    add_guard(parser, behind=behind)
    add_log(parser, behind=behind)


def add_guard(parser: argparse.ArgumentParser, *, behind: bool = True) -> None:
    """Let a parser take what keeps a connection from being changed."""
    unsaid: dict[str, Any] = {"default": argparse.SUPPRESS} if behind else {}
    parser.add_argument("--read-only", action="store_true", help="change nothing, whatever is asked for", **unsaid)


def add_log(parser: argparse.ArgumentParser, *, behind: bool = True) -> None:
    """Let a parser take what `connecting.call_log` looks at."""
    unsaid: dict[str, Any] = {"default": argparse.SUPPRESS} if behind else {}
    parser.add_argument("--log", metavar="FILE", help="a JSON line for each call, added to this file", **unsaid)
    parser.add_argument("--log-addresses", action="store_true", help="the addresses too", **unsaid)


def tenant_name(text: str) -> str:
    """Return a tenant's name as it was given; an empty one is mostly a variable of a script that is not set."""
    if not text.strip():
        raise argparse.ArgumentTypeError("a tenant's name is not empty")
    return text


def read_filter(text: str) -> Query:
    """Return a filter that nobody goes on typing.

    Raises:
        UsageError: it can't be read, or a term has no value and would let every address through.
    """
    from sestui.domain.errors import UsageError
    from sestui.domain.query import parse

    query = parse(text, time.time())
    if query.has_only_begun:
        raise UsageError(f"A term of the filter has no value, and would let every address through: {text.strip()}")
    return query


def add_change(parser: argparse.ArgumentParser) -> None:
    """Let a parser take what `changing.carry_out` looks at."""
    parser.add_argument("--note", metavar="TEXT", default="", help="for the journal, such as a ticket")
    parser.add_argument(
        "--via-s3", metavar="URL", default="", help="on the account's list: SES's import jobs, by s3://bucket/prefix"
    )
    parser.add_argument("--dry-run", action="store_true", help="change nothing, say what would be")
    parser.add_argument("--yes", action="store_true", help="don't ask")
    parser.add_argument(
        "--production",
        metavar="NAME",
        default="",
        help="what --yes needs beside it on production: the tenant's name, or the account's last four digits",
    )
    add_json(parser)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Let a parser take it behind a command's name too, without undoing what was said before that."""
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="tell it as JSON")


def settings_of(arguments: argparse.Namespace) -> Settings:
    """Return what arguments, environment and file set; from now on times are shown as they say.

    Raises:
        UsageError: something is set that can't be; the text says where.
    """
    from sestui import settings
    from sestui.domain.display import show_times_in

    chosen = settings.load(settings.named(arguments.config, os.environ), os.environ)
    show_times_in(None if chosen.times == "local" else UTC, time.time())
    return chosen


def guard(arguments: argparse.Namespace, chosen: Settings) -> Guard:
    """Return what arguments and settings say of connections; of the demo's only arguments say anything."""
    from sestui.domain.guard import Guard

    if arguments.demo:
        return Guard(arguments.read_only)
    # As botocore looks for it.
    profile = os.environ.get("AWS_DEFAULT_PROFILE") or os.environ.get("AWS_PROFILE") or "default"
    return Guard(arguments.read_only, chosen.read_only, chosen.production, profile)


def connection(arguments: argparse.Namespace) -> Connection:
    """Return what was asked for; empty fields are botocore's to fill."""
    from sestui.domain.suppression import Connection

    return Connection(arguments.region or "", arguments.endpoint_url, arguments.profile)
