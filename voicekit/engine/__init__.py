"""Drives providers: the event loop, the fate of a request, waiting, joining."""
