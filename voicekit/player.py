"""A player with its sound inside the notebook, which plays trusted or not."""

from __future__ import annotations

from IPython.display import Audio

from voicekit.clip import audio_element

__all__ = ["Player"]


class Player(Audio):
    """An `IPython.display.Audio` that names the true media type.

    IPython labels the bytes of an MP3 as WAV, and writes a ``<source>`` whose address
    JupyterLab strips in an untrusted notebook.

    Parameters
    ----------
    audio : bytes
        A whole file, as a browser plays it.
    media_type : str
        Such as ``audio/mpeg``.
    """

    def __init__(self, audio: bytes, media_type: str) -> None:
        super().__init__(data=audio, rate=None, normalize=False, autoplay=False)
        self.mimetype: str = media_type

    def _repr_html_(self) -> str:
        return audio_element(self.data, self.mimetype)
