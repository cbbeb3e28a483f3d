"""allow_nested_loops: the guard, and the two experiments in a real kernel."""

import sys
import time

import pytest
from jupyter_client.manager import start_new_kernel

from voicekit.engine import nested
from voicekit.errors import Unsupported

NEW_PYTHON = sys.version_info >= (3, 14)


def versions(monkeypatch, **installed):
    monkeypatch.setattr(nested, "_version", lambda name: installed.get(name, ()))
    monkeypatch.setattr(nested, "_apply", lambda name: name)


def test_the_maintained_fork_is_preferred(monkeypatch):
    """With nest_asyncio2 at hand the original is not touched."""
    versions(
        monkeypatch, nest_asyncio2=(1, 7, 4), nest_asyncio=(1, 6), ipykernel=(7, 4)
    )
    assert nested.allow_nested_loops() == "nest_asyncio2"


@pytest.mark.parametrize("fork", [(), (1, 7, 0)])
def test_the_original_is_refused_where_it_loses_events(monkeypatch, fork):
    """On ipykernel 7 the reason and the fix are said instead."""
    versions(monkeypatch, nest_asyncio2=fork, nest_asyncio=(1, 6), ipykernel=(7, 4))
    with pytest.raises(Unsupported, match="nest_asyncio2>=1.7.4"):
        nested.allow_nested_loops()


@pytest.mark.skipif(NEW_PYTHON, reason="the original breaks asyncio there")
@pytest.mark.parametrize("ipykernel", [(), (6, 30, 1)])
def test_the_original_is_used_where_it_does_no_harm(monkeypatch, ipykernel):
    """On an older kernel, or outside one, it is good enough."""
    versions(monkeypatch, nest_asyncio=(1, 6), ipykernel=ipykernel)
    assert nested.allow_nested_loops() == "nest_asyncio"


def test_the_original_is_refused_on_python_3_14(monkeypatch):
    """There it breaks asyncio.timeout and httpx."""
    versions(monkeypatch, nest_asyncio=(1, 6))
    monkeypatch.setattr(nested.sys, "version_info", (3, 14, 0))
    with pytest.raises(Unsupported, match=r"Python 3\.14"):
        nested.allow_nested_loops()


@pytest.fixture
def kernel():
    manager, client = start_new_kernel(kernel_name="python3")
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def run(client, code):
    """Run a cell and return the text of its last value."""
    reply = client.execute_interactive(
        code,
        timeout=60,
        user_expressions={"value": "result"},
        output_hook=lambda _: None,
    )
    content = reply["content"]
    assert content["status"] == "ok", content
    return content["user_expressions"]["value"]["data"]["text/plain"]


SETUP = """
import asyncio, ipywidgets, voicekit as vk
clicks = []
button = ipywidgets.Button()
button.on_click(lambda _: clicks.append(1))
result = button.comm.comm_id
"""
NESTED = "vk.allow_nested_loops(); result = asyncio.run(asyncio.sleep(1, 'done'))"
BLOCKING = """
studio = vk.Studio(providers=["offline"])
result = studio.bridge.run(asyncio.sleep(1, 'done'))
"""


def click(client, comm_id):
    content = {
        "comm_id": comm_id,
        "data": {"method": "custom", "content": {"event": "click"}},
    }
    client.shell_channel.send(client.session.msg("comm_msg", content))


def count(client, name):
    """Ask for a list's length until it no longer grows; clicks come after the cell."""
    found = -1
    for _ in range(50):
        before, found = found, int(run(client, f"result = len({name})"))
        if found == before and found >= 2:
            break
        time.sleep(0.1)
    return found


@pytest.mark.parametrize("busy", [NESTED, BLOCKING], ids=["nested loop", "studio"])
def test_two_clicks_during_a_busy_cell_are_not_lost(kernel, busy):
    """Buttons pressed while a loop is nested, or a studio waits, take effect."""
    comm_id = run(kernel, SETUP).strip("'")
    kernel.execute(busy)
    time.sleep(0.3)
    click(kernel, comm_id)
    click(kernel, comm_id)
    assert count(kernel, "clicks") == 2


@pytest.mark.parametrize("busy", [NESTED, BLOCKING], ids=["nested loop", "studio"])
def test_run_all_runs_every_cell(kernel, busy):
    """Cells queued behind a nested run, or a blocking call, all run, in order."""
    run(kernel, SETUP + "ran = []")
    kernel.execute(busy)
    for n in range(4):
        kernel.execute(f"ran.append({n})")
    assert count(kernel, "ran") == 4
    assert run(kernel, "result = ran") == "[0, 1, 2, 3]"
