"""Addresses that answers name: which are gone to, by which way, with which headers; and what of it is kept."""

import asyncio
import contextlib
import datetime
import logging
import random
import ssl
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from callsheet.floor.crew import Crew
from callsheet.providers import safety
from callsheet.providers.safety import Unsafe, origin, origins, proxied, public, shaped
from callsheet.providers.wire import Damaged, Expired, Lost, Unanswered, Unsent, Wire
from callsheet.rehearsal.provider import providers
from callsheet.rehearsal.skins import SKINS

OUT = "93.184.216.34"
OUT6 = "2606:2800:220:1:248:1893:25c8:1946"
KEY = {"authorization": "Bearer sk-a-secret-key"}
CLIP = b"clip" * 100


class Hasty(random.Random):
    """Waits for nothing."""

    def random(self) -> float:
        return -1.0


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


class Net(httpx.AsyncBaseTransport):
    """A network in memory. `answers` maps the address that is meant, by its Host header, to what is answered."""

    def __init__(self, answers: Mapping[str, Callable[[httpx.Request], httpx.Response]]) -> None:
        self.answers = answers
        self.seen: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        at = f"{request.url.scheme}://{request.headers['host']}{request.url.path}"
        if at not in self.answers:
            raise httpx.ConnectError("nobody is there", request=request)
        answer = self.answers[at](request)
        if not answer.is_stream_consumed:
            return answer
        return httpx.Response(answer.status_code, headers=answer.headers, stream=Body(answer.content))


class Body(httpx.AsyncByteStream):
    """A body that is still to come."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    async def __aiter__(self) -> Any:
        yield self.content


def clip(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=CLIP)


def to(address: str, status: int = 302) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(status, headers={"location": address})


def names(hosts: Mapping[str, Sequence[str]], asked: list[str] | None = None) -> safety.Resolve:
    async def resolve(host: str, port: int) -> Sequence[str]:
        if asked is not None:
            asked.append(host)
        if host not in hosts:
            raise OSError("no such host")
        return hosts[host]

    return resolve


def wire(
    net: httpx.AsyncBaseTransport | None = None,
    hosts: Mapping[str, Sequence[str]] | None = None,
    trusted: Iterable[str] | None = (),
    **more: Any,
) -> Wire:
    return Wire(net, luck=Hasty(), trusted=trusted, resolve=names(hosts or {}, more.pop("asked", None)), **more)


# Which addresses are public


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "127.0.0.1", "127.8.8.8", "169.254.169.254", "100.64.0.1",
        "100.127.255.255", "0.0.0.0", "0.1.2.3", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
        "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.88.99.1",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "ff0e::1", "2001:db8::1", "100::1",
        "::ffff:10.0.0.1", "::ffff:93.184.216.34", "::127.0.0.1", "2002:0a00:0001::1", "2002:5db8:d822::1", "2001:0:4136:e378::1",
        "64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b:1::93.184.216.34", "5f00::1", "4000::1",
        "", "localhost", "93.184.216.34 ", "0x7f000001", "2130706433", "127.1",
    ],
)  # fmt: skip
def test_what_is_not_on_the_open_internet(address: str) -> None:
    assert not public(address)


@pytest.mark.parametrize("address", [OUT, OUT6, "1.1.1.1", "64:ff9b::93.184.216.34", "172.32.0.1", "100.128.0.1"])
def test_what_is(address: str) -> None:
    assert public(address)


@given(st.ip_addresses(v=6, network="::ffff:0:0/96") | st.ip_addresses(v=6, network="2002::/16"))
def test_no_address_inside_another_is_public(address: Any) -> None:
    assert not public(str(address))


@given(st.ip_addresses(v=4))
def test_an_address_behind_nat64_is_as_public_as_itself(address: Any) -> None:
    assert public(f"64:ff9b::{address}") is public(str(address))


# Which forms of address are gone to


@pytest.mark.parametrize(
    "url",
    [
        "http://cdn.example.com/x", "ftp://cdn.example.com/x", "file:///etc/passwd", "https://u:p@cdn.example.com/x",
        "https://u@cdn.example.com/x", "https://cdn.example.com:8443/x", "https://cdn.example.com:80/x", "https://127.0.0.1/x",
        "https://[::1]/x", "https://[::ffff:10.0.0.1]/x", "https://169.254.169.254/latest/meta-data", "//cdn.example.com/x",
        "/files/x", "", "data:video/mp4;base64,AA", "https://", "https:///x", "https://exa mple.com/\x00", "https://[::1",
    ],
)  # fmt: skip
def test_forms_that_are_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(Unsafe):
        shaped(url)

    async def main() -> None:
        net = Net({})
        over = wire(net, {"cdn.example.com": [OUT]})
        with pytest.raises(Unanswered):
            await over.download(url, tmp_path / "clip")
        with pytest.raises(Unanswered):
            await over.ask("GET", url, headers=KEY)
        with pytest.raises(Unsent):
            await over.create("POST", url, headers=KEY)
        assert net.seen == []
        await over.close()

    run(main())


@pytest.mark.parametrize(
    "found",
    [["10.0.0.1"], [OUT, "10.0.0.1"], [OUT, "::1"], ["169.254.169.254", OUT], ["::ffff:93.184.216.34"]],
)
def test_one_address_that_is_not_public_is_one_too_many(found: list[str], tmp_path: Path) -> None:
    async def main() -> None:
        net = Net({"https://cdn.example.com/x": clip})
        over = wire(net, {"cdn.example.com": found})
        with pytest.raises(Unanswered, match=r"cdn\.example\.com is not on the open internet"):
            await over.download("https://cdn.example.com/x?token=abc", tmp_path / "clip")
        assert net.seen == []
        await over.close()

    run(main())


def test_what_the_system_resolves_to_this_machine_is_refused(tmp_path: Path) -> None:
    """With the system's own resolver, in the spellings that only it understands."""

    async def main() -> None:
        over = Wire(luck=Hasty(), trusted=())
        for host in ("localhost", "127.1", "2130706433", "0x7f.1", "0"):
            with pytest.raises(Unanswered, match="not on the open internet"):
                await over.download(f"https://{host}/x", tmp_path / "clip")
        await over.close()

    run(main())


