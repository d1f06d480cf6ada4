"""One transaction for each use case that writes, the events it tells after the commit, and work in the background."""
