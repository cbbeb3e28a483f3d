"""Twenty bugs that systems like this one have had, and who sees each of them here.

A bug is planted by a function that is given a monkeypatch; its eyes are in `eyes.py`.
"""

import html
import ipaddress
import os
import secrets
import stat
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import httpx
from paid import eyes
from sqlalchemy import func, select

from voicekit import clip, errors
from voicekit.engine import (
    callbacks,
    clients,
    download,
    http,
    limits,
    outcome,
    submission,
    transfer,
)
from voicekit.engine.attempt import Attempt
from voicekit.engine.doubts import Doubts
from voicekit.errors import BudgetExceeded, VoicekitError
from voicekit.job import Job
from voicekit.library import claiming, files, ledger, schema
from voicekit.library.ledger import Change, advance
from voicekit.library.letters import told
from voicekit.library.states import State
from voicekit.providers import kingcong_history
from voicekit.providers.paging import Page


class Bug(NamedTuple):
    """How it is planted, and what has to see it."""

    plant: Callable[[Any], None]
    seen_by: Callable[..., None]


def send_before_commit(patch):
    depart, ask = limits.Limits.depart, Attempt.ask

    async def then_commit(self, request):
        answer = await ask(self, request)
        if request.method == "POST":
            await depart(_LIMITS[id(self)], self)
        return answer

    async def remember(self, attempt):
        _LIMITS[id(attempt)] = self

    patch.setattr(limits.Limits, "depart", remember)
    patch.setattr(Attempt, "ask", then_commit)


_LIMITS: dict[int, Any] = {}


def skip_sending(patch):
    async def not_at_all(self, attempt):
        sent = {**attempt.kept.attempt, "sent_at": self.clock()}
        attempt.kept = replace(attempt.kept, attempt=sent)

    patch.setattr(limits.Limits, "depart", not_at_all)


def read_timeout_as_not_sent(patch):
    patch.setattr(http, "_NEVER_SENT", (*http._NEVER_SENT, httpx.ReadTimeout))


def protocol_error_as_not_sent(patch):
    wrong = (*http._NEVER_SENT, httpx.RemoteProtocolError)
    patch.setattr(http, "_NEVER_SENT", wrong)


def server_error_as_refused(patch):
    patch.setitem(outcome._BY_STATUS, "500", errors.InvalidRequest)


def new_key_per_attempt(patch):
    patch.setattr(Job, "key", property(lambda job: secrets.token_hex(32)))


def no_where_state(patch):
    patch.setattr(ledger, "may_follow", lambda now, then: True)
    patch.setattr(ledger, "_must_be_as_seen", lambda connection, kept: None)
    patch.setattr(Doubts, "_in_doubt", lambda self, name, *_: self.engine.find(name))


def no_settle_window(patch):
    async def absent(self, why):
        await self.attempt.advance(State.AMBIGUOUS)
        error = VoicekitError("It is not in the list.")
        await self.attempt.stop(State.FAILED, error, billed="no")

    patch.setattr(submission.Submission, "_hold", absent)


def first_page_only(patch):
    read = kingcong_history._read

    def first(kind, reply, page):
        return Page(items=read(kind, reply, page).items, following=None)

    patch.setattr(kingcong_history, "_read", first)


def no_claimed_set(patch):
    def accept(connection, kept, receipt, expires_at=None):
        change = Change(state=State.ACCEPTED, columns={"receipt": receipt})
        return advance(connection, kept, change)

    patch.setattr(submission, "accept", accept)


class _Os:
    """The system without one of its two ways to sync."""

    def __init__(self, forgets) -> None:
        self._forgets = forgets

    def __getattr__(self, name):
        return getattr(os, name)

    def fsync(self, descriptor):
        if not self._forgets(os.fstat(descriptor).st_mode):
            os.fsync(descriptor)


def no_file_sync(patch):
    patch.setattr(files, "os", _Os(stat.S_ISREG))


def no_folder_sync(patch):
    patch.setattr(files, "os", _Os(stat.S_ISDIR))


def fetched_before_the_file(patch):
    go_on = Attempt.advance

    async def early(self, state, **columns):
        state = State.FETCHED if state is State.SUCCEEDED else state
        await go_on(self, state, **columns)

    patch.setattr(Attempt, "advance", early)


def whole_answer_appended(patch):
    patch.setattr(transfer.Transfer, "_goes_on", lambda self, response: self.size > 0)


def held_is_not_counted(patch):
    def check(connection, job, issuer, terms):
        table = schema.attempt.c
        cost = func.coalesce(table.credits_micros, table.bound_micros)
        counted = table.state.not_in([State.REFUSED, State.HELD])
        query = select(func.coalesce(func.sum(cost), 0)).where(counted)
        spent = connection.execute(query).scalar_one()
        if terms.budget_micros is not None and spent >= terms.budget_micros:
            raise BudgetExceeded("Nothing is left.")

    patch.setattr(claiming, "check_budget", check)


def key_in_client_headers(patch):
    patch.setitem(clients._HEADERS, "xi-api-key", eyes.KEY)


def follow_redirects(patch):
    make = clients._client

    def following(**options):
        client = make(**options)
        client.follow_redirects = True
        return client

    patch.setattr(clients, "_client", following)


def is_global_alone(patch):
    def check(address):
        return ipaddress.ip_address(address).is_global

    patch.setattr(download, "is_public", check)


def escape_without_quotes(patch):
    class Careless:
        def escape(self, text, **_):
            return html.escape(text, quote=False)

    patch.setattr(clip, "html", Careless())


def webhook_is_believed(patch):
    async def believe(self, kept):
        found = await self._engine.library.transact(told, kept.attempt["id"])
        return found[0] if found else None

    patch.setattr(callbacks.Callbacks, "confirmed", believe)


BUGS = {
    "send before commit": Bug(send_before_commit, eyes.lives),
    "skip SENDING": Bug(skip_sending, eyes.lives),
    "ReadTimeout as NOT_SENT": Bug(read_timeout_as_not_sent, eyes.doubt_after_stall),
    "RemoteProtocolError as NOT_SENT": Bug(
        protocol_error_as_not_sent, eyes.doubt_after_close
    ),
    "500 as REFUSED": Bug(server_error_as_refused, eyes.lives),
    "new key per attempt": Bug(new_key_per_attempt, eyes.lives),
    "no WHERE state": Bug(no_where_state, eyes.lives),
    "no settle window": Bug(no_settle_window, eyes.lives),
    "first page only": Bug(first_page_only, eyes.every_page),
    "match without claimed set": Bug(no_claimed_set, eyes.lives),
    "no file fsync": Bug(no_file_sync, eyes.power_cut),
    "no directory fsync": Bug(no_folder_sync, eyes.power_cut),
    "FETCHED before rename": Bug(fetched_before_the_file, eyes.lives),
    "200 to Range appended": Bug(whole_answer_appended, eyes.cut_download),
    "HELD not counted in cap": Bug(held_is_not_counted, eyes.budget),
    "key in client headers": Bug(key_in_client_headers, eyes.keyless_download),
    "follow redirects on": Bug(follow_redirects, eyes.redirects),
    "is_global alone": Bug(is_global_alone, eyes.hostile_addresses),
    "escape without quotes": Bug(escape_without_quotes, eyes.markup),
    "webhook trusts body": Bug(webhook_is_believed, eyes.forged_callback),
}
