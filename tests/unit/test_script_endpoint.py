# ruff: noqa: E501
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from script_briefs import TEAPOT, ZH_AD, long_brief

from callsheet.errors import BriefError, ProviderError
from callsheet.film import Document
from callsheet.script import Brief, write
from callsheet.script.endpoint import EndpointWriter
from callsheet.script.endpoint_prompts import board_prompt
from callsheet.script.endpoint_schema import BoardAnswer, TreatmentsAnswer, schema_of
from callsheet.script.survival import heard

KEY = "sk-very-secret-123"
Reply = tuple[int, Any]


class Server:
    """A chat-completions server on this machine; `answer` decides each reply from the request body and the number of the call."""

    def __init__(self, answer: Callable[[dict[str, Any], int], Reply]) -> None:
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests.append(body)
                outer.headers.append(dict(self.headers))
                status, reply = answer(body, len(outer.requests))
                data = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[dict[str, Any], int], Reply]], Server]]:
    running: list[Server] = []

    def start(answer: Callable[[dict[str, Any], int], Reply]) -> Server:
        running.append(Server(answer))
        return running[-1]

    yield start
    for server in running:
        server.close()


def said(content: Any) -> Reply:
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return 200, {"choices": [{"message": {"role": "assistant", "content": text}}]}


TREATMENTS = {
    "treatments": [
        {
            "title": t,
            "angle": a,
            "structure": s,
            "tone": "warm",
            "pacing": p,
            "reasons": ["keeps tea hot for two hours"],
            "fit": f,
        }
        for t, a, s, p, f in (
            ("Steam", "Follow the steam.", "steam > hand > cup", "slow, because steam is slow", 0.8),
            ("Forgotten cup", "A cup waits all day.", "desk > cup > teapot", "steady", 0.6),
            ("By hand", "How it was cast.", "fire > iron > table", "quick cuts", 0.3),
        )
    ]
}


def beat(part: str, picture: str, say: str = "", show: str = "", sees: str = "product") -> dict[str, str]:
    return {"part": part, "picture": picture, "sees": sees, "say": say, "show": show}


BOARD = {
    "beats": [
        beat(
            "hook",
            "Steam rises from the spout of a cast-iron teapot by a kitchen window.",
            "Keeps tea hot for two hours.",
            "two hours",
            "detail",
        ),
        beat("meet", "The Kettlewick teapot on an oak table, morning light.", "", "Kettlewick"),
        beat(
            "demo",
            "A woman in a green sweater pours tea without looking.",
            "The handle stays cool, so a child can carry it.",
            "",
            "person",
        ),
        beat(
            "proof",
            "Molten iron runs into a sand mould in a dark workshop.",
            "Hand-cast in Sheffield by Marta Voss since 1987.",
            "since 1987",
            "place",
        ),
        beat(
            "call", "The teapot alone on the table at dusk.", "Order yours at kettlewick.com today.", "kettlewick.com"
        ),
    ]
}


def writer(server: Server, **wishes: Any) -> EndpointWriter:
    return EndpointWriter(server.url, "small", KEY, timeout=5, **wishes)


def by_schema(body: dict[str, Any]) -> str:
    return str(body["response_format"]["json_schema"]["name"])


def good(body: dict[str, Any], n: int) -> Reply:
    return said(TREATMENTS if by_schema(body) == "TreatmentsAnswer" else BOARD)


def test_a_good_answer_becomes_a_board(serve: Any) -> None:
    server = serve(good)
    draft = write(TEAPOT, writer=writer(server))
    production = draft.production
    assert Document.parse(Document.of(production).dump()).production == production
    assert sum(p.shot.duration for p in production.board()) == 480
    assert [t.title for t in production.treatments] == ["Steam", "Forgotten cup", "By hand"]
    assert production.source is not None
    assert (production.source.writer, production.source.treatment) == ("endpoint", "model-1")
    assert "Keeps tea hot for two hours." in heard(production)
    assert "Molten iron runs into a sand mould in a dark workshop." in [p.shot.action for p in production.board()]
    assert draft.rejected == ()
    assert not [f for f in draft.flags if "unquoted" in f]


def test_the_key_is_a_bearer_token_and_appears_nowhere_else(serve: Any) -> None:
    server = serve(lambda body, n: (500, f"boom {KEY}".encode()))
    with pytest.raises(ProviderError) as caught:
        writer(server).treatments(Brief.read(TEAPOT))
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert KEY not in json.dumps(server.requests)
    assert KEY not in str(caught.value)
    assert KEY not in repr(caught.value.__dict__)


