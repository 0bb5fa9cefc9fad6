"""The record of a decision as plain data: enough to tell it in words, and to make the same choice again bit for bit."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from callsheet.errors import ConflictError, VersionError
from callsheet.routing.belief import Posterior
from callsheet.routing.decide import POLICY, Answer, Question, Spend, decide
from callsheet.routing.difficulty import Rates, Widths
from callsheet.routing.sequences import Option, Step, Worth, outlook
from callsheet.routing.verdicts import Situation, Try


@dataclass(frozen=True)
class PriceSeen:
    """Where an offer's price was read, and on which day."""

    source: str
    on: date


def record(
    question: Question,
    answer: Answer,
    *,
    excluded: Sequence[tuple[str, str]] = (),
    posteriors: Mapping[str, Posterior] | None = None,
    prices: Mapping[str, PriceSeen] | None = None,
    currency: str = "",
) -> dict[str, Any]:
    """The decision as JSON data: `excluded` are (offer, rule), `posteriors` by model, `prices` by offer."""
    return {
        "policy": POLICY,
        "shot": question.shot,
        "currency": currency,
        "question": _plain_question(question),
        "excluded": [list(pair) for pair in excluded],
        "posteriors": {model: asdict(posterior) for model, posterior in sorted((posteriors or {}).items())},
        "prices": {
            offer: {"source": seen.source, "on": seen.on.isoformat()} for offer, seen in sorted((prices or {}).items())
        },
        "answer": _plain_answer(answer, question.worth),
    }


def replay(plain: Mapping[str, Any]) -> Answer:
    """Decide again from a record.

    Raises VersionError when another policy made it, ConflictError when the same question now gets another answer.
    """
    if plain["policy"] != POLICY:
        raise VersionError(
            f"policy {plain['policy']} made this decision, this is {POLICY}",
            where=plain["shot"],
            remedy="Replay it with the release that made it.",
        )
    question = question_of(plain)
    answer = decide(question)
    if _plain_answer(answer, question.worth) != plain["answer"]:
        raise ConflictError(
            "the same question got another answer",
            where=plain["shot"],
            remedy="The record was changed, or the libraries that compute it were.",
        )
    return answer


def question_of(plain: Mapping[str, Any]) -> Question:
    """The question that a record holds."""
    return _question(plain["shot"], plain["question"])


def _plain_question(question: Question) -> dict[str, Any]:
    return {
        "situation": {**asdict(question.situation), "bar": list(question.situation.bar)},
        "options": [
            {
                **asdict(option),
                "rates": {"accept": option.rates.accept, "criteria": list(option.rates.criteria)},
            }
            for option in question.options
        ],
        "worth": asdict(question.worth),
        "widths": asdict(question.widths),
        "history": [{**asdict(one), "failed": list(one.failed)} for one in question.history],
        "attempts": question.attempts,
        "critical": question.critical,
        "must": question.must,
        "seed": question.seed,
        "spend": asdict(question.spend),
        "deviations": dict(sorted(question.deviations.items())),
        **({} if question.planned is None else {"planned": question.planned, "tried": question.tried}),
    }


def _question(shot: str, plain: Mapping[str, Any]) -> Question:
    place = plain["situation"]
    return Question(
        shot=shot,
        situation=Situation(place["use_case"], tuple(place["bar"]), place["tier"]),
        options=tuple(
            Option(**{**one, "rates": Rates(one["rates"]["accept"], tuple(one["rates"]["criteria"]))})
            for one in plain["options"]
        ),
        worth=Worth(**plain["worth"]),
        widths=Widths(**plain["widths"]),
        history=tuple(Try(one["model"], one["accepted"], tuple(one["failed"])) for one in plain["history"]),
        attempts=plain["attempts"],
        critical=plain["critical"],
        must=plain["must"],
        seed=plain["seed"],
        spend=Spend(**plain["spend"]),
        deviations=dict(plain["deviations"]),
        planned=plain.get("planned"),
        tried=plain.get("tried", 0.0),
    )


def again(plain: Mapping[str, Any], question: Question) -> dict[str, Any]:
    """The record with another question in the place of its own, and the answer to that."""
    answer = decide(question)
    return {**plain, "question": _plain_question(question), "answer": _plain_answer(answer, question.worth)}


def _plain_answer(answer: Answer, worth: Worth) -> dict[str, Any]:
    return {
        "offer": answer.offer,
        "propensity": answer.propensity,
        "explored": answer.explored,
        "values": [list(pair) for pair in answer.values],
        "propensities": [list(pair) for pair in answer.propensities],
        "plan": _plain_step(answer.plan),
        "outlook": asdict(outlook(answer.plan, worth.review)),
    }


def _plain_step(step: Step | None) -> dict[str, Any] | None:
    if step is None:
        return None
    return {
        "offer": step.option.offer,
        "accept": step.accept,
        "value": step.value,
        "after": [
            {"failed": list(pattern), "chance": step.chances[pattern], "next": _plain_step(later)}
            for pattern, later in step.after.items()
        ],
    }
