"""What narrows the list of a voice picker: words, facets with counts, an order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import anywidget
import traitlets

from voicekit.panels.catalogue import SORTS
from voicekit.panels.source import script, style

__all__ = ["VoiceFilter"]


class VoiceFilter(anywidget.AnyWidget):
    """A search box, and a list for each facet that tells the voices apart.

    Each key is a change of `search`. The browser sends the next one once the kernel is
    done with the last, and leaves out those in between.
    """

    _esm = script("voice_filter")
    _css = style("voice_filter")

    search: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    """Words, facets, sort and favourites, as `VoiceSearch.read` takes them."""
    facets: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    """The values of each facet, each with its count."""
    sorts = traitlets.List([*SORTS]).tag(sync=True)

    def ask(self, **changes: object) -> None:
        """Change a part of the search: ``ask(words="calm", sort="name")``."""
        self.search = {**self.search, **changes}

    def show(self, counts: Mapping[str, list[tuple[str, int]]]) -> None:
        """Offer these values."""
        self.facets = {name: [*map(list, pairs)] for name, pairs in counts.items()}
