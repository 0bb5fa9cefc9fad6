"""Vertex AI, Veo: a long-running prediction that is asked about by POST, and whose clip mostly lies inside the answer."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, ClassVar
from urllib.parse import quote

from callsheet.catalog import Offer, Refusal
from callsheet.film import Order
from callsheet.providers.answers import at, text, words
from callsheet.providers.families.gemini import decoded, google_refusal, unwanted
from callsheet.providers.family import Call, Family
from callsheet.providers.fitting import Fitted, Input, InputKind, Unfit
from callsheet.providers.hosted import Create, Job, JobState, Link, Refused

_SCOPED = re.compile(r"(?P<project>[a-z0-9.:-]+)/(?P<location>[a-z0-9-]+)(?P<bucket>/[^:]+)?:(?P<token>[^:]+)")
_JOB = re.compile(r"(?P<model>projects/[\w.:/@-]+)/operations/[\w.-]+")
_BUCKET = re.compile(r"gs://(?P<bucket>[\w.-]+)/(?P<object>.+)")
_CODE = re.compile(r"\b\d{8}\b")
_TAKEN: frozenset[InputKind] = frozenset(("first_frame", "last_frame", "reference_image", "source_video"))
_PICTURES = frozenset(("image/jpeg", "image/png"))
_REFERRED_S = 8
"""With reference images no other length is made."""
_EXTENDED_S = 7
"""By which an extension lengthens its clip; it is not asked how long."""
_CANCELLED = 1
"""google.rpc.Code of an error that says so."""
_CATEGORIES: Mapping[str, str] = {
    "58061214": "child", "17301594": "child", "29310472": "celebrity", "15236754": "celebrity", "64151117": "safety violation",
    "42237218": "safety violation", "62263041": "dangerous content", "57734940": "hate", "22137204": "hate", "74803281": "other",
    "29578790": "other", "42876398": "other", "39322892": "people or faces", "92201652": "personal information",
    "89371032": "prohibited content", "49114662": "prohibited content", "63429089": "prohibited content",
    "72817394": "prohibited content", "60599140": "prohibited content", "35561574": "third-party content",
    "35561575": "third-party content", "90789179": "sexual", "43188360": "sexual", "78610348": "toxic", "61493863": "violence",
    "56562880": "violence", "32635315": "vulgar",
}  # fmt: skip
"""What Google's support codes stand for: every one of them means that content was filtered."""


