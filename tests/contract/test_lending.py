"""Links that are lent: signed by the bucket, good for one file and for a while, public, and never kept with what opens them."""

import asyncio
import hashlib
from fractions import Fraction
from pathlib import Path

import httpx
import pytest
from content_stage import ARK, clip

from callsheet.errors import InputError
from callsheet.film import Order, Reference
from callsheet.film.price import Money, Price
from callsheet.floor.buying import Buyer
from callsheet.floor.lines import Lines
from callsheet.floor.make import measure
from callsheet.floor.order import BuyOrder, Route
from callsheet.money.attempts import Attempts
from callsheet.providers.fitting import Input
from callsheet.providers.hosted import Create, Refused
from callsheet.providers.keys import redacted
from callsheet.providers.lending import lending, lent, noted
from callsheet.providers.wire import Unsent, Wire
from callsheet.rehearsal.standins.base import StandIn
from callsheet.store import FolderBlobs, Memo, ProductionStore
from callsheet.store.bucket import open_bucket
from callsheet.store.place import Place
from callsheet.testing.stage import order, served

O3 = "kling-o3@kling-intl:720p"
DATA = clip(96)
NAME = hashlib.sha256(DATA).hexdigest()


def fetch(url: str) -> bytes:
    answer = httpx.get(url)
    if answer.status_code != 200:
        raise OSError(answer.status_code)
    return answer.content


def wanted(role: str = "video") -> Order:
    return order(references=(Reference(role=role, sha256=NAME),))


def test_a_signed_link_opens_one_file_for_whoever_has_it(bucket: str, s3: str, tmp_path: Path) -> None:
    blobs = open_bucket(bucket, FolderBlobs(tmp_path / "blobs", Memo(tmp_path / "checked")), s3)
    other = blobs.put_bytes(b"another file")
    assert blobs.put_bytes(DATA) == NAME
    link = blobs.lend(NAME, 7200)
    assert link is not None
    assert link.startswith(f"{s3}/{bucket.removeprefix('s3://').partition('/')[0]}/")
    assert fetch(link) == DATA
    query = dict(httpx.URL(link).params)
    assert query["X-Amz-Expires"] == "7200"
    assert blobs.lend(other, 1 << 30) != link
    assert dict(httpx.URL(blobs.lend(other, 1 << 30) or "").params)["X-Amz-Expires"] == "604800", "a week at most"
    assert open_bucket(bucket, FolderBlobs(tmp_path / "blobs", Memo(tmp_path / "checked"))).lend(NAME, 60) is None
    assert FolderBlobs(tmp_path / "blobs", Memo(tmp_path / "checked")).lend(NAME, 60) is None


def test_what_is_kept_of_a_link_does_not_open_it(bucket: str, s3: str, tmp_path: Path) -> None:
    blobs = open_bucket(bucket, FolderBlobs(tmp_path / "blobs", Memo(tmp_path / "checked")), s3)
    link = blobs.lend(blobs.put_bytes(DATA), 3600) or ""
    secret = dict(httpx.URL(link).params)["X-Amz-Signature"]
    for told in (noted(link, 3600, 0.0), redacted(f"it cannot fetch {link}, it says", ["a-key"])):
        assert secret not in told
        assert NAME[2:] in told
        assert "key/2" not in told, "nor whose signature it is"
    assert noted(link, 3600, 0.0).endswith("until 1970-01-01T02:00:00+00:00")


def test_only_public_addresses_are_lent(tmp_path: Path) -> None:
    file = Input("reference_video", NAME, "video")

    async def refused(link: str | None) -> str:
        async def resolve(host: str, port: int) -> list[str]:
            return ["10.0.0.7" if host == "inside.example" else "93.184.215.14"]

        wire = Wire(trusted=["https://seller.example"], resolve=resolve)
        create = Create("a", None, lend=lambda sha256, seconds: link)  # type: ignore[arg-type]
        try:
            await lent(wire, create, file, 60.0)
        except Unsent as error:
            return str(error)
        finally:
            await wire.close()
        return ""

    assert "CALLSHEET_BLOBS_PUBLIC" in asyncio.run(refused(None))
    assert asyncio.run(refused("https://store.example/b/f?X-Amz-Signature=s3cret")) == ""
    for link in ("https://inside.example/b/f?X-Amz-Signature=s3cret", "http://store.example/b/f?X-Amz-Signature=s3cret",
                 "https://127.0.0.1/b/f?X-Amz-Signature=s3cret", "https://minio:9000/b/f?X-Amz-Signature=s3cret"):  # fmt: skip
        said = asyncio.run(refused(link))
        assert "is not lent" in said, link
        assert "s3cret" not in said


