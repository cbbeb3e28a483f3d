"""Sound as bytes and samples: containers, decoding, encoding, measures."""
