"""Plan a listening test and analyse its answers."""
