# ruff: noqa: E501
import pytest
from script_briefs import ADS, DRAMAS, EXPLAINERS, LOOKBOOKS, SCREENPLAY, ZH_SCREENPLAY

from callsheet.errors import BriefError
from callsheet.film import NARRATOR
from callsheet.script import write
from callsheet.script.fountain import Action, Cut, Speech, dump, export, looks_like, parse


def test_english_screenplays_are_read() -> None:
    play = parse(SCREENPLAY)
    assert play.title == "The Last Bus"
    assert dict(play.fields)["Author"] == "A. Person"
    assert [(s.place, s.setting, s.time) for s in play.scenes] == [
        ("Bus Stop", "exterior", "night"), ("Diner", "interior", None), ("The Bridge", "exterior", "dawn")]  # fmt: skip
    assert play.speeches[0] == Speech("Mei", "Come on, come on.", "under her breath", "")
    assert play.speeches[2].unseen
    assert any(isinstance(e, Cut) and e.dissolves for e in play.scenes[1].elements)


def test_chinese_screenplays_are_read_in_their_own_habits() -> None:
    play = parse(ZH_SCREENPLAY)
    assert play.title == "夜市"
    assert [(s.place, s.setting, s.time) for s in play.scenes] == [
        ("面馆", "interior", "night"),
        ("小巷", "exterior", "day"),
        ("旧仓库", None, "dawn"),
    ]
    assert play.speeches == (
        Speech("林夏", "老板，来一碗面。", "低声"),
        Speech("老陈", "要几两？"),
        Speech("老陈", "等一下！你的伞。"),
    )


@pytest.mark.parametrize(
    ("line", "place", "setting", "time"),
    [
        ("内. 面馆 - 夜", "面馆", "interior", "night"), ("内景 面馆 夜", "面馆", "interior", "night"), ("外景：码头 黄昏", "码头", "exterior", "dusk"),
        ("1. 外 天台 清晨", "天台", "exterior", "dawn"), ("场景二：医院走廊 夜 内", "医院走廊", "interior", "night"), (".旧仓库 - 日", "旧仓库", None, "day"),
        ("INT./EXT. CAR - MOVING - NIGHT", "Car - Moving", "interior", "night"), ("EXT. MARKET STREET - DAY", "Market Street", "exterior", "day"),
        ("int. mei's kitchen - morning", "mei's kitchen", "interior", "morning"),
    ],
)  # fmt: skip
def test_scene_headings(line: str, place: str, setting: str | None, time: str) -> None:
    scene = parse(f"{line}\n\nSomething is seen here.\n").scenes[0]
    assert (scene.place, scene.setting, scene.time) == (place, setting, time)


@pytest.mark.parametrize("text", [SCREENPLAY, ZH_SCREENPLAY])
def test_screenplays_survive_the_round_trip(text: str) -> None:
    play = parse(text)
    again = parse(dump(play))
    assert again.scenes == play.scenes
    assert again.title == play.title
    assert dump(again) == dump(play)


@pytest.mark.parametrize("key", [*ADS, *LOOKBOOKS, *EXPLAINERS, *DRAMAS])
def test_every_draft_is_a_screenplay_that_reads_back(key: str) -> None:
    text = {**ADS, **LOOKBOOKS, **EXPLAINERS, **DRAMAS}[key]
    draft = write(text, "script.fountain" if "screenplay" in key else "brief.md")
    play = parse(draft.script)
    said = [s.text for s in play.speeches]
    if key not in DRAMAS:
        assert said == [d.line for p in draft.production.board() for d in p.shot.dialogue]
        assert [s.text for s in parse(export(draft.production)).speeches] == said
        actions = [e.text for s in play.scenes for e in s.elements if isinstance(e, Action)]
        assert [p.shot.action for p in draft.production.board()] == [
            a for a in actions if not a.startswith(("SUPER: ", "字幕: "))
        ]
    assert parse(dump(play)).scenes == play.scenes


def test_forced_marks_notes_and_lyrics() -> None:
    play = parse(
        "Title: X\n\nINT. ROOM - DAY\n\n!THE DOOR SLAMS\n\n@McCoy\nHello [[a note]] there.\n\n/* cut this */\nHe waits.\n\n>CENTRED<\n"
    )
    assert play.speeches[0] == Speech("McCoy", "Hello there.")
    actions = [e.text for e in play.scenes[0].elements if isinstance(e, Action)]
    assert actions[0] == "THE DOOR SLAMS"
    assert "cut this" not in " ".join(actions)
    assert parse(dump(play)).scenes == play.scenes


def test_a_script_without_a_title_page_does_not_lose_its_first_line() -> None:
    play = parse("FADE IN:\n\nEXT. FIELD - DAY\n\nA horse.\n")
    assert play.scenes[0].elements == (Cut("FADE IN:"), Action("A horse."))
    assert play.title == "Field"


def test_empty_screenplays_are_refused() -> None:
    with pytest.raises(BriefError, match="no action"):
        parse("Title: Nothing\n\n")


def test_screenplays_are_recognised() -> None:
    assert looks_like(SCREENPLAY)
    assert looks_like(ZH_SCREENPLAY)
    assert not any(looks_like(t) for t in (*ADS.values(), *LOOKBOOKS.values(), *EXPLAINERS.values()))


def test_narrators_stay_narrators() -> None:
    draft = write(
        "INT. ROOM - NIGHT\n\nA lamp.\n\nNARRATOR (V.O.)\nNobody came.\n\nEXT. ROAD - DAY\n\nA bicycle passes.\n",
        "s.fountain",
    )
    lines = [d for p in draft.production.board() for d in p.shot.dialogue]
    assert [(d.who, d.line) for d in lines] == [(NARRATOR, "Nobody came.")]
    assert draft.production.voices[NARRATOR]


def test_props_and_dissolves_reach_the_board() -> None:
    production = write(SCREENPLAY, "s.fountain").production
    assert {"phone", "bag", "cup", "photo"} <= set(production.props)
    last = next(p.shot for p in production.board() if p.sequence == "SQ030")
    assert last.transition.kind == "dissolve"
    assert last.time_of_day == "dawn"
    assert production.locations["bus-stop"].setting == "exterior"
    assert next(p.shot for p in production.board()).weather == "rain"
