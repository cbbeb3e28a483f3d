"""What stands below a panel: each part travels alone."""

import pytest

from voicekit.panels import sheet as module
from voicekit.panels.sheet import Sheet


@pytest.fixture
def sent(monkeypatch):
    """What goes to the browser: by the name of its place, in its order."""
    messages = []

    def note(shown, *, raw, display_id):
        assert raw
        assert shown["text/plain"] == ""
        messages.append((display_id, shown["text/html"]))

    monkeypatch.setattr(module, "display", note)
    monkeypatch.setattr(module, "update_display", note)
    return messages


def test_a_change_sends_its_own_part(sent):
    """The sound of the others stays where it is; what is the same is not sent."""
    sheet = Sheet(["takes", "grid"])
    sheet.put("takes", "one take")
    assert sent == []
    sheet.show()
    (takes, first), (grid, second) = sent
    assert "one take" in first
    assert second == ""
    sheet.put("grid", "a table")
    sheet.put("grid", "a table")
    sheet.put("takes", "two takes")
    assert [name for name, _ in sent[2:]] == [grid, takes]
    assert "take" not in sent[2][1].replace("voicekit-takes", "")
    assert sheet.html.index("two takes") < sheet.html.index("a table")


def test_a_sheet_takes_over_what_stands_on_another(sent):
    """A panel that stands with others gives its parts to the common sheet."""
    own, common = Sheet(["grid"]), Sheet(["takes", "grid"])
    own.put("grid", "a table")
    common.show()
    common.take_over(own)
    assert [markup for _, markup in sent[2:]] == [common.html]
