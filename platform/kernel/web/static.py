"""What is served below /static/: uploaded files, and nothing else that lies in their folder or above it.

Whoever knows a name may see the file; nobody guesses one. A browser shows it as an image and as nothing else. What stands
under a name never changes, so it is kept for good; by the browser alone, as it may be a face.
"""

from starlette._utils import get_route_path
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from kernel.uploads import NAME, folder

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": "inline",
    "Accept-Ranges": "none",
}
_CACHED = "private, max-age=31536000, immutable"
_MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}  # not what the machine's own list says


class UploadedFiles(StaticFiles):
    """The files of VAR_DIR/uploads, under the names that `kernel.uploads` makes."""

    def __init__(self) -> None:
        super().__init__(directory=folder(), check_dir=False)

    async def check_config(self) -> None:
        """Nothing: the first upload makes the folder."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A part of an image is of no use, and what Starlette says of a malformed range is no envelope.
        whole = [header for header in scope["headers"] if header[0] != b"range"]
        await super().__call__({**scope, "headers": whole}, receive, send)

    def get_path(self, scope: Scope) -> str:
        return get_route_path(scope).removeprefix("/")

    async def get_response(self, path: str, scope: Scope) -> Response:
        if not NAME.fullmatch(path):
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        response.headers.update(_HEADERS)
        response.headers["Cache-Control"] = _CACHED
        if response.status_code == 200:
            response.headers["Content-Type"] = _MEDIA_TYPES[path.rpartition(".")[2]]
        return response
