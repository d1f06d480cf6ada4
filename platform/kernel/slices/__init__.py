"""Use cases: how a file declares one, how FastAPI serves it, how a request finds it, how discovery finds the file."""
