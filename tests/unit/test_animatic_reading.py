"""How the animatic reads a board: places, poses, people, things, weather and hours, in English and Chinese."""

import itertools

import pytest

from callsheet.film.asset import Cast, Location, Prop
from callsheet.film.frames import Rate
from callsheet.film.shot import Camera, Mood
from callsheet.film.take import Order
from callsheet.media.animatic.reading import find, read


def order(action: str, place: str | None = None, cast: tuple[str, ...] = (), **given: object) -> Order:
    fields: dict[str, object] = {
        "code": "EP01 SQ010 SH010", "action": action, "camera": Camera(), "frames": 24, "rate": Rate(24), "framings": ("16:9",),
        "mood": Mood(), "creativity": 0.3, "time_of_day": None, "weather": None, "use_case": None,
        "location": Location(name=place) if place else None, "location_id": "here" if place else None,
        "cast": tuple((name.lower(), Cast(name=name)) for name in cast), "props": (), "look": None, "language": "en",
        "text_room": "none", "references": (),
    }  # fmt: skip
    return Order.model_validate({**fields, **given})


@pytest.mark.parametrize(
    ("action", "place", "expected"),
    [
        ("She walks", "Neon alley", "street"),
        ("She walks", "Mountain lake", "lake"),
        ("She walks", "Tea house", "courtyard"),
        ("She walks", "Hospital-corridor", "corridor"),
        ("She sips", "Corner coffee shop", "kitchen"),
        ("A bowl of soup in a busy kitchen", None, "kitchen"),
        ("Waves break on the shore", None, "sea"),
        ("She drives", "Inside the taxi", "car"),
        ("A car rushes by", None, "road"),
        ("她走进来", "咖啡馆", "kitchen"),
        ("她站在上海的天台上", None, "skyline"),
        ("两人对坐", "老城茶馆", "courtyard"),
        ("医生走过", "医院走廊", "corridor"),
        ("雪落在山顶", None, "mountain"),
        ("海报上写着信息", None, "studio"),
        ("Serenity", None, "studio"),
    ],
)
def test_places(action: str, place: str | None, expected: str) -> None:
    assert read(order(action, place)).place == expected


@pytest.mark.parametrize(
    ("action", "pose", "prop"),
    [
        ("Mei pours tea from the teapot", "pour", "teapot"),
        ("Mei drinks coffee", "drink", "cup"),
        ("Mei is walking, holding a red umbrella", "walk", "umbrella"),
        ("Mei gazes over the valley", "lookout", None),
        ("Mei is typing on a laptop", "desk", "laptop"),
        ("Mei在打电话", "phone", "phone"),
        ("Mei坐着看书", "read", "book"),
        ("Mei奔跑", "run", None),
    ],
)
def test_poses_and_what_is_held(action: str, pose: str, prop: str | None) -> None:
    actor = read(order(action, cast=("Mei",))).actors[0]
    assert (actor.pose, actor.prop) == (pose, prop)


def test_each_character_does_what_their_own_words_say() -> None:
    reading = read(order("Mei sits at the table, reading a letter, while Lin walks in with a bag", cast=("Mei", "Lin")))
    mei, lin = reading.actors
    assert (mei.pose, mei.prop, mei.seated) == ("read", "letter", True)
    assert (lin.pose, lin.prop, lin.seated) == ("walk", "bag", False)


def test_people_without_a_cast_entry_come_from_the_words() -> None:
    assert read(order("An old woman waits")).actors[0].age == "old"
    assert read(order("男人和女人争吵")).actors[0].pose == "argue"
    assert len(read(order("男人和女人争吵")).actors) == 2
    assert read(order("A mountain at dawn")).actors == ()
    assert read(order("A crowd cheers")).crowd


def test_words_are_whole_words() -> None:
    assert find("things", "the barcode of a carpet") == []
    assert find("places", "a seasonal, stagey, roomy thing") == []
    assert [meaning for _, meaning in find("places", "上海")] == ["skyline"]
    assert find("people", "人工智能的人气") == []


def test_hours_and_weather_come_from_fields_first_then_words() -> None:
    assert read(order("Sunset over the bay")).time == "dusk"
    assert read(order("Sunset over the bay", time_of_day="dawn")).time == "dawn"
    assert read(order("雨夜的街头")).weather == "rain"
    assert read(order("雨夜的街头")).time == "night"
    assert read(order("Sunny day", weather="snow")).weather == "snow"
    assert read(order("A thing", mood=Mood(valence=-0.8))).time in ("dusk", "night")


def test_props_lead_the_things() -> None:
    reading = read(order("A cup stands beside it", props=(("pot", Prop(name="Clay teapot")),)))
    assert reading.things[:2] == ("teapot", "cup")


def test_an_umbrella_is_held_over_the_head() -> None:
    from callsheet.media.animatic.pose import Body, skeleton

    low, high = (skeleton("walk", 0.4, Body(), aloft=aloft).hands[0][1] for aloft in (False, True))
    assert high < -0.65 < low


def test_feet_do_not_slide_while_they_bear_weight() -> None:
    from callsheet.media.animatic.pose import Body, skeleton

    grounded = []
    for n in range(200):
        bones = skeleton("walk", n / 100, Body())
        for x, y in bones.ankles[:1]:
            if y > -0.0355:
                grounded.append((n, x + bones.advance))
    steps = [abs(b - a) for (m, a), (n, b) in itertools.pairwise(grounded) if n == m + 1]
    assert len(steps) > 25
    assert sorted(steps)[len(steps) * 9 // 10] < 0.004
