"""The second writer: any OpenAI-compatible endpoint that answers with JSON.

The model proposes; the brief decides. Answers are validated, sent back with what is wrong a few times, and compiled into a board
by the same film grammar as the offline writers. What the model claims and the brief does not say is flagged and never spoken.
"""

import json
import os
import re
from dataclasses import replace
from fractions import Fraction
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from callsheet.errors import BriefError, ProviderError
from callsheet.script.assemble import RATE, Assets, finish
from callsheet.script.brief import Brief
from callsheet.script.dressing import Dressing, accent
from callsheet.script.endpoint_prompts import SYSTEM, board_prompt, treatments_prompt
from callsheet.script.endpoint_schema import BeatAnswer, BoardAnswer, TreatmentsAnswer, schema_of
from callsheet.script.look import feel, look_for, music_for
from callsheet.script.plan import Beat, Caption, Hand, Line, Picture
from callsheet.script.suit import best_format
from callsheet.script.survival import claims_something, is_quoted, source_of
from callsheet.script.words import cut_to, ended, folded, unended, units
from callsheet.script.writer import Draft, Rejected, Three, load, pick_treatment

URL, MODEL, KEY = "CALLSHEET_WRITER_URL", "CALLSHEET_WRITER_MODEL", "CALLSHEET_WRITER_KEY"
_LENGTHS = {
    "product-ad": Fraction(20),
    "lookbook": Fraction(30),
    "drama-episode": Fraction(60),
    "explainer": Fraction(60),
}
_PACES = {
    "slow": Hand(
        shortest=Fraction(3, 2),
        usual=Fraction(4),
        longest=Fraction(8),
        moves=("crane-up", "pan-right", "push", "pull", "truck-left"),
        stings=False,
        creativity=0.45,
    ),
    "steady": Hand(shortest=Fraction(1), usual=Fraction(5, 2), longest=Fraction(5), creativity=0.35),
    "quick": Hand(
        shortest=Fraction(3, 4),
        usual=Fraction(3, 2),
        longest=Fraction(3),
        moves=("static", "push", "truck-right", "handheld"),
        angles=("eye", "low", "dutch", "overhead"),
        arousal=0.25,
    ),
}
_Answer = TypeVar("_Answer", bound=BaseModel)


class _NoAnswerError(ProviderError):
    """The model answered, but never anything that could be used."""


