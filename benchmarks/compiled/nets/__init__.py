"""A training epoch of dense networks, by clearprop and by each peer in its best form."""
