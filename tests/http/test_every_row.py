"""Whether every numbered row of what the vendors offer has its test."""

import re
from pathlib import Path

ROWS = range(1, 47)


def test_every_row_has_a_test():
    """Rows 1 to 46, each in a test's name; none is skipped, none hides another."""
    folder = Path(__file__).parent
    texts = [path.read_text() for path in sorted(folder.glob("test_*_rows.py"))]
    names = [
        name
        for text in texts
        for name in re.findall(r"^def (test_\w+)", text, re.MULTILINE)
    ]
    numbers = {
        int(found[1])
        for name in names
        if (found := re.match(r"test_row_(\d\d)_", name))
    }
    assert numbers == set(ROWS)
    assert len(set(names)) == len(names)
    assert not any(re.search(r"skip|xfail", text) for text in texts)
