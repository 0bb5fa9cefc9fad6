"""Replicate: predictions of models, each with names of its own for what it takes."""

import hashlib
import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from callsheet.catalog import Offer as Listed
from callsheet.providers.answers import at, extension, kind_of, read, text, wait_s, words
from callsheet.providers.families.schemas import Schema, arguments
from callsheet.providers.family import Call, Family
from callsheet.providers.fitting import Fitted, Input
from callsheet.providers.hosted import Create, Forged, Hint, Job, JobState, Link, Refused
from callsheet.providers.signing import Signing, heard, standard
from callsheet.providers.wire import Unanswered, Unsent, Wire

_LONGEST_FILE = 100 << 20
_STATES: Mapping[str, JobState] = {
    "starting": "waiting", "processing": "running", "succeeded": "done", "failed": "failed", "canceled": "cancelled",
    "aborted": "cancelled",
}  # fmt: skip
"""`aborted` is a deadline that passed before anything ran; it is free, a cancelled run is not."""
_MODERATED = re.compile(r"flagged as sensitive|\(E005\)|NSFW|content (policy|moderation)", re.IGNORECASE)
"""Replicate has no state for it: models that check fail with these words."""

_SCHEMAS: Mapping[str, Schema] = {
    "bytedance/seedance-2.0": Schema(
        {
            "first_frame": "image", "last_frame": "last_frame_image", "reference_image": "reference_images[]",
            "reference_video": "reference_videos[]", "reference_audio": "reference_audios[]",
        },
        spelling="number", aspects={"adaptive": "adaptive"}, audio="generate_audio", seed="seed",
    ),
    "bytedance/seedance-1-": Schema({"first_frame": "image", "last_frame": "last_frame_image"}, spelling="number", seed="seed"),
    "kwaivgi/kling-": Schema(
        {"first_frame": "start_image", "last_frame": "end_image"}, spelling="number", resolution="mode",
        resolutions={"720p": "standard", "1080p": "pro"},
        negative="negative_prompt",
    ),
    # Not confirmed: read on other sellers of the same model.
    "google/veo-3.1": Schema(
        {"first_frame": "image", "last_frame": "last_frame", "reference_image": "reference_images[]"}, spelling="number", audio="generate_audio",
        seed="seed",
        negative="negative_prompt",
    ),
}  # fmt: skip
"""By the start of a model's name; the longest that fits counts."""
_USUAL = Schema({"first_frame": "image"}, spelling="number", seed="seed", negative="negative_prompt")
"""What most models call things. Replicate refuses names that a model does not have, and bills nothing for that."""


def _schema(model: str) -> Schema:
    known = max((start for start in _SCHEMAS if model.startswith(start)), key=len, default="")
    return _SCHEMAS.get(known, _USUAL)