def test_another_treatment_can_be_taken(serve: Any) -> None:
    draft = write(TEAPOT, writer=writer(serve(good)), treatment="model-3")
    assert draft.production.source is not None
    assert draft.production.source.treatment == "model-3"
    with pytest.raises(BriefError, match="no treatment"):
        write(TEAPOT, writer=writer(serve(good)), treatment="proof")


def test_broken_answers_are_sent_back_and_kept(serve: Any) -> None:
    answers = [said("I would love to help!"), said({"treatments": TREATMENTS["treatments"][:2]}), said(TREATMENTS),
               said({"beats": [beat("hook", "Tea"), beat("nonsense", "A cup on a table by a window."), beat("call", "A cup on a table.")]}),
               said("```json\n" + json.dumps(BOARD) + "\n```")]  # fmt: skip
    server = serve(lambda body, n: answers[n - 1])
    draft = write(TEAPOT, writer=writer(server))
    assert len(draft.rejected) == 3
    assert "treatments" in draft.rejected[1].reason
    assert "beats.1.part" in draft.rejected[2].reason
    repair = server.requests[2]["messages"]
    assert repair[-2]["role"] == "assistant"
    assert "cannot be used" in repair[-1]["content"]
    assert len(list(draft.production.board())) >= 5


def test_same_treatments_are_no_treatments(serve: Any) -> None:
    same = {"treatments": [TREATMENTS["treatments"][0]] * 3}
    server = serve(lambda body, n: said(same))
    with pytest.raises(ProviderError, match="the same"):
        writer(server, repairs=1).treatments(Brief.read(TEAPOT))
    assert len(server.requests) == 2


def test_a_model_without_three_ideas_works_from_the_offline_treatments(serve: Any) -> None:
    same = {"treatments": [TREATMENTS["treatments"][0]] * 3}
    server = serve(lambda body, n: said(same if by_schema(body) == "TreatmentsAnswer" else BOARD))
    draft = write(TEAPOT, writer=writer(server, repairs=3))
    assert {t.id for t in draft.production.treatments} == {"proof", "day", "type"}
    assert any("no three different treatments" in f for f in draft.flags)
    assert len(draft.rejected) == 4
    assert "Keeps tea hot for two hours." in heard(draft.production)
    warmth = [b["temperature"] for b in server.requests[:4]]
    assert warmth == sorted(warmth)
    assert warmth[0] < warmth[-1] <= 1
    # The last tries no longer show the model the answer it keeps repeating.
    assert [len(b["messages"]) for b in server.requests] == [2, 4, 4, 2, 2]


def test_shares_of_any_size_are_taken_as_shares(serve: Any) -> None:
    odd = json.loads(json.dumps(TREATMENTS))
    for row, fit in zip(odd["treatments"], (80, -3, 7.5), strict=True):
        row["fit"] = fit
    three = writer(serve(lambda body, n: said(odd))).treatments(Brief.read(TEAPOT))
    assert [(t.title, t.fit) for t in three] == [("Steam", 0.8), ("By hand", 0.075), ("Forgotten cup", 0.0)]


@pytest.mark.parametrize("status", [400, 422, 501])
def test_servers_that_refuse_a_schema_are_asked_more_simply(serve: Any, status: int) -> None:
    def answer(body: dict[str, Any], n: int) -> Reply:
        if body.get("response_format", {}).get("type") == "json_schema":
            return status, {"error": "response_format json_schema is not supported"}
        if body.get("response_format"):
            return status, {"error": "nor json_object"}
        assert "schema" in body["messages"][-1]["content"]
        return said("Sure! " + json.dumps(TREATMENTS if "reasons" in body["messages"][-1]["content"] else BOARD))

    server = serve(answer)
    draft = write(TEAPOT, writer=writer(server))
    assert draft.production.treatments[0].title == "Steam"
    kinds = [b.get("response_format", {}).get("type") for b in server.requests]
    assert kinds == ["json_schema", "json_object", None, None]


def test_invented_claims_are_flagged_and_never_spoken(serve: Any) -> None:
    lie = json.loads(json.dumps(BOARD))
    lie["beats"][2]["say"] = "Keeps tea hot for 12 hours, the best teapot in the world."
    lie["beats"][3]["show"] = "50% cheaper"
    server = serve(lambda body, n: said(TREATMENTS if by_schema(body) == "TreatmentsAnswer" else lie))
    draft = write(TEAPOT, writer=writer(server))
    text = " ".join(heard(draft.production))
    assert "12 hours" not in text
    assert "50%" not in text
    flags = " ".join(draft.flags)
    assert "unquoted claim removed from the voice-over: Keeps tea hot for 12 hours" in flags
    assert "unquoted claim removed from the screen: 50% cheaper" in flags
    assert draft.production.source is not None
    assert draft.production.source.flags == list(draft.flags)


