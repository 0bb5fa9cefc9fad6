"""MiniMax's dialect of content-array tasks: the second version of its video API, which sells H3."""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, ClassVar

from callsheet.catalog import Refusal
from callsheet.film.price import Money
from callsheet.providers.answers import at, text
from callsheet.providers.families.content_tasks import ContentArray, charged
from callsheet.providers.family import Call
from callsheet.providers.fitting import Fitted
from callsheet.providers.hosted import Create, RefusalKind

_NUMBER = re.compile(r"\((\d{4})\)\s*$")
_GONE = re.compile(r"\b(invalid|unknown|unsupported) model\b")
"""How a model that is not there is told of is not documented: as one wrong parameter among others, it may be."""
_TASKS = "/v2/query/video_generation"


class MiniMax(ContentArray):
    """H3, outside China. Sound is always made, no seed is taken, and the clip is as long as the model's frame grid makes it."""

    base = "https://api.minimax.io"
    marks = "reference image 1"
    clip = "url"
    source_role = "base_video"
    codes: ClassVar[Mapping[str, RefusalKind]] = {
        "1002": "rate", "1039": "rate", "2045": "rate", "1041": "concurrency", "1008": "funds", "2056": "funds",
        "1004": "auth", "2049": "auth", "2013 model": "retired", "2013": "input",
    }  # fmt: skip

    def task(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """See ContentArray."""
        found = said.get("task")
        return found if isinstance(found, Mapping) else {}

    def code(self, said: Mapping[str, Any]) -> str:
        """See ContentArray: it stands in brackets at the end of the message."""
        message = text(said, "error", "message")
        found = _NUMBER.search(message)
        number = found[1] if found else ""
        return "2013 model" if number == "2013" and _GONE.search(message) else number

    @staticmethod
    def bans(code: str) -> bool:
        """See ContentArray: of the order, and of what was made of it."""
        return code in ("1026", "1027")

    def lacking(self, told: Fitted) -> Iterator[Refusal]:
        """See ContentArray."""
        if told.of("source_video") and (told.mode != "upscale" or told.resolution != "2k"):
            yield Refusal("modes", "a finished clip can only be made again in 2k")
        if told.of("reference_audio") and not told.of("reference_image", "reference_video"):
            yield Refusal("references.audio", "it takes sounds only beside a picture or a video")

    def create(self, told: Fitted, files: Mapping[str, str], create: Create) -> Call:
        """See Family. A clip that is made again must come with all that it was first made from; its length is its own."""
        body: dict[str, Any] = {
            "model": told.model,
            "content": self.content(told, files),
            "resolution": (told.resolution or "768p").upper(),
        }
        if told.mode == "upscale":
            return Call("POST", "/v2/video_regeneration", json=body)
        body["duration"] = told.whole_seconds()
        body["ratio"] = "adaptive" if told.of("first_frame", "last_frame") else told.aspect
        return Call("POST", "/v2/video_generation", json=body)

    def accepted(self, said: Mapping[str, Any], told: Fitted) -> str | None:
        """See Family."""
        return text(said, "task_id")

    def asking(self, job: str) -> Call:
        """See Family."""
        return Call("GET", f"{_TASKS}/{job}")

    def stopping(self, job: str) -> Call:
        """See Family."""
        return Call("DELETE", f"/v2/video_generation/{job}")

    def cost(self, told: Mapping[str, Any]) -> Money | None:
        """By the seconds and pictures that it counted."""
        offer, seconds = self.sold_as(text(told, "model")), at(told, "usage", "total_seconds")
        if offer is None or not isinstance(seconds, int):
            return None
        given, images = at(told, "usage", "input_seconds"), at(told, "usage", "input_image_count")
        return charged(
            offer, Fraction(seconds), text(told, "resolution").lower(), audio=True,
            mode="upscale" if text(told, "task_type") == "regeneration" else "text",
            video=isinstance(given, int) and given > 0, images=images if isinstance(images, int) else 0,
        )  # fmt: skip


class MiniMaxChina(MiniMax):
    """H3 in China. Its keys open nothing elsewhere."""

    base = "https://api.minimaxi.com"
