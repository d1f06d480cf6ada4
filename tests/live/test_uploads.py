"""A picture, uploaded to a real server and fetched from it."""

from pathlib import Path

import httpx

from tests.live.client import LiveCaller
from tests.live.server import Server, until
from tests.uploads import decoded, image


def test_a_picture(server: Server, migrated: dict[str, str]) -> None:
    folder = Path(migrated["VAR_DIR"]) / "uploads"
    token = LiveCaller(server, "wangwei")._http.headers["Authorization"]
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as http:

        def upload(content: bytes) -> httpx.Response:
            files = {"file": ("me.png", content, "text/html")}
            return http.post("/api/v1/business/hr/my/avatar", files=files, headers={"Authorization": token})

        urls = [upload(image("JPEG", (600, 300))).json()["data"]["avatarUrl"] for _ in range(2)]
        answer = http.get(urls[1])
        assert (answer.status_code, decoded(answer.content).size) == (200, (600, 300))
        # The former one goes after the answer.
        until(
            lambda: [file.name for file in folder.iterdir()] == [urls[1].removeprefix("/static/")], server.log, server
        )
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-length"] == str(len(answer.content))
        assert http.get(urls[1], headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
        head = http.head(urls[1])
        assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(answer.content)))
        assert http.get(urls[0]).status_code == 404
        assert http.delete(urls[1]).status_code == 405

        for content, code in (
            (image(size=(4097, 4096), mode="L", color=0), "1200"),  # Pillow by itself would only warn
            (image().ljust(2 * 1024 * 1024 + 1), "1003"),
            (b"<svg/>", "1200"),
        ):
            assert upload(content).json()["code"] == code
        assert len(list(folder.iterdir())) == 1
        assert "Warning" not in server.log()