def test_never_say_holds_for_models_too(serve: Any) -> None:
    text = "---\nnever say: [stays cool]\n---\n" + TEAPOT
    draft = write(text, writer=writer(serve(good)))
    assert "stays cool" not in " ".join(heard(draft.production))
    assert any(f.startswith("never-say removed") for f in draft.flags)


def test_a_forgotten_call_to_action_is_added(serve: Any) -> None:
    board = {"beats": BOARD["beats"][:4]}
    draft = write(
        TEAPOT,
        writer=writer(serve(lambda body, n: said(TREATMENTS if by_schema(body) == "TreatmentsAnswer" else board))),
    )
    assert "Order yours at kettlewick.com today." in heard(draft.production)


@pytest.mark.parametrize(
    ("reply", "words"),
    [((401, {}), "refuses the key"), ((429, {"error": "slow down"}), "HTTP 429"), ((200, b"<html>hello</html>"), "no chat completion"),
     ((200, {"choices": []}), "no chat completion"), (said(""), "no usable answer"), (said("{}"), "no usable answer")],
)  # fmt: skip
def test_dead_answers_are_provider_errors(serve: Any, reply: Reply, words: str) -> None:
    server = serve(lambda body, n: reply)
    with pytest.raises(ProviderError, match=words):
        write(TEAPOT, writer=writer(server, repairs=1))


def test_a_model_that_refuses_says_so(serve: Any) -> None:
    server = serve(lambda body, n: (200, {"choices": [{"message": {"content": None, "refusal": "I cannot do that"}}]}))
    with pytest.raises(BriefError, match="I cannot do that"):
        write(TEAPOT, writer=writer(server))


def test_nobody_there() -> None:
    with pytest.raises(ProviderError, match="cannot be reached"):
        EndpointWriter("http://127.0.0.1:9/v1", "m", KEY, timeout=2).treatments(Brief.read(TEAPOT))


def test_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CALLSHEET_WRITER_URL", "CALLSHEET_WRITER_MODEL", "CALLSHEET_WRITER_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ProviderError, match="no writer endpoint") as caught:
        write(TEAPOT, writer="endpoint")
    assert "CALLSHEET_WRITER_URL" in caught.value.remedy


def test_the_environment_names_the_endpoint(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(good)
    monkeypatch.setenv("CALLSHEET_WRITER_URL", server.url + "/chat/completions")
    monkeypatch.setenv("CALLSHEET_WRITER_MODEL", "tiny")
    monkeypatch.setenv("CALLSHEET_WRITER_KEY", KEY)
    assert write(TEAPOT, writer="endpoint").production.format == "product-ad"
    assert server.requests[0]["model"] == "tiny"


def test_chinese_briefs_work_too(serve: Any) -> None:
    board = {"beats": [beat("hook", "窗边厨房，一只手倾斜咖啡壶，水流很细。", "出水像山泉一样细。", "像山泉一样细", "hands"),
                       beat("meet", "山雾手冲咖啡壶立在木桌上，晨光。", "山雾是一款手冲咖啡壶", "山雾"), beat("offer", "木桌上的壶和两只杯子。", "首发价199元，包邮，两年质保。", "199元")]}  # fmt: skip
    draft = write(
        ZH_AD,
        writer=writer(serve(lambda body, n: said(TREATMENTS if by_schema(body) == "TreatmentsAnswer" else board))),
    )
    assert draft.production.language == "zh"
    assert "出水像山泉一样细。" in heard(draft.production)
    assert any("立即到天猫旗舰店" in line for line in heard(draft.production))


def test_long_briefs_are_sent_as_what_was_read_from_them() -> None:
    brief = Brief.read(long_brief(5000))
    offline = write(TEAPOT).production.treatments[0]
    prompt = board_prompt(brief, offline, Brief.read(TEAPOT).seconds or 20)  # type: ignore[arg-type]
    assert len(prompt) < 8000
    assert "$180" in prompt


def test_schemas_are_strict_and_flat() -> None:
    for kind in (TreatmentsAnswer, BoardAnswer):
        text = json.dumps(schema_of(kind))
        assert "$ref" not in text
        assert "$defs" not in text
        assert schema_of(kind)["additionalProperties"] is False
        assert schema_of(kind)["required"]
