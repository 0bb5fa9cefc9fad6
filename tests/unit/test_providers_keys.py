"""Keys: where they come from, and that nothing ever shows one: errors, answers that repeat it, the ledger, logs, or what is printed."""

import asyncio
import copy
import json
import logging
import os
import pickle
import random
import subprocess
import sys
import traceback
from collections.abc import Callable, Coroutine, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import keyring
import keyring.backend
import keyring.backends.fail
import keyring.errors
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from callsheet.catalog import load
from callsheet.errors import InputError, MissingPartError, NotFoundError
from callsheet.film import Money
from callsheet.film.price import Price
from callsheet.floor.crew import Crew
from callsheet.floor.engine import PlainEngine
from callsheet.floor.floor import Floor
from callsheet.floor.order import BuyOrder, Route
from callsheet.providers.families import KEYS, MODULES
from callsheet.providers.families.aggregator import WaveSpeed
from callsheet.providers.families.ltx import Ltx
from callsheet.providers.family import Call
from callsheet.providers.hosted import Create, Refused
from callsheet.providers.keys import Key, forget, key_for, redacted, store, where
from callsheet.providers.wire import Lost, Unanswered, Unsent, Wire
from callsheet.store import ProductionStore
from callsheet.testing.stage import Stage, offers_of

SECRET = "sk-live-0123456789abcdefghij"
NAMES = ("LTX_API_KEY", "LTXV_API_KEY")
FAST = "ltx-2-fast@ltx"


class Ring(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise keyring.errors.PasswordDeleteError("not found")
        del self.kept[service, username]


class Locked(Ring):
    """One that nobody has opened."""

    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.KeyringLocked(f"locked {SECRET}")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise keyring.errors.KeyringLocked(f"could not keep {password}")


class Hasty(random.Random):
    """Waits for nothing."""

    def random(self) -> float:
        return -1.0


@pytest.fixture(autouse=True)
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ring]:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    before, kept = keyring.get_keyring(), Ring()
    keyring.set_keyring(kept)
    yield kept
    keyring.set_keyring(before)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


# Where keys come from


def test_the_environment_comes_first(monkeypatch: pytest.MonkeyPatch, ring: Ring) -> None:
    assert key_for(NAMES, "ltx") is None
    store("ltx", "from-the-ring")
    assert ring.kept == {("callsheet", "ltx"): "from-the-ring"}
    assert key_for(NAMES, "ltx") == Key("from-the-ring")
    monkeypatch.setenv(NAMES[1], f" {SECRET}\n")
    assert key_for(NAMES, "ltx") == Key(SECRET)
    monkeypatch.setenv(NAMES[0], "the-first")
    assert key_for(NAMES, "ltx") == Key("the-first")
    monkeypatch.setenv(NAMES[0], "  ")
    assert key_for(NAMES, "ltx") == Key(SECRET)


def test_where_a_key_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    assert where("ltx") is None
    store("ltx", SECRET)
    assert where("ltx") == "keyring"
    monkeypatch.setenv(NAMES[1], "x")
    assert where("ltx") == "environment"
    monkeypatch.delenv(NAMES[1])
    assert forget("ltx") is True
    assert forget("ltx") is False
    assert where("ltx") is None
    with pytest.raises(NotFoundError):
        where("nowhere")


def test_without_a_keyring_there_is_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    def both() -> None:
        assert key_for(NAMES, "ltx") is None
        for act in (lambda: store("ltx", SECRET), lambda: forget("ltx")):
            with pytest.raises(MissingPartError) as missing:
                act()
            assert SECRET not in "".join(traceback.format_exception(missing.value))

    keyring.set_keyring(keyring.backends.fail.Keyring())
    both()
    keyring.set_keyring(Locked())
    assert key_for(NAMES, "ltx") is None
    with pytest.raises(MissingPartError) as missing:
        store("ltx", SECRET)
    assert SECRET not in "".join(traceback.format_exception(missing.value))
    monkeypatch.setitem(sys.modules, "keyring", None)
    both()


@pytest.mark.parametrize("wrong", ["sk-live\nx-evil: 1", "sk live", "schlüssel-geheim", "tab\tbed", "nul\0l"])
def test_what_no_header_could_carry_is_said_without_showing_it(
    wrong: str, monkeypatch: pytest.MonkeyPatch, ring: Ring
) -> None:
    ring.kept["callsheet", "ltx"] = wrong
    with pytest.raises(InputError) as told:
        key_for(NAMES, "ltx")
    assert "keyring" in str(told.value)
    if "\0" not in wrong:
        monkeypatch.setenv(NAMES[0], wrong)
        with pytest.raises(InputError, match=NAMES[0]) as told:
            key_for(NAMES, "ltx")
    assert wrong not in "".join(traceback.format_exception(told.value))
    with pytest.raises(InputError):
        store("ltx", wrong)


# What shows a key


