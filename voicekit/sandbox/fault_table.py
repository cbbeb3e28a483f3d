"""The table of faults: name, what it does, and which rows of the matrix it plays.

A fault is armed as ``name`` or ``name:value``. ``instead`` faults do not carry out the
request; ``after`` faults carry it out and spoil the answer; ``inside`` faults change
what the vendor does or says. Rows are those of the fault matrix in the project's
reliability notes.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = ["FAULTS", "Fault"]


class Fault(NamedTuple):
    """One way to misbehave."""

    stage: Literal["instead", "after", "inside"]
    does: str
    rows: tuple[int, ...] = ()
    value: str = ""
    """What stands behind the colon when nothing was said."""


FAULTS: dict[str, Fault] = {
    # The connection, without carrying out the request
    "reset_sending": Fault("instead", "resets before the body was read", (4,)),
    "reset_before": Fault("instead", "reads the request, then resets", (5,)),
    "close_before": Fault("instead", "reads the request, then closes", (5,)),
    "stall_before": Fault("instead", "reads the request, never answers", (6,)),
    # An answer, without carrying out the request
    "status": Fault("instead", "answers this HTTP status", (*range(9, 22),), "500"),
    "retry_after": Fault("instead", "429 with this Retry-After header", (17, 18), "2"),
    "unavailable": Fault("instead", "503 with this Retry-After header", (21,), "2"),
    "refuse": Fault(
        "instead",
        "refuses for this reason, in the vendor's own status and words",
        (9, 10, 11, 12, 13, 16, 17, 23),
        "no_credits",
    ),
    "vendor_code": Fault("instead", "answers this code in the body", (11, 23), "9999"),
    "redirect_same": Fault("instead", "307 to the same origin", (25,)),
    "redirect_other": Fault("instead", "307 to another origin, or this URL", (26,)),
    # The connection, after carrying out the request
    "reset_after": Fault("after", "carries it out, then resets", (5, 46)),
    "close_after": Fault("after", "carries it out, closes without a byte", (5, 46)),
    "stall_after": Fault("after", "carries it out, never answers", (6, 46)),
    "half_header": Fault("after", "closes within the header of the answer", (5, 46)),
    "cut_body": Fault("after", "closes in the middle of the body", (7, 36, 46)),
    "stall_body": Fault("after", "falls silent in the middle of the body", (6, 8)),
    "drip": Fault("after", "sends one byte in so many seconds", (8,), "1"),
    "length_short": Fault("after", "Content-Length is too small by half", (36,)),
    "bomb": Fault("after", "sends so many MiB of zeros, in chunks", (34,), "1024"),
    # Another answer, after carrying out the request
    "status_after": Fault(
        "after", "carries it out, answers this HTTP status", (14, 15, 19, 20, 21), "500"
    ),
    "code_after": Fault("after", "carries it out, answers this code", (23,), "9999"),
    "redirect_after": Fault("after", "carries it out, answers 307", (25,)),
    "html": Fault("after", "answers 200 with an HTML page", (22, 33)),
    "bad_json": Fault("after", "breaks the JSON of the answer", (22,)),
    "bad_encoding": Fault("after", "puts a byte that is no UTF-8 into it", (22,)),
    "not_object": Fault("after", "answers a JSON list", (22,)),
    "not_a_number": Fault("after", "answers NaN for every number", (22,)),
    "empty": Fault("after", "answers 200 without a body", (22, 33)),
    "huge_json": Fault("after", "adds so many KiB to the JSON", (34,), "2048"),
    "deep_json": Fault("after", "adds lists nested so deep", (34,), "100000"),
    "gzip_bomb": Fault("after", "so many MiB of zeros, as gzip", (34,), "100"),
    "no_id": Fault("after", "leaves out the ids", (24,)),
    "odd_id": Fault("after", "answers this for an id", (24,), "../../etc/passwd"),
    "same_id": Fault("after", "answers the id of the first task", (24,)),
    "other_id": Fault("after", "answers an id that nobody knows", (24,)),
    "type": Fault("after", "answers this Content-Type", (33,), "text/html"),
    "truncated": Fault("after", "sends half the bytes as if they were all", (36,)),
    "corrupt": Fault("after", "changes bytes in the middle", (36,)),
    # What the vendor does with a submission
    "pending": Fault("inside", "does not finish within the answer", (46,)),
    "immediate": Fault("inside", "finishes within the answer", (46,)),
    "failed": Fault("inside", "fails later; charges as the vendor does", (29,)),
    "failed_charged": Fault("inside", "fails later; keeps the credits", (29,)),
    "failed_refunded": Fault("inside", "fails later; gives the credits back", (29,)),
    "stuck": Fault("inside", "never ends", (30,)),
    "lost": Fault("inside", "is accepted and charged, then unknown", (13,)),
    "accepted_twice": Fault("inside", "is accepted and charged twice", (48,)),
    # What the vendor says about a task
    "unknown_status": Fault("inside", "uses this status word", (27,), "simmering"),
    "status_back": Fault("inside", "says that it is still at the beginning", (28,)),
    "says_failed": Fault("inside", "says failed, though it is not", (29,)),
    "no_url": Fault("inside", "says done, with no URL", (30,)),
    "url_private": Fault(
        "inside", "says done, with this URL", (32,), "https://169.254.169.254/a.mp3"
    ),
    "early_url": Fault("inside", "shows the URL while it works", (47,)),
    # What the vendor does with a download
    "url_expired": Fault("inside", "this link ends; asking again gives another", (31,)),
    "range_ignored": Fault("inside", "answers a Range request with 200", (35,)),
    "etag_changes": Fault("inside", "another ETag and other bytes each time", (36,)),
    # What the vendor says in a list, and about the balance
    "list_lag": Fault("inside", "hides what is younger than so many s", (45,), "60"),
    "list_short": Fault("inside", "leaves out every second entry", (45,)),
    "list_repeats": Fault("inside", "shows the first page as every page", (45,)),
    "list_foreign": Fault("inside", "adds entries that others made", (45,)),
    "list_twice": Fault("inside", "shows a twin of each entry", (48,)),
    "balance_lag": Fault("inside", "the balance of so many s ago", (46,), "43200"),
    # What the vendor sends by itself
    "callback_lost": Fault("inside", "does not arrive", (44,)),
    "callback_twice": Fault("inside", "arrives so many times", (44,), "3"),
    "callback_early": Fault("inside", "arrives before the submission's answer", (44,)),
    "callback_forged": Fault("inside", "is signed with another secret", (44,)),
    "callback_lies": Fault("inside", "says the contrary, with another URL", (44,)),
    "callback_old": Fault("inside", "is stamped so many s ago", (44,), "3600"),
    "callback_late": Fault("inside", "comes so many s later", (44,), "60"),
}