class Replicate(Signing):
    """A wire name is `owner/name`, or `owner/name:version` for models that are only sold by version."""

    protocol = "replicate"
    base = "https://api.replicate.com"
    traits_of: ClassVar[Mapping[str, Any]] = {"cancels": True}

    def __init__(
        self,
        route: str,
        offers: Sequence[Listed],
        key: str,
        url: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(route, offers, key, url, clock)
        self._secret = ""

    # -- asking for a take -------------------------------------------------------------------------------------------------

    def create(self, told: Fitted, files: Mapping[str, str], create: Create) -> Call:
        """A prediction that stops by itself when nobody waits for it any more."""
        model, _, version = told.model.partition(":")
        body: dict[str, Any] = {"input": arguments(_schema(model), told, files)}
        if version:
            body["version"] = version
        if create.webhook is not None:
            body |= {"webhook": create.webhook, "webhook_events_filter": ["completed"]}
        return Call(
            "POST",
            "/v1/predictions" if version else f"/v1/models/{model}/predictions",
            json=body,
            headers={"cancel-after": f"{max(5, round(self.traits.longest_s))}s"},
        )

    def accepted(self, said: Mapping[str, Any], told: Fitted) -> str | None:
        """The prediction's id."""
        id = text(said, "id")
        return id if re.fullmatch(r"[A-Za-z0-9_-]+", id) else None

    def refusal(self, status: int, said: Mapping[str, Any], headers: Mapping[str, str]) -> Refused | None:
        """`title` and `detail` say what is wrong, and how long to stay away."""
        reason = text(said, "detail") or words(said) or f"HTTP {status}"
        if status < 500 and "insufficient credit" in f"{text(said, 'title')} {reason}".lower():
            return Refused("funds", reason)
        if status in (400, 422) and _MODERATED.search(reason):
            return Refused("moderated", reason)
        if status == 404 or (status == 422 and "invalid version" in f"{text(said, 'title')} {reason}".lower()):
            return Refused("retired", reason)
        if status == 429:
            told = re.search(r"resets in ~?(\d+)\s*s", reason)
            after = wait_s(headers)
            return Refused("rate", reason, float(told[1]) if after is None and told else after)
        return super().refusal(status, said, headers)

    # -- what became of it -------------------------------------------------------------------------------------------------

    def asking(self, job: str) -> Call:
        """How it stands."""
        return Call("GET", f"/v1/predictions/{job}")

    def job(self, job: str, said: Mapping[str, Any]) -> Job:
        """Files and inputs are deleted after an hour: a success that is asked about later has no clip any more."""
        status = said.get("status")
        state = _STATES.get(status, "unknown") if isinstance(status, str) else "unknown"
        reason = text(said, "error")
        match state:
            case "unknown":
                return Job(job, state, reason=f"its status is {status!r}")
            case "failed" if _MODERATED.search(reason):
                return Job(job, "moderated", reason=reason)
            case "cancelled" if status == "aborted":
                return Job(job, state, reason="its deadline passed before it began")
            case "done":
                url = _output(said.get("output"))
                if url:
                    return Job(job, "done", (Link(url=url),))
                gone = said.get("data_removed") is True
                return Job(
                    job, "unknown", reason="its files were deleted" if gone else "it succeeded and names no file"
                )
        return Job(job, state, reason=reason)

    def stopping(self, job: str) -> Call:
        """Stops it; what has run is billed."""
        return Call("POST", f"/v1/predictions/{job}/cancel")

    # -- files -------------------------------------------------------------------------------------------------------------

    async def place(self, wire: Wire, one: Input, path: Path) -> str:
        """Onto Replicate's own file store, which models can read for a day."""
        content = path.read_bytes()
        if len(content) > _LONGEST_FILE:
            raise Refused("input", f"a file of {len(content)} bytes is over the {_LONGEST_FILE} that {self.name} takes")
        kind = kind_of(content)
        name = hashlib.sha256(content).hexdigest()[:16] + extension(kind)
        files = [("content", (name, content, kind))]
        response = await wire.ask("POST", f"{self.url}/v1/files", headers=self.headers(), files=files)
        said = read(response) or {}
        if response.status_code >= 300:
            refused = self.refusal(response.status_code, said, response.headers)
            raise refused or Unsent(f"{self.name} answered HTTP {response.status_code} to a file")
        address = text(said, "urls", "get")
        if not address:
            raise Unsent(f"{self.name} took a file and does not say where it is")
        return address

    # -- webhooks ----------------------------------------------------------------------------------------------------------

    async def _learn(self, wire: Wire) -> None:
        """The account's secret. Without it webhooks are not believed; what is true is asked anyway."""
        if self._secret:
            return
        try:
            response = await wire.ask("GET", f"{self.url}/v1/webhooks/default/secret", headers=self.headers())
        except Unanswered:
            return
        self._secret = text(read(response), "key")

    def hint(self, headers: Mapping[str, str], body: bytes) -> Hint:
        """Signed as the Standard Webhooks specification has it. Raises Forged."""
        if not self._secret:
            raise self._unknown()
        event = standard(self._secret, headers, body, self.clock())
        job = text(heard(body), "id")
        if not job:
            raise Forged("it names no prediction")
        return Hint(event, job)


def _output(said: Any) -> str:
    """The address of the clip: itself, the first of several, or under the name that a model gives it."""
    for found in (said, at(said, 0), at(said, "video"), at(said, "output"), at(said, "url")):
        if isinstance(found, str) and found.startswith(("https://", "http://")):
            return found
    return ""


FAMILIES: Mapping[str, type[Family]] = {"replicate": Replicate, "any": Replicate}