def test_a_key_shows_itself_only_when_asked() -> None:
    key = Key(SECRET)
    assert key.reveal() == SECRET
    for shown in (repr(key), str(key), f"{key}", f"{key!r:>40}", f"{[key]} { ({'key': key}) }", "%s" % key):  # noqa: UP031
        assert "sk-" not in shown
        assert "0123" not in shown
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError):
            pickle.dumps(key, protocol)
    with pytest.raises(TypeError):
        json.dumps(key)
    with pytest.raises(TypeError):
        vars(key)
    with pytest.raises(TypeError):
        key.__getstate__()
    assert copy.copy(key) is copy.deepcopy(key) is key
    assert key == Key(SECRET) != Key("another")
    assert (key == SECRET, len({key, Key(SECRET)})) == (False, 1)


@settings(max_examples=40, deadline=None)
@given(
    st.text(max_size=40),
    st.from_regex(r"[A-Za-z0-9_/+=-]{8,40}(:[A-Za-z0-9_/+=-]{8,40})?", fullmatch=True),
    st.text(max_size=40),
)
@example("", "AAAAAAAA", "AAAAAAAAAAAAAAA")
@example("Bearer ", "access-0001:secret-0002", "")
def test_no_text_keeps_a_key(before: str, secret: str, after: str) -> None:
    for part in (secret, *secret.split(":")):
        assert part not in redacted(before + part + after, [Key(secret)])
        assert part[:-1] not in redacted(f"{before} {part[:-1]}", [secret])


def test_what_is_no_key_stays() -> None:
    assert redacted("the key is not known", [Key(SECRET)]) == "the key is not known"
    assert redacted("anything", [Key(""), "", "abc"]) == "anything"
    assert redacted(f"wrong: {SECRET}!", [SECRET]) == "wrong: [key]!"
    assert redacted("at /?k=a%2Fbcdefgh%3D1", ["a/bcdefgh=1"]) == "at /?k=[key]"


# Providers that repeat it


class Echo(httpx.AsyncBaseTransport):
    """Answers every request with `status` and the whole of what it was sent."""

    def __init__(self, *answers: Callable[[httpx.Request], httpx.Response]) -> None:
        self.answers = list(answers)
        self.seen: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        return (self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])(request)


def says(status: int, body: Callable[[str], Any]) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(status, json=body(f"no such key: {request.headers['authorization']}, really"))


def error(kind: str) -> Callable[[str], Any]:
    return lambda said: {"type": "error", "error": {"type": kind, "message": said}}


def shown(found: BaseException) -> str:
    """All that could be printed or stored of an error."""
    return "".join(traceback.format_exception(found)) + repr(vars(found)) + repr(found.args) + repr(found)


@pytest.mark.parametrize(
    ("status", "kind", "raised"),
    [(401, "authentication_error", Refused), (400, "invalid_request_error", Refused), (500, "api_error", Lost)],
)
def test_an_answer_that_repeats_the_key(tmp_path: Path, status: int, kind: str, raised: type[Exception]) -> None:
    async def main() -> None:
        seller = Ltx("ltx", offers_of("ltx"), SECRET)
        wire = Wire(Echo(says(status, error(kind))), luck=Hasty(), trusted=[seller.url])
        create = Create("a", Stage(seller, None, wire, "").recipe(FAST), folder=tmp_path)  # type: ignore[arg-type]
        with pytest.raises(raised, match=r"no such key: Bearer \[key\], really") as told:
            await seller.submit(wire, create)
        assert SECRET not in shown(told.value)
        assert SECRET not in repr(seller)
        await wire.close()

    run(main())


def test_a_job_whose_reason_repeats_the_key(tmp_path: Path) -> None:
    async def main() -> None:
        seller = WaveSpeed("wavespeed", offers_of("wavespeed"), SECRET)
        failed = says(200, lambda said: {"code": 200, "data": {"status": "failed", "error": said}})
        gone = says(404, lambda said: {"message": said})
        wire = Wire(Echo(failed, gone), luck=Hasty(), trusted=[seller.url])
        for state in ("failed", "unknown"):
            job = (await seller.poll(wire, ["j"]))["j"]
            assert (job.state, job.reason) == (state, "no such key: Bearer [key], really")
        await wire.close()

    run(main())


def test_a_key_goes_to_its_own_provider_only(tmp_path: Path) -> None:
    """Whatever address an answer names."""

    class Sent(WaveSpeed):
        """Asks where it was told to."""

        def asking(self, job: str) -> Call:
            return Call("GET", job, headers={"x-job": "1"})

    async def main() -> None:
        async def resolve(host: str, port: int) -> Sequence[str]:
            return ["93.184.216.34"]

        net = Echo(lambda _: httpx.Response(200, json={"code": 200}))
        seller = Sent("wavespeed", offers_of("wavespeed"), SECRET)
        wire = Wire(net, luck=Hasty(), trusted=[seller.url], resolve=resolve)
        own = ["/x", "https://api.wavespeed.ai/x", "https://api.wavespeed.ai:443/x"]
        other = [
            "https://api.wavespeed.ai.example.com/x", "https://wavespeed.ai/x", "https://evil.example.com/api.wavespeed.ai",
        ]  # fmt: skip
        await seller.poll(wire, [*own, *other])
        assert [SECRET in str(sent.headers.raw) for sent in net.seen] == [True] * 3 + [False] * 3
        assert all(sent.headers["x-job"] == "1" for sent in net.seen)
        for wrong in ("http://api.wavespeed.ai/x", "https://api.wavespeed.ai@evil.example.com/x", "https://"):
            with pytest.raises(Unanswered):
                await seller.poll(wire, [wrong])
        assert len(net.seen) == 6
        await wire.close()

    run(main())


