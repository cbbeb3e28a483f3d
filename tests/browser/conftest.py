"""JupyterLab and a browser, started once for all tests of this folder."""

import chromium
import pytest
from jupyterlab_process import running_server
from lab import Lab


@pytest.fixture(scope="session")
def browser(request):
    """One Chromium; without any, the tests are NOT RUN, which fails in CI."""
    path = chromium.find()
    if path is None:
        _say_not_run()
    # Here, because it costs 0.3 s of every other test run.
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415

    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=path, headless=True, args=[*chromium.FLAGS]
        )
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def lab_server(browser, tmp_path_factory):
    """One JupyterLab with folders of its own."""
    with running_server(tmp_path_factory.mktemp("lab")) as server:
        yield server


@pytest.fixture(scope="session")
def lab(browser, lab_server):
    """One page with JupyterLab in it; each module opens its own notebook there."""
    context = browser.new_context()
    lab = Lab(context.new_page(), lab_server)
    yield lab
    lab.end_kernel()
    context.close()
    assert not lab.strays, "the page asked another machine"


def _say_not_run():
    message = f"NOT RUN: {chromium.HOW_TO_INSTALL}"
    if chromium.must_run():
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def pytest_terminal_summary(terminalreporter):
    """Say aloud what was not run: a skipped test has shown nothing."""
    skipped = [
        report
        for report in terminalreporter.stats.get("skipped", ())
        if "NOT RUN:" in str(report.longrepr)
    ]
    if skipped:
        counted = (
            "1 browser test was"
            if len(skipped) == 1
            else (f"{len(skipped)} browser tests were")
        )
        terminalreporter.section("NOT RUN")
        terminalreporter.line(f"{counted} NOT RUN: {chromium.HOW_TO_INSTALL}")
