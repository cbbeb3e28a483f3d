"""%load_ext voicekit and %%speak."""

import pytest
from IPython.core.error import UsageError
from IPython.testing.globalipapp import start_ipython

from voicekit.errors import InvalidSetting
from voicekit.magics import parse_line


@pytest.fixture(scope="module")
def shell():
    shell = start_ipython()
    shell.run_line_magic("load_ext", "voicekit")
    return shell


def test_a_cell_is_spoken_by_the_notebooks_own_studio(shell, studio):
    """%%speak uses the studio at hand, and returns the clip."""
    shell.user_ns["my_studio"] = studio
    clip = shell.run_cell_magic("speak", "offline:de rate=160", "Guten Tag.\n")
    del shell.user_ns["my_studio"]
    assert (clip.text, clip.voice) == ("Guten Tag.", "offline:de")
    assert clip.settings["rate"] == 160
    assert studio.tasks().index[0] == clip.job


def test_mistakes_are_usage_errors(shell, studio):
    """A wrong setting shows its message, not a traceback of ours."""
    shell.user_ns["my_studio"] = studio
    with pytest.raises(UsageError, match="between 80 and 450"):
        shell.run_cell_magic("speak", "offline:de rate=1", "Hallo")
    del shell.user_ns["my_studio"]


@pytest.mark.parametrize(
    ("line", "message"),
    [("", "Name a voice"), ("offline:de rate", "'rate' is no setting"), ("v =1", "=1")],
)
def test_a_line_that_says_nothing_useful_is_refused(line, message):
    """The message shows how it is written."""
    with pytest.raises(InvalidSetting, match=message):
        parse_line(line)


def test_values_have_their_types():
    """Whole numbers, fractions, truth and text; quotes hold spaces together."""
    assert parse_line('v a=1 b=0.5 c=True d="x y" e=-3')[1] == {
        "a": 1,
        "b": 0.5,
        "c": True,
        "d": "x y",
        "e": -3,
    }
