"""The built book on a local web server that compresses and allows caching, as the server of a published site does."""

import contextlib
import functools
import gzip
import http.server
import shutil
import threading
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]
SITE = ROOT / "build" / "html"
# Of the same engine the shell without windows asks a tenth less of the processor, and of a machine fewer packages.
CHROMIUM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))), None)
URLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"].get("urls", {})
# Where the site begins on its server: a published book is often a folder of one, and its page 404 counts on that.
BASE = urlsplit(URLS.get("Documentation", "")).path.rstrip("/") + "/"
COMPRESSED = {".css", ".html", ".ipynb", ".js", ".json", ".md", ".svg", ".txt", ".xml"}


@functools.cache
def packed(path):
    """A file's bytes as they are sent; fonts and pictures are compressed already."""
    return gzip.compress(path.read_bytes(), 6, mtime=0) if path.suffix in COMPRESSED else path.read_bytes()


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, *args, base, **options):
        self.base = base
        super().__init__(*args, **options)

    def translate_path(self, path):
        inside = path.startswith(self.base)
        return super().translate_path(path.removeprefix(self.base) if inside else "not of this book")

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        status = 200 if path.is_file() else 404
        if status == 404:  # from any depth the same page, as GitHub Pages does it
            path = Path(self.directory, "404.html")
        body = packed(path)
        self.send_response(status)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        if path.suffix in COMPRESSED:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # a reader who has left in the meantime
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served(site=SITE, base=BASE):
    """The address of the book while the block runs."""
    packed.cache_clear()
    handler = functools.partial(Handler, base=base, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{base}"
        finally:
            server.shutdown()


def weight(site, address, urls):
    """How many bytes the server sends for these requests."""
    paths = {url.removeprefix(address).partition("?")[0].partition("#")[0] or "index.html" for url in urls}
    return sum(len(packed(Path(site, path))) for path in paths)