# By which way


def test_the_connection_goes_to_the_address_that_was_looked_at(tmp_path: Path) -> None:
    """The name is asked for once; what it says afterwards does not matter."""

    async def main() -> None:
        net, asked = Net({"https://cdn.example.com/x": clip}), []
        answers = iter([[OUT], ["127.0.0.1"], ["127.0.0.1"]])

        async def rebinding(host: str, port: int) -> Sequence[str]:
            asked.append((host, port))
            return next(answers)

        over = Wire(net, luck=Hasty(), trusted=(), resolve=rebinding)
        done = await over.download("https://cdn.example.com/x?sig=1", tmp_path / "clip")
        assert done.bytes == len(CLIP)
        assert asked == [("cdn.example.com", 443)]
        (sent,) = net.seen
        assert (sent.url.host, sent.url.scheme, sent.url.query) == (OUT, "https", b"sig=1")
        assert sent.headers["host"] == "cdn.example.com"
        assert sent.extensions["sni_hostname"] == "cdn.example.com"
        await over.close()

    run(main())


def test_another_address_is_tried_when_one_does_not_answer(tmp_path: Path) -> None:
    async def main() -> None:
        seen: list[str] = []

        def pick(request: httpx.Request) -> httpx.Response:
            seen.append(request.url.host)
            if request.url.host == OUT6:
                raise httpx.ConnectError("no route", request=request)
            return clip(request)

        over = wire(Net({"https://cdn.example.com/x": pick}), {"cdn.example.com": [OUT6, OUT]})
        assert await over.download("https://cdn.example.com/x", tmp_path / "clip")
        assert seen == [OUT6, OUT]
        await over.close()

    run(main())


def test_names_of_every_script_are_sent_as_the_wire_has_them(tmp_path: Path) -> None:
    async def main() -> None:
        net = Net({"https://xn--bcher-kva.example/x": clip})
        over = wire(net, {"bücher.example": [OUT]})
        await over.download("https://bücher.example/x", tmp_path / "clip")
        assert net.seen[0].extensions["sni_hostname"] == "xn--bcher-kva.example"
        await over.close()

    run(main())


