"""Serve the sandbox: ``python -m voicekit.sandbox --port 8300``."""

from __future__ import annotations

import argparse
import asyncio
import math

from voicekit.sandbox.server import run

_LAST_PORT = 65_535 - 5
"""The five vendors take the ports that follow."""


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(
        prog="python -m voicekit.sandbox",
        description="Local stand-ins of five vendors. The first line on standard "
        "output is JSON: the addresses and keys.",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=8300,
        help="of the start page; the vendors follow. 0: any free ports. (8300)",
    )
    parser.add_argument(
        "--speed", type=_speed, default=1.0, help="seconds of work done in a second (1)"
    )
    parser.add_argument(
        "--until-eof", action="store_true", help="end when standard input closes"
    )
    given = parser.parse_args()
    try:
        asyncio.run(run(port=given.port, speed=given.speed, until_eof=given.until_eof))
    except OSError as error:
        parser.exit(1, f"{error}\n")  # a port that is taken, most likely


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= _LAST_PORT:
        raise argparse.ArgumentTypeError(f"a port is 0 to {_LAST_PORT}, not {port}")
    return port


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed < math.inf:
        raise argparse.ArgumentTypeError(f"a speed is more than 0, not {speed}")
    return speed


if __name__ == "__main__":
    main()
