"""Where a report is written."""

from voicekit.report_file import write_report


def test_a_report_is_written_to_a_file_or_into_a_folder(tmp_path):
    """A folder is no name: the report in it has one of its own."""
    named = write_report(tmp_path / "mine.html", "<p>é</p>")
    in_folder = write_report(str(tmp_path), "<p>é</p>")
    assert [named.name, in_folder.name] == ["mine.html", "report.html"]
    assert named.read_bytes() == in_folder.read_bytes() == "<p>é</p>".encode()