def _certificate(folder: Path, name: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key()).serial_number(1)
        .not_valid_before(day).not_valid_after(day + datetime.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / f"{name}.pem"
    path.write_bytes(plain + made.public_bytes(pem))
    return path


def test_certificates_are_the_meant_hosts_not_the_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over real TLS: the pinned address is this machine's, the name that is asked for and proven is the meant one's."""
    path = _certificate(tmp_path, "cdn.example.com")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    monkeypatch.setattr(safety, "public", lambda address: address == "127.0.0.1")

    async def main() -> None:
        heard: list[str | None] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        context.sni_callback = lambda _socket, name, _context: heard.append(name)

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            """For as long as the client keeps the connection."""
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
                while head := await reader.readuntil(b"\r\n\r\n"):
                    good = b"host: cdn.example.com\r\n" in head.lower()
                    writer.write(b"HTTP/1.1 %d OK\r\ncontent-length: 4\r\n\r\nclip" % (200 if good else 400))
                    await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]

        async def checked(url: Any, resolve: Any = None, turn: int = 0) -> safety.Way:
            way = await safety.checked(
                url, names({"cdn.example.com": ["127.0.0.1"], "other.example.com": ["127.0.0.1"]})
            )
            return safety.Way(way.url.copy_with(port=port), way.headers, way.extensions)

        monkeypatch.setattr("callsheet.providers.wire.checked", checked)
        over = Wire(luck=Hasty(), trusted=())
        assert (await over.download("https://cdn.example.com/x", tmp_path / "clip")).bytes == 4
        assert over._pinned._transport._pool.connections == []  # type: ignore[attr-defined]
        # Another name at the same address does not get by on the first one's certificate.
        with pytest.raises(Damaged, match="CERTIFICATE_VERIFY_FAILED"):
            await over.download("https://other.example.com/x", tmp_path / "clip")
        assert heard[0] == "cdn.example.com"
        assert set(heard[1:]) == {"other.example.com"}
        await over.close()
        server.close()
        await server.wait_closed()

    run(main())


# Whom is trusted


def test_a_providers_own_address_is_trusted_and_no_other_of_its_host(tmp_path: Path) -> None:
    async def main() -> None:
        net = Net({"http://10.0.0.5:8000/x": clip, "http://10.0.0.5:9000/x": clip, "https://10.0.0.5/x": clip})
        over = wire(net, trusted=["http://10.0.0.5:8000/v1/"])
        assert await over.download("http://10.0.0.5:8000/x", tmp_path / "clip")
        assert (await over.ask("GET", "http://10.0.0.5:8000/x")).content == CLIP
        assert (await over.create("POST", "http://10.0.0.5:8000/x")).content == CLIP
        for url in ("http://10.0.0.5:9000/x", "https://10.0.0.5/x", "https://10.0.0.5:8000/x"):
            with pytest.raises(Unanswered):
                await over.download(url, tmp_path / "clip")
        await over.close()

    run(main())


def test_unasked_this_machine_is_trusted_and_nothing_else_inside(tmp_path: Path) -> None:
    async def main() -> None:
        net = Net({"http://127.0.0.1:8000/x": clip})
        over = wire(net, trusted=None)
        assert await over.download("http://127.0.0.1:8000/x", tmp_path / "clip")
        with pytest.raises(Unanswered):
            await over.download("http://10.0.0.5:8000/x", tmp_path / "clip")
        await over.close()

    run(main())


def test_names_that_are_never_on_the_network_are_trusted_in_memory_only(tmp_path: Path) -> None:
    async def main() -> None:
        over = wire(Net({"http://house.invalid/x": clip}))
        assert await over.download("http://house.invalid/x", tmp_path / "clip")
        await over.close()
        real = wire()
        with pytest.raises(Unanswered):
            await real.download("http://house.invalid/x", tmp_path / "clip")
        await real.close()

    run(main())


def test_a_crew_trusts_where_its_providers_are(tmp_path: Path) -> None:
    there = {name: f"http://192.168.1.{i}:8000/" for i, name in enumerate(SKINS, 1)}
    crew = Crew(providers(there), Net({"http://192.168.1.2:8000/x": clip, "http://127.0.0.1:8000/x": clip}))

    async def main() -> None:
        async with crew.lines() as lines:
            assert await lines.wire.download("http://192.168.1.2:8000/x", tmp_path / "clip")
            for url in ("http://192.168.1.9:8000/x", "http://127.0.0.1:8000/x"):
                with pytest.raises(Unanswered):
                    await lines.wire.download(url, tmp_path / "clip")

    run(main())


def test_origins() -> None:
    assert (
        origin("HTTPS://API.Example.com./v1?x")
        == origin("https://api.example.com:443")
        == "https://api.example.com:443"
    )
    assert origin("http://a:8000/x") != origin("http://a/x") != origin("https://a/x")
    assert origins(["https://a/b", "nonsense", ""]) == {"https://a:443"}


def test_a_proxy_of_ones_own_looks_names_up_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert not proxied("cdn.example.com")
    monkeypatch.setenv("https_proxy", "http://10.0.0.1:3128")
    monkeypatch.setenv("no_proxy", "inside.example.com")
    assert proxied("cdn.example.com")
    assert not proxied("inside.example.com")


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_and_each_is_checked(status: int, tmp_path: Path) -> None:
    async def main() -> None:
        net = Net({
            "https://api.example.com/x": to("https://cdn.example.com/y?sig=1", status),
            "https://cdn.example.com/y": to("/z", status),
            "https://cdn.example.com/z": clip,
        })  # fmt: skip
        asked: list[str] = []
        over = wire(net, {"api.example.com": [OUT], "cdn.example.com": [OUT6]}, asked=asked)
        assert await over.download("https://api.example.com/x", tmp_path / "clip")
        assert asked == ["api.example.com", "cdn.example.com", "cdn.example.com"]
        assert [sent.url.host for sent in net.seen] == [OUT, OUT6, OUT6]
        await over.close()

    run(main())


@pytest.mark.parametrize(
    "there",
    [
        "http://cdn.example.com/x", "https://inside.example.com/x", "https://127.0.0.1/x", "http://127.0.0.1:8000/x",
        "https://cdn.example.com:8443/x", "https://u:p@cdn.example.com/x", "file:///etc/passwd", "http://other.invalid/x",
    ],
)  # fmt: skip
def test_nobody_is_sent_inside(there: str, tmp_path: Path) -> None:
    """Not even to an address that is trusted when it is named directly: it is another provider's."""

    async def main() -> None:
        net = Net(
            {"https://api.example.com/x": to(there), "http://127.0.0.1:8000/x": clip, "http://other.invalid/x": clip}
        )
        hosts = {"api.example.com": [OUT], "cdn.example.com": [OUT], "inside.example.com": ["10.0.0.1"]}
        over = wire(net, hosts, trusted=["https://api.example.com", "http://127.0.0.1:8000"])
        with pytest.raises(Unanswered, match="the clip is not fetched"):
            await over.download("https://api.example.com/x", tmp_path / "clip")
        assert len(net.seen) == 1
        await over.close()

    run(main())


def test_three_redirects_are_enough(tmp_path: Path) -> None:
    async def main() -> None:
        steps: dict[str, Any] = {f"https://a.example.com/{n}": to(f"/{n + 1}") for n in range(4)}
        net = Net(
            {**steps, "https://a.example.com/4": clip, "https://a.example.com/odd": lambda _: httpx.Response(302)}
        )
        over = wire(net, {"a.example.com": [OUT]})
        assert await over.download("https://a.example.com/1", tmp_path / "clip")
        with pytest.raises(Damaged, match="more than 3 redirects"):
            await over.download("https://a.example.com/0", tmp_path / "clip")
        with pytest.raises(Damaged, match="without an address"):
            await over.download("https://a.example.com/odd", tmp_path / "clip")
        await over.close()

    run(main())


def test_a_key_for_a_link_goes_no_further_than_its_origin(tmp_path: Path) -> None:
    async def main() -> None:
        net = Net({
            "https://api.example.com/x": to("https://api.example.com/y"),
            "https://api.example.com/y": to("https://cdn.example.com/z"),
            "https://cdn.example.com/z": to("https://api.example.com/w"),
            "https://api.example.com/w": clip,
        })  # fmt: skip
        over = wire(net, {"api.example.com": [OUT], "cdn.example.com": [OUT]}, trusted=["https://api.example.com"])
        await over.download("https://api.example.com/x", tmp_path / "clip", None, KEY)
        assert [("authorization" in sent.headers) for sent in net.seen] == [True, True, False, False]
        assert all("sk-a-secret-key" not in str(sent.headers.raw) for sent in net.seen[2:])
        await over.close()

    run(main())


def test_questions_and_creates_are_never_sent_on() -> None:
    async def main() -> None:
        net = Net({"https://api.example.com/x": to("https://api.example.com/y")})
        over = wire(net, trusted=["https://api.example.com"])
        assert (await over.ask("GET", "https://api.example.com/x", headers=KEY)).status_code == 302
        assert (await over.create("POST", "https://api.example.com/x", headers=KEY)).status_code == 302
        assert len(net.seen) == 2
        await over.close()

    run(main())


def test_cookies_are_not_kept() -> None:
    async def main() -> None:
        baked = {"https://api.example.com/x": lambda _: httpx.Response(200, headers={"set-cookie": "a=b; Path=/"})}
        net = Net(baked)
        over = wire(net, trusted=["https://api.example.com"])
        for _ in range(2):
            await over.ask("GET", "https://api.example.com/x")
        assert all("cookie" not in sent.headers for sent in net.seen)
        await over.close()

    run(main())


# What is kept


def test_answers_have_an_end(tmp_path: Path) -> None:
    async def main() -> None:
        url = "https://api.example.com/x"
        net = Net({url: lambda _: httpx.Response(200, content=bytes(1000))})
        over = wire(net, trusted=[url], most_bytes=999)
        with pytest.raises(Unanswered, match="too long"):
            await over.ask("GET", url)
        with pytest.raises(Lost, match="too long"):
            await over.create("POST", url)
        with pytest.raises(Lost, match="too long"):
            await over.create("POST", url, into=tmp_path / "clip")
        with pytest.raises(Damaged, match="over 999 bytes"):
            await over.download(url, tmp_path / "other")
        assert not (tmp_path / "clip").exists()
        await over.close()
        fits = wire(net, trusted=[url], most_bytes=1000)
        assert len((await fits.ask("GET", url)).content) == 1000
        await fits.close()

    run(main())


def test_an_answer_is_in_its_file_whole_or_not_at_all(tmp_path: Path) -> None:
    class Broken(httpx.AsyncByteStream):
        async def __aiter__(self) -> Any:
            yield b"half"
            raise httpx.ReadError("gone")

    async def main() -> None:
        net = Net({
            "https://a.example.com/good": clip,
            "https://a.example.com/cut": lambda _: httpx.Response(200, stream=Broken()),
            "https://a.example.com/no": lambda _: httpx.Response(422, json={"error": "no"}),
        })  # fmt: skip
        over = wire(net, trusted=["https://a.example.com"])
        kept = tmp_path / "clip.mp4"
        with pytest.raises(Lost):
            await over.create("POST", "https://a.example.com/cut", into=kept)
        refused = await over.create("POST", "https://a.example.com/no", into=kept)
        assert refused.json() == {"error": "no"}
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(Lost, match="could not be kept"):
            await over.create("POST", "https://a.example.com/good", into=tmp_path / "nowhere" / "clip")
        assert (await over.create("POST", "https://a.example.com/good", into=kept)).content == b""
        assert kept.read_bytes() == CLIP
        assert list(tmp_path.iterdir()) == [kept]
        await over.close()

    run(main())


def test_a_dead_link_is_told_from_a_forbidden_one(tmp_path: Path) -> None:
    async def main() -> None:
        over = wire(Net({"https://a.example.com/x": lambda _: httpx.Response(403)}), {"a.example.com": [OUT]})
        with pytest.raises(Expired):
            await over.download("https://a.example.com/x", tmp_path / "clip")
        with pytest.raises(Damaged, match=r"gone\.example\.com cannot be found"):
            await over.download("https://gone.example.com/x", tmp_path / "clip")
        with pytest.raises(Unsent, match="cannot be found"):
            await over.create("POST", "https://gone.example.com/x")
        await over.close()

    run(main())


def test_no_error_or_log_shows_a_key(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    secret = "sk-a-secret-key"
    caplog.set_level(logging.DEBUG)

    def fails(request: httpx.Request) -> httpx.Response:
        raise httpx.LocalProtocolError(f"Illegal header value b'Bearer {secret}'", request=request)

    async def main() -> None:
        url = "https://a.example.com/x"
        over = wire(Net({url: fails}), trusted=[url])
        with pytest.raises(Lost) as lost:
            await over.create("POST", url, headers=KEY)
        with pytest.raises(Unanswered) as unanswered:
            await over.ask("GET", url, headers=KEY)
        with pytest.raises(Damaged) as damaged:
            await over.download(url, tmp_path / "clip", None, KEY)
        shown = "".join(str(found.getrepr(style="native")) for found in (lost, unanswered, damaged))
        assert "cannot be sent as it is" in shown
        assert secret not in shown.replace('KEY = {"authorization": "Bearer sk-a-secret-key"}', "")
        await over.close()

    run(main())
    assert secret not in caplog.text