def test_the_setting_is_an_https_address_and_means_nothing_without_a_bucket() -> None:
    both = {"CALLSHEET_BLOBS": "s3://films", "CALLSHEET_BLOBS_PUBLIC": "https://s3.example.com/"}
    assert Place.from_settings(both).public == "https://s3.example.com"
    assert lending(both)
    assert not lending({"CALLSHEET_BLOBS_PUBLIC": "https://s3.example.com"})
    assert Place.from_settings({"CALLSHEET_BLOBS_PUBLIC": "https://s3.example.com"}) == Place()
    for wrong in (
        "http://s3.example.com",
        "s3.example.com",
        "https://user:pass@s3.example.com",
        "https://s3.example.com?x=1",
    ):
        with pytest.raises(InputError, match="https address") as caught:
            Place.from_settings({**both, "CALLSHEET_BLOBS_PUBLIC": wrong})
        assert "pass" not in str(caught.value)


@pytest.mark.parametrize(
    ("route", "offer", "role"), [("kling-intl", O3, "video"), ("kling-intl", O3, "edit"), ("ark-cn", ARK, "video")]
)
def test_a_seller_fetches_the_clip_from_the_bucket_and_the_attempt_says_from_where(
    route: str, offer: str, role: str, bucket: str, s3: str, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLSHEET_BLOBS", bucket)
    fetched: list[str] = []

    def seen(url: str) -> bytes:
        fetched.append(url)
        return fetch(url)

    async def main() -> None:
        with ProductionStore.open(film) as store:
            monkeypatch.setattr(
                store, "blobs", open_bucket(bucket, FolderBlobs(film / "cache", Memo(film / "checked")), s3)
            )
            assert store.blobs.put_bytes(DATA) == NAME
            async with served(route) as on:
                assert isinstance(on.house.face, StandIn)
                assert "CALLSHEET_BLOBS_PUBLIC" in on.seller.refuses(offer, wanted(role))
                with pytest.raises(Refused, match="public address"):
                    await on.submit(offer, wanted(role), {NAME: store.blobs.path(NAME)})
                on.seller.lends, on.house.face.fetch = True, seen
                assert on.seller.refuses(offer, wanted(role)) == ""
                wire = Wire(timeout_s=5.0)
                lines = Lines({on.seller.name: on.seller}, wire)
                attempts = Attempts(store.database, store.id, store.clock)
                buyer = Buyer(store, attempts, lines, measured=measure)
                currency = on.house.skin.currency
                price = Price(Money(0, currency), Money(90_000_000, currency), "a test", store.clock().date())
                recipe = on.recipe(offer, wanted(role))
                try:
                    said = await buyer.buy(
                        "take", BuyOrder("EP01 SQ010 SH010", "nobody", [Route(on.seller.name, recipe, price)])
                    )
                finally:
                    await buyer.close()
                    await lines.close()
                (attempt,) = attempts.of_take("take")
                assert said["end"] == "bought", said
                assert fetched
                assert all(url.startswith(s3) and "X-Amz-Signature" in url for url in fetched)
                secret = dict(httpx.URL(fetched[0]).params)["X-Amz-Signature"]
                assert NAME[2:] in attempt.reason
                assert attempt.reason.startswith(f"lent {s3}/")
                assert secret not in repr(attempt)
                assert Fraction(dict(httpx.URL(fetched[0]).params)["X-Amz-Expires"]) > on.seller.traits.longest_s
            with store.database.reading() as db:
                dump = "\n".join(db.connection.driver_connection.iterdump())  # type: ignore[union-attr]
            assert secret not in dump

    asyncio.run(main())
