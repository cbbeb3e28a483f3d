"""Going through the pages of a list."""

import pytest

from voicekit.errors import BadReply
from voicekit.flow import Reply, Request
from voicekit.providers.paging import Page, collect


def ask(name):
    return Request(method="GET", path=f"/{name}")


def run(pages, **options):
    """Drive a list whose pages are mappings; return what came and what was asked."""
    names = []

    def read(reply, name):
        names.append(name)
        return pages(name)

    flow = collect(ask, read, **options)
    next(flow)
    try:
        while True:
            flow.send(Reply(status=200))
    except StopIteration as stop:
        return stop.value, names


def endless(name):
    number = int(name or 0)
    return Page(items={str(number): number}, following=str(number + 1))


def test_a_list_is_asked_for_only_as_far_as_needed():
    """Pages are asked for until enough wanted ones are found, and no more are given."""
    assert run(endless, limit=3) == ([0, 1, 2], [None, "1", "2"])
    even, names = run(endless, limit=2, wanted=lambda n: n % 2 == 0)
    assert (even, len(names)) == ([0, 2], 3)


def test_a_list_ends_where_it_says_so_or_repeats_itself():
    """The last page ends it, and so does one that brings nothing new."""
    assert run(lambda _: Page(items={"a": 1}, following=None)) == ([1], [None])
    same = Page(items={"a": 1}, following="x")
    assert run(lambda _: same) == ([1], [None, "x"])


def test_a_list_without_end_is_a_bad_reply():
    """A vendor that never stops is not followed for ever."""
    with pytest.raises(BadReply, match="never ends"):
        run(endless)
