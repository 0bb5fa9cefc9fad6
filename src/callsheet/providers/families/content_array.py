"""Content-array tasks at Ark, which sells Seedance in two regions, and at MiniMax, whose dialect is in `minimax`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from callsheet.catalog import Refusal, Unknown
from callsheet.film.price import Money
from callsheet.providers.answers import at, text
from callsheet.providers.families.content_tasks import TYPES, ContentArray, charged
from callsheet.providers.families.minimax import MiniMax, MiniMaxChina
from callsheet.providers.family import Call, Family
from callsheet.providers.fitting import Fitted, Input
from callsheet.providers.hosted import Create, RefusalKind
from callsheet.providers.lending import WAY

_FIRST, _LAST = 3600, 259_200
"""The seconds after which a task may be told to expire."""
_SPARE = Fraction(105, 100)
"""Tokens above those of the picture that is delivered, from which on a video must have been given: the frames of one resolution differ by
less, and two seconds of video beside the longest clip make more."""
_TASKS = "/api/v3/contents/generations/tasks"


@dataclass(frozen=True)
class Quirks:
    """How one model departs from the others."""

    tasks: bool = False
    """It is told whether to edit, to extend or to take a video as a model; else it reads that from the prompt."""
    sound_alone: bool = False
    """It takes sounds without a picture or a video beside them."""


_QUIRKS: Mapping[str, Quirks] = {"seedance-2.5": Quirks(tasks=True, sound_alone=True)}
"""By model. Edits follow the length and shape of what is edited, extensions its shape."""


class Ark(ContentArray):
    """Seedance at Volcengine Ark, in China.

    Videos are fetched from public addresses only: where none can be lent, no video is taken.
    """

    base = "https://ark.cn-beijing.volces.com"
    marks = "Image 1"
    clip = "video_url"
    codes: ClassVar[Mapping[str, RefusalKind]] = {
        "AuthenticationError": "auth", "AccessDenied": "auth", "Unauthorized": "auth", "InvalidEndpointOrModel.ModelIDAccess": "auth",
        "ModelNotOpen": "auth", "ServiceNotOpen": "auth",  # the account has not opened the model
        "AccountOverdue": "funds", "ServiceOverdue": "funds", "QuotaExceeded": "funds", "SetLimitExceeded": "funds",
        "RateLimitExceeded": "rate", "ModelAccount": "rate", "EndpointAccount": "rate", "AccountRateLimit": "rate",
        "APIAccountRpm": "rate", "RequestBurstTooFast": "rate", "InflightBatchsizeExceeded": "concurrency",
        "ServerOverloaded": "busy", "ModelLoadingError": "busy",
        "InvalidEndpointOrModel": "retired", "InvalidEndpoint": "retired", "ModelNotFound": "retired",
    }  # fmt: skip

    def task(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """See ContentArray."""
        return said

    def code(self, said: Mapping[str, Any]) -> str:
        """See ContentArray."""
        return text(said, "error", "code")

    @staticmethod
    def bans(code: str) -> bool:
        """See ContentArray: of what goes in and of what comes out alike."""
        return "SensitiveContentDetected" in code or "RiskDetection" in code

    def lacking(self, told: Fitted) -> Iterator[Refusal]:
        """See ContentArray."""
        quirks = _QUIRKS.get(told.offer.model.id, Quirks())
        if told.of("reference_video", "source_video") and not self.lends:
            yield Refusal("references.videos", f"it fetches videos from public addresses only: {WAY}")
        if told.of("source_video") and not (quirks.tasks and told.mode in ("edit", "extend")):
            yield Refusal("modes", f"it cannot be told to {told.mode}")
        if told.of("reference_audio") and not quirks.sound_alone and not told.of("reference_image", "reference_video"):
            yield Refusal("references.audio", "it takes sounds only beside a picture or a video")

    def fetches(self, one: Input) -> bool:
        """See Family: pictures and sounds go inside the request."""
        return TYPES[one.kind] == "video_url"

    def create(self, told: Fitted, files: Mapping[str, str], create: Create) -> Call:
        """See Family."""
        follows = told.mode in ("edit", "extend")
        body: dict[str, Any] = {
            "model": told.model,
            "content": self.content(told, files),
            "ratio": "adaptive" if follows else told.asked.aspect,
            "duration": -1 if told.mode == "edit" else told.whole_seconds(),
            "generate_audio": told.audio,
            "watermark": False,
            # Without it a job that nobody waits for any more may run, and bill, for two days.
            "execution_expires_after": min(max(int(self.traits.longest_s), _FIRST), _LAST),
        }
        if told.resolution is not None:
            body["resolution"] = told.resolution
        if told.seed is not None:
            body["seed"] = told.seed
        if told.of("reference_video", "source_video") and _QUIRKS.get(told.offer.model.id, Quirks()).tasks:
            # Left to itself, it guesses from the prompt, and a wrong guess fails only after a while.
            body["omni_reference_task_type"] = told.mode if follows else "reference"
        return Call("POST", _TASKS, json=body)

    def accepted(self, said: Mapping[str, Any], told: Fitted) -> str | None:
        """See Family."""
        return text(said, "id")

    def asking(self, job: str) -> Call:
        """See Family."""
        return Call("GET", f"{_TASKS}/{job}")

    def stopping(self, job: str) -> Call:
        """See Family."""
        return Call("DELETE", f"{_TASKS}/{job}")

    def cost(self, told: Mapping[str, Any]) -> Money | None:
        """The tokens that were used, at the rate for the resolution; whether a video was given, their number says."""
        offer, tokens = self.sold_as(text(told, "model")), at(told, "usage", "completion_tokens")
        resolution, seconds, rate = text(told, "resolution"), at(told, "duration"), at(told, "framespersecond")
        if offer is None or not isinstance(tokens, int) or not isinstance(seconds, int) or not isinstance(rate, int):
            return None
        sound = at(told, "generate_audio") is True
        plain, beside = (
            charged(offer, Fraction(tokens), resolution, audio=sound, video=given) for given in (False, True)
        )
        # Frames of one resolution have about the same number of pixels, whatever their shape.
        size = offer.size(resolution, "16:9")
        if plain == beside:
            return plain
        if isinstance(size, Unknown):
            return None
        alone = Fraction(size.width * size.height * (seconds * rate + 1), 1024)
        return beside if tokens > alone * _SPARE else plain


class ArkIntl(Ark):
    """Seedance at BytePlus ModelArk, elsewhere. Its keys open nothing in China, nor the other way round."""

    base = "https://ark.ap-southeast.bytepluses.com"


FAMILIES: Mapping[str, type[Family]] = {
    "ark": Ark,
    "ark-intl": ArkIntl,
    "minimax": MiniMax,
    "minimax-cn": MiniMaxChina,
}
