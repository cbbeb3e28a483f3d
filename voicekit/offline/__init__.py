"""The built-in engine: eSpeak NG in a worker process, with no key and no network."""