class Vertex(Family):
    """The key is an API key (express mode), or `PROJECT/LOCATION:TOKEN` with a bearer token, which is asked at that location.

    `PROJECT/LOCATION/BUCKET/FOLDER:TOKEN` has clips left in a bucket, and fetches them there.
    """

    protocol = "vertex-veo"
    base = "https://aiplatform.googleapis.com"
    store: ClassVar[str] = "https://storage.googleapis.com"
    """Where buckets are; a private address of the API is taken to serve them too."""
    traits_of: ClassVar[Mapping[str, Any]] = {"keyed": False, "finds": False, "cancels": False, "poll_every_s": 10.0}
    # GOOGLE_API_KEY, which Google's SDK reads for both, is left to the developer API: its keys are not good here.
    inline = 20 << 20

    def __init__(
        self,
        route: str,
        offers: Sequence[Offer],
        key: str,
        url: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        scoped = _SCOPED.fullmatch(key)
        self._scope, self._bucket = "", ""
        if scoped:
            self._scope = f"projects/{scoped['project']}/locations/{scoped['location']}/"
            self._bucket = "gs:/" + scoped["bucket"].rstrip("/") + "/" if scoped["bucket"] else ""
            key = scoped["token"]
            if url is None and scoped["location"] != "global":
                url = f"https://{scoped['location']}-aiplatform.googleapis.com"
        super().__init__(route, offers, key, url, clock)
        self._store = self.store if self.url.endswith("aiplatform.googleapis.com") else self.url

    def headers(self) -> Mapping[str, str]:
        """An API key has a header of its own; a token is a bearer's."""
        return super().headers() if self._scope else {"x-goog-api-key": self._key}

    def fit(self, offer: str, order: Order, seed: int = 0) -> Fitted:
        """See Family; what the protocol has no words for is refused here too."""
        told = super().fit(offer, order, seed)
        refused = []
        if told.mode in ("edit", "restyle", "upscale", "reframe"):
            refused.append(Refusal("modes", f"its protocol has no {told.mode}"))
        if strange := sorted({one.kind for one in told.inputs} - _TAKEN):
            refused.append(Refusal("modes", f"its protocol takes no {', '.join(strange)}"))
        if len(told.of("source_video")) > 1:
            refused.append(Refusal("references.videos", "it works on one clip at a time"))
        if told.of("last_frame") and not told.of("first_frame"):
            refused.append(Refusal("requires", "last_frame needs first_frame"))
        if told.mode == "extend" and (length := Fraction(order.frames) / order.rate.fraction) > _EXTENDED_S:
            refused.append(Refusal("durations", f"{float(length):g} s; an extension adds {_EXTENDED_S} s"))
        if told.dial:
            refused.append(Refusal("creativity", f"its protocol has no field {told.dial[0]}"))
        if refused:
            raise Unfit(refused)
        made = _REFERRED_S if told.of("reference_image") else _EXTENDED_S if told.mode == "extend" else None
        if made is None:
            return told
        return replace(told, seconds=Fraction(made), asked=replace(told.asked, seconds=Fraction(made)))

    def create(self, told: Fitted, files: Mapping[str, str], create: Create) -> Call:
        """One instance, one clip of it."""
        instance: dict[str, Any] = {"prompt": told.prompt}
        for one in told.inputs:
            media = _media(one, files[one.sha256])
            match one.kind:
                case "first_frame":
                    instance["image"] = media
                case "last_frame":
                    instance["lastFrame"] = media
                case "source_video":
                    instance["video"] = media
                case _:
                    instance.setdefault("referenceImages", []).append({"image": media, "referenceType": "asset"})
        wanted: dict[str, Any] = {"sampleCount": 1, "aspectRatio": told.aspect, "generateAudio": told.audio}
        if told.mode != "extend":  # that it may not be said there is unconfirmed; it has no choice
            wanted["durationSeconds"] = told.whole_seconds()
        given = {"resolution": told.resolution, "seed": told.seed, "negativePrompt": told.negative}
        wanted |= {name: value for name, value in given.items() if value is not None}
        if self._bucket:
            wanted["storageUri"] = self._bucket
        path = f"/v1/{self._scope}publishers/google/models/{quote(told.model, safe='')}:predictLongRunning"
        return Call("POST", path, json={"instances": [instance], "parameters": wanted})

    def accepted(self, said: Mapping[str, Any], told: Fitted) -> str | None:
        """The operation's whole name: it says where to ask."""
        name = text(said, "name")
        return name if _JOB.fullmatch(name) and ".." not in name else None

    def refusal(self, status: int, said: Mapping[str, Any], headers: Mapping[str, str]) -> Refused | None:
        """See Family."""
        refused = google_refusal(status, said, headers)
        if refused is None:
            return None
        reason = explained(refused.reason)
        return Refused("moderated" if reason != refused.reason else refused.kind, reason, refused.after_s)

    def asking(self, job: str) -> Call:
        """See Family."""
        model = job.rpartition("/operations/")[0]
        return Call("POST", f"/v1/{model}:fetchPredictOperation", json={"operationName": job})

    def job(self, job: str, said: Mapping[str, Any]) -> Job:
        """See Family. An answer without `done` is one that is not done, as Google leaves out what is false."""
        if (error := at(said, "error")) is not None:
            return Job(job, _failed(error), reason=explained(words({"error": error}) or "it failed"))
        if at(said, "done") is not True:
            if at(said, "done") in (None, False) and text(said, "name"):
                return Job(job, "running")
            return Job(job, "unknown", reason="the answer is no operation")
        response = at(said, "response")
        links = [link for video in at(response, "videos") or () if (link := self._link(video)) is not None]
        if links:
            return Job(job, "done", tuple(links))
        filtered = at(response, "raiMediaFilteredCount")
        reasons = "; ".join(str(one) for one in at(response, "raiMediaFilteredReasons") or ())
        if (isinstance(filtered, int) and filtered > 0) or reasons:
            return Job(job, "moderated", reason=explained(reasons[:500] or "the clip was filtered"))
        return Job(job, "unknown", reason="it is done and holds no clip that can be had")

    def _link(self, video: Any) -> Link | None:
        if data := text(video, "bytesBase64Encoded"):
            content = decoded(data)
            return None if content is None else Link(content=content)
        found = _BUCKET.fullmatch(text(video, "gcsUri"))
        if found is None or not self._scope:  # an API key opens no bucket
            return None
        where = f"{self._store}/storage/v1/b/{found['bucket']}/o/{quote(found['object'], safe='')}?alt=media"
        return Link(url=where, headers=self.headers())


def explained(reason: str) -> str:
    """Google's words with what their support codes stand for."""
    found = dict.fromkeys(_CATEGORIES[code] for code in _CODE.findall(reason) if code in _CATEGORIES)
    return f"{', '.join(found)}: {reason}" if found else reason


def _failed(error: Any) -> JobState:
    if at(error, "code") == _CANCELLED:
        return "cancelled"
    reason = words({"error": error})
    return "moderated" if unwanted(reason) or explained(reason) != reason else "failed"


def _media(one: Input, known: str) -> dict[str, str]:
    kind, _, data = known.removeprefix("data:").partition(";base64,")
    good = kind.startswith("video/") if one.kind == "source_video" else kind in _PICTURES
    if not good:
        raise Unfit(
            [Refusal("references", f"{one.role} is {kind}; it takes PNG and JPEG pictures, and clips to extend")]
        )
    return {"bytesBase64Encoded": data, "mimeType": kind}


FAMILIES: Mapping[str, type[Family]] = {"any": Vertex}
