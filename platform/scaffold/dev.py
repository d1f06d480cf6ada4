"""Serve, and start again at every save. Run it as `just dev`.

It imports nothing of the project, so whatever is broken in there ends the server only, and the next save starts it again.
"""

import os
import signal
import subprocess
import sys
from threading import Event

from watchfiles import PythonFilter, watch

SERVE = [sys.executable, "-m", "kernel", "serve", "--migrate"]
WATCHED = ["features", "platform", "migrations"]
LOOK_MILLISECONDS = 500
STOP_SECONDS = 5


def main() -> int:
    """Run until SIGINT, SIGTERM or SIGHUP. Returns the exit code."""
    stop = Event()
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, lambda *_: stop.set())
    server = _start()
    try:
        waiting = False
        changes = watch(
            *WATCHED,
            watch_filter=PythonFilter(),
            stop_event=stop,
            yield_on_timeout=True,
            rust_timeout=LOOK_MILLISECONDS,
        )
        for saved in changes:
            if saved:
                _say(f"{', '.join(sorted({os.path.relpath(path) for _, path in saved}))} saved; starting again")
                _stop(server)
                server, waiting = _start(), False
            elif server.poll() is not None and not waiting:
                _say("the server has ended, for the reason above; it starts again at the next save")
                waiting = True
    finally:
        _stop(server)
    return 0


def _start() -> subprocess.Popen[bytes]:
    # In a group of its own: Ctrl-C in the terminal stops this program, and this program stops the server, once.
    return subprocess.Popen(SERVE, start_new_session=True)  # noqa: S603  our own command


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:  # a request that takes its time
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _say(text: str) -> None:
    sys.stderr.write(f"dev: {text}\n")


if __name__ == "__main__":
    sys.exit(main())