class EndpointWriter:
    """Writes through a chat-completions endpoint.

    Url, model and key come from the arguments or from CALLSHEET_WRITER_URL, CALLSHEET_WRITER_MODEL and CALLSHEET_WRITER_KEY.
    `repairs` is how often a wrong answer is sent back. The key is sent as a bearer token and appears nowhere else.
    """

    name = "endpoint"

    def __init__(
        self,
        url: str | None = None,
        model: str | None = None,
        key: str | None = None,
        *,
        repairs: int = 3,
        timeout: float = 120.0,
    ) -> None:
        self.url = (url or os.environ.get(URL, "")).rstrip("/")
        self.model = model or os.environ.get(MODEL, "")
        self._key = key if key is not None else os.environ.get(KEY, "")
        self.repairs = repairs
        self.timeout = timeout
        self._formats = ["json_schema", "json_object", "none"]
        if not self.url:
            raise ProviderError(
                "no writer endpoint is set",
                remedy=f"Set {URL} (and {MODEL}, {KEY} where the server wants them), or leave --writer away.",
            )

    def treatments(self, brief: Brief) -> Three:
        """Three treatments proposed by the model, best fit first. Raises ProviderError when it cannot be brought to give three."""
        return self._treatments(brief, [])

    def _treatments(self, brief: Brief, rejected: list[Rejected]) -> Three:
        return self._ask(TreatmentsAnswer, treatments_prompt(brief), rejected, lambda a: a.faults()).three()

    def write(self, brief: Brief, treatment_id: str | None = None) -> Draft:
        """The board the model proposes for one treatment. Raises ProviderError or BriefError; nothing is half written.

        A model that cannot think of three different treatments works from the offline writer's, and the draft says so.
        """
        format_name = brief.format or best_format(brief)[0]
        rejected: list[Rejected] = []
        notes: list[str] = []
        try:
            three = self._treatments(brief, rejected)
        except _NoAnswerError:
            three = load(format_name).treatments(brief)
            notes.append("the model proposed no three different treatments: these are the offline writer's")
        treatment = pick_treatment(three, treatment_id, brief.name)
        seconds = brief.seconds or _LENGTHS.get(format_name, Fraction(30))
        prompt = board_prompt(brief, treatment, seconds)
        answer = self._ask(BoardAnswer, prompt, rejected, lambda a: a.faults(brief.language))
        pace = (
            "slow"
            if re.search(r"slow|long|calm|慢|长", treatment.pacing, re.IGNORECASE)
            else "quick"
            if re.search(r"quick|fast|short|快|短", treatment.pacing, re.IGNORECASE)
            else "steady"
        )
        valence, arousal = feel(brief)
        hand = replace(_PACES[pace], valence=valence, arousal=_PACES[pace].arousal + arousal)
        dressing = Dressing(brief)
        beats, flags, allowed = _compile(brief, dressing, answer, int(seconds / hand.shortest))
        used = {name for beat in beats for picture in beat.pictures for name in picture.cast}
        assets = Assets(
            cast=dressing.cast(used),
            locations=dressing.locations(),
            props=dressing.props(),
            voices=dressing.voices(),
            look=look_for(brief, brief.brand or brief.product),
            music=music_for(brief, brief.title, {"slow": 0.8, "steady": 1.0, "quick": 1.3}[pace]),
            beds=dressing.beds(),
        )
        return finish(
            brief,
            beats,
            RATE.frames(seconds),
            hand,
            assets,
            treatment,
            three,
            format=format_name,
            writer=self.name,
            allowed=allowed,
            flags=[*notes, *flags],
            rejected=tuple(rejected),
        )

    def _ask(self, kind: type[_Answer], prompt: str, rejected: list[Rejected], faults: Any) -> _Answer:
        """Ask until an answer passes; every answer that does not is kept with its reason."""
        messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": prompt}]
        reason = ""
        for turn in range(self.repairs + 1):
            text = self._complete(messages, kind, min(1.0, 0.4 + 0.2 * turn))
            try:
                answer = kind.model_validate_json(_json_in(text))
                wrong: list[str] = faults(answer)
            except ValidationError as error:
                wrong = [f"{'.'.join(str(p) for p in e['loc']) or 'answer'}: {e['msg']}" for e in error.errors()[:8]]
            if not wrong:
                return answer
            reason = "; ".join(wrong)
            rejected.append(Rejected(self._hidden(text), reason))
            ask = f"That answer cannot be used: {reason}. Answer again with the whole corrected JSON and nothing else."
            if turn < 2:
                messages = [
                    *messages[:2],
                    {"role": "assistant", "content": text[:8000]},
                    {"role": "user", "content": ask},
                ]
            else:
                # A model that goes on repeating its mistake no longer sees it, only what was wrong with it.
                messages = [
                    messages[0],
                    {"role": "user", "content": f"{prompt}\n\nAn earlier answer could not be used: {reason}."},
                ]
        raise _NoAnswerError(
            f"the writer gave no usable answer in {self.repairs + 1} tries: {reason}",
            where=self._where(),
            remedy="Try another model, or leave --writer away to use an offline format.",
        )

    def _complete(self, messages: list[dict[str, str]], kind: type[BaseModel], temperature: float) -> str:
        """One completion. A server that refuses a response format is asked with the next simpler one from then on.

        A repair asks a little warmer each time: a small model that repeats itself gets out of its rut.
        """
        while True:
            form = self._formats[0]
            body: dict[str, Any] = {"messages": messages, "temperature": temperature, "max_tokens": 3000}
            if self.model:
                body["model"] = self.model
            if form == "json_schema":
                body["response_format"] = {
                    "type": "json_schema",
                    "json_schema": {"name": kind.__name__, "schema": schema_of(kind), "strict": True},
                }
            elif form == "json_object":
                body["response_format"] = {"type": "json_object"}
            if form != "json_schema":
                wanted = json.dumps(schema_of(kind), ensure_ascii=False)
                body["messages"] = [
                    *messages[:-1],
                    {
                        **messages[-1],
                        "content": f"{messages[-1]['content']}\nAnswer with JSON for this schema:\n{wanted}",
                    },
                ]
            response = self._post(body)
            if response.status_code in (400, 404, 415, 422, 501) and len(self._formats) > 1:
                self._formats.pop(0)
                continue
            return self._content(response)

    def _post(self, body: dict[str, Any]) -> httpx.Response:
        url = self.url if self.url.endswith("/chat/completions") else f"{self.url}/chat/completions"
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        try:
            return httpx.post(
                url, json=body, headers=headers, timeout=httpx.Timeout(self.timeout, connect=min(10.0, self.timeout))
            )
        except httpx.TimeoutException:
            raise ProviderError(
                "the writer did not answer in time", where=self._where(), remedy="Try again, or use a faster model."
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderError(
                f"the writer cannot be reached: {self._hidden(str(error))}",
                where=self._where(),
                remedy=f"Check {URL} and that the server runs.",
            ) from None

    def _content(self, response: httpx.Response) -> str:
        if response.status_code in (401, 403):
            raise ProviderError(
                f"the writer refuses the key (HTTP {response.status_code})", where=self._where(), remedy=f"Set {KEY}."
            )
        if response.status_code >= 400:
            raise ProviderError(
                f"the writer failed with HTTP {response.status_code}: {self._hidden(response.text[:200])}",
                where=self._where(),
                remedy="Try again later, or use another model.",
            )
        try:
            message = response.json()["choices"][0]["message"]
            content = message["content"]
        except (ValueError, KeyError, IndexError, TypeError):
            raise ProviderError(
                "the writer's answer is no chat completion",
                where=self._where(),
                remedy=f"{URL} must be an OpenAI-compatible endpoint, such as http://localhost:8080/v1.",
            ) from None
        if not content and isinstance(message, dict) and message.get("refusal"):
            raise BriefError(
                f"the model refuses this brief: {self._hidden(str(message['refusal'])[:200])}",
                remedy="Change the brief, or use an offline format.",
            )
        return str(content or "")

    def _where(self) -> str:
        return re.sub(r"//[^/@]*@", "//", self.url.split("?", 1)[0])

    def _hidden(self, text: str) -> str:
        return text.replace(self._key, "***") if self._key else text


def _json_in(text: str) -> str:
    """The JSON object in an answer that may be wrapped in prose or a code fence."""
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text


def _compile(
    brief: Brief, dressing: Dressing, answer: BoardAnswer, room: int
) -> tuple[list[Beat], list[str], list[str]]:
    """The answer as beats. Lines that claim what the brief doesn't say are flagged and left out."""
    source = source_of(brief.text)
    never = [folded(n) for n in brief.never_say]
    flags: list[str] = []
    allowed: list[str] = []

    def usable(text: str, what: str) -> str:
        text = re.sub(r"\s+", " ", text).strip()
        if not text:
            return ""
        if any(n in folded(text) for n in never):
            flags.append(f"never-say removed from {what}: {text}")
            return ""
        if claims_something(text, brief.language) and not is_quoted(text, source):
            flags.append(f"unquoted claim removed from {what}: {text}")
            return ""
        allowed.append(text)
        return text

    beats: list[Beat] = []
    said: set[str] = set()
    for row in answer.beats[: max(3, room)]:
        picture = _picture(row, dressing, first=not beats)
        line, shown = usable(row.say, "the voice-over"), usable(row.show, "the screen")
        if line and folded(line) not in said:
            said.add(folded(line))
            spoken = ended(line, brief.language)
            allowed.append(spoken)
            picture = replace(
                picture, lines=(Line(spoken, source=line, keep=7 if row.part in ("hook", "offer", "call") else 5),)
            )
        caption = cut_to(shown, 16 if brief.language == "zh" else 9, brief.language) or (
            shown if units(shown, brief.language) <= 20 else ""
        )
        if caption:
            picture = replace(
                picture, captions=(Caption(unended(caption).replace("*", ""), _ROLES.get(row.part, "headline")),)
            )
        beats.append(
            Beat(
                row.part, row.part.title() if brief.language == "en" else _PARTS_ZH.get(row.part, row.part), (picture,)
            )
        )
    if brief.call and not any(folded(brief.call) in folded(s) for s in said):
        beats.append(
            Beat(
                "call",
                dressing.words.outro,
                (
                    dressing.end(
                        captions=(Caption(unended(brief.call), "cta"),),
                        lines=(Line(ended(brief.call, brief.language), source=brief.call, keep=8),),
                    ),
                ),
            )
        )
    elif not any(brief.product.casefold() in c.text.casefold() for b in beats for p in b.pictures for c in p.captions):
        beats.append(
            Beat(
                "call",
                dressing.words.outro,
                (dressing.end(captions=(Caption(accent(brief.product, brief.product), "title"),)),),
            )
        )
    return beats, flags, allowed


_ROLES: dict[str, Any] = {
    "hook": "headline",
    "meet": "title",
    "proof": "stat",
    "demo": "sub",
    "offer": "offer",
    "call": "cta",
    "image": "quote",
}
_PARTS_ZH = {
    "hook": "钩子",
    "problem": "从前",
    "meet": "亮相",
    "demo": "演示",
    "proof": "佐证",
    "image": "意象",
    "life": "生活",
    "offer": "优惠",
    "call": "行动",
    "scene": "场景",
    "fact": "事实",
}


def _picture(row: BeatAnswer, dressing: Dressing, first: bool) -> Picture:
    person = row.sees in ("person", "people")
    named = dressing.brief.product.casefold() in row.picture.casefold()
    return Picture(
        re.sub(r"\s+", " ", row.picture).strip(),
        row.sees,
        location="home",
        time=dressing.world.hour,
        cast=("person",) if person else (),
        props=(dressing.product_id,) if named or row.sees in ("product", "detail", "hands") else (),
        images=dressing.stills(row.sees),
        keep=9 if first else 6,
    )