def test_a_pre_signed_upload_gets_no_key(tmp_path: Path) -> None:
    async def main() -> None:
        async def resolve(host: str, port: int) -> Sequence[str]:
            return {"up.example.com": ["93.184.216.34"]}.get(host, ["10.0.0.1"])

        there = {"storage_uri": "ltx://uploads/1", "required_headers": {"x-size": "1"}}
        seller = Ltx("ltx", offers_of("ltx"), SECRET)
        path = tmp_path / "still"
        path.write_bytes(b"\x89PNG" + bytes(5_300_000))
        net = Echo(
            lambda _: httpx.Response(200, json={**there, "upload_url": "https://up.example.com/1?sig=2"}),
            lambda _: httpx.Response(200),
            lambda _: httpx.Response(200, json={**there, "upload_url": "https://inside.example.com/1"}),
        )
        wire = Wire(net, luck=Hasty(), trusted=[seller.url], resolve=resolve)
        one: Any = None
        assert await seller.place(wire, one, path) == "ltx://uploads/1"
        asked, put = net.seen
        assert SECRET in str(asked.headers.raw)
        assert (put.method, put.headers["x-size"], put.headers["host"]) == ("PUT", "1", "up.example.com")
        assert SECRET not in str(put.headers.raw)
        with pytest.raises(Unanswered, match="not on the open internet"):
            await seller.place(wire, one, path)
        await wire.close()

    run(main())


# The ledger, logs, what is printed


def test_neither_the_ledger_nor_a_log_nor_a_file_has_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    seller = Ltx("ltx", offers_of("ltx"), SECRET)
    recipe = Stage(seller, None, None, "").recipe(FAST)  # type: ignore[arg-type]
    price = Price.exact(Money(240_000, "USD"), "test", load().offer(FAST).verified_on)
    wanted = BuyOrder("SH010", "Ada", [Route("ltx", recipe, price)])
    net = Echo(says(402, error("insufficient_funds_error")))

    (tmp_path / "film").mkdir()

    async def main() -> Any:
        with ProductionStore.open(tmp_path / "film") as store:
            async with Floor(store, jobs=1, engine=PlainEngine(), crew=Crew([seller], net)) as floor:
                return await floor.buy([wanted])

    (bought,) = run(main())
    assert "funds" in str(bought)
    assert "[key]" in str(bought)
    assert SECRET not in str(bought)
    assert SECRET in str(net.seen[0].headers.raw)
    assert SECRET not in caplog.text
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    kept = b"".join(path.read_bytes() for path in files)
    assert b"[key]" in kept
    assert SECRET.encode() not in kept


@pytest.mark.parametrize("verb", [["doctor"], ["models", "--json"], ["nonsense"]])
def test_no_verb_prints_a_key_that_is_in_its_environment(verb: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "callsheet", *verb],
        env={**os.environ, NAMES[0]: SECRET, "FAL_KEY": SECRET, "KLING_API_KEY": f"{SECRET}:{SECRET}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout or done.stderr
    assert SECRET not in done.stdout + done.stderr


def test_nothing_is_sent_for_a_create_that_cannot_be_placed(tmp_path: Path) -> None:
    seller = Ltx("ltx", offers_of("ltx"), SECRET)
    wire = Wire(Echo(says(200, error("x"))), trusted=[seller.url])
    with pytest.raises(Unsent):
        run(seller.submit(wire, Create("a", Stage(seller, None, wire, "").recipe(FAST))))  # type: ignore[arg-type]


def test_every_dialect_has_its_line_among_the_keys() -> None:
    found = {
        protocol: set(import_module(f"callsheet.providers.families.{m}").FAMILIES) for protocol, m in MODULES.items()
    }
    assert {protocol: set(dialects) for protocol, dialects in KEYS.items()} == found


def test_no_adapter_is_read_where_nobody_sells(tmp_path: Path) -> None:
    code = "import sys; from callsheet.providers.installed import installed; assert len(installed()) == 1;"
    code += "print([m for m in sys.modules if m.startswith(('callsheet.providers.families', 'callsheet.catalog.data', 'httpx'))])"
    named = {name for dialects in KEYS.values() for names in dialects.values() for name in names}
    environ = {k: v for k, v in os.environ.items() if k not in named and not k.startswith("CALLSHEET_URL_")}
    environ |= {"HOME": str(tmp_path), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['callsheet.providers.families']"
