"""The product scene: every object can be built and drawn, on every set, alike each time, and it moves."""

import numpy as np
import pytest
import skia

from callsheet.film.asset import Location, Look, Prop
from callsheet.film.frames import Rate
from callsheet.film.shot import Camera, Mood, Move, Size
from callsheet.film.take import Order
from callsheet.media.animatic.camera import path
from callsheet.media.animatic.objects.likeness import likeness
from callsheet.media.animatic.objects.mesh import ball, box, disc, lathe, surface, tube
from callsheet.media.animatic.objects.naming import OBJECTS, build_object, colour_in, kind_of, label_for
from callsheet.media.animatic.objects.sets import design, kind_for, named_kind
from callsheet.media.animatic.objects.turntable import Pose, Turntable, project
from callsheet.media.animatic.scenes import product
from callsheet.media.animatic.scenes.choice import choose, own_pictures
from callsheet.media.animatic.stage import Stage, Still, View

POT = Prop(name="Kettlewick teapot", description="deep teal glaze, gold rim")
START, END = View(progress=0.0, zoom=1.0), View(time=3.0, progress=1.0, zoom=1.06, x=0.02)


def order(
    action: str = "On a stone plinth",
    prop: Prop | None = POT,
    size: Size = "medium",
    room: str = "none",
    look: Look | None = None,
) -> Order:
    return Order(
        code="EP01 SQ010 SH010", action=action, camera=Camera(size=size, move="push"), frames=48, rate=Rate(24), framings=("16:9", "9:16"),
        mood=Mood(), creativity=0.3, time_of_day=None, weather=None, use_case="product", location=None, location_id=None, cast=(),
        props=(("it", prop),) if prop else (), look=look, language="en", text_room=room, references=(),
    )  # fmt: skip


def painted(stage: Stage, *views: View) -> list[np.ndarray]:
    scene = product.build(stage)
    frames = []
    for view in views:
        surface = skia.Surface(stage.width, stage.height)
        surface.getCanvas().clear(0xFFFF00FF)
        scene.paint(surface.getCanvas(), view)
        frames.append(surface.toarray(colorType=skia.ColorType.kRGBA_8888_ColorType).astype(int))
    return frames


def coverage(kind: str, words: str = "") -> np.ndarray:
    builder, _ = OBJECTS[kind]
    _, solid = build_object(Prop(name=f"Nova {kind}", description=words), 0xFFFF7040)
    assert builder is OBJECTS[kind][0]
    plan = design(Stage(320, 180, order(), 1), "cyc", (0.3, 0.3, 0.3))
    canvas = skia.Surface(200, 200)
    Turntable(solid, plan.rig).draw(canvas.getCanvas(), Pose(solid.yaw, 0.15, 0.0, 150.0, 100.0, 175.0))
    return canvas.toarray(colorType=skia.ColorType.kRGBA_8888_ColorType).astype(int)


@pytest.mark.parametrize("kind", list(OBJECTS))
def test_every_object_has_volume_and_stands_where_it_should(kind: str) -> None:
    pixels = coverage(kind)
    seen = pixels[..., 3] > 0
    assert 0.04 < seen.mean() < 0.75
    light = pixels[..., :3].sum(-1)[seen]
    assert np.quantile(light, 0.95) - np.quantile(light, 0.05) > 60, "a lit solid has bright and dark sides"
    rows = np.flatnonzero(seen.any(1))
    assert 165 < rows[-1] < 196, "it stands on the floor"


@pytest.mark.parametrize("kind", list(OBJECTS))
def test_every_object_is_one_unit_in_size_and_has_sound_normals(kind: str) -> None:
    _, solid = build_object(Prop(name=f"Nova {kind}"), 0xFFFF7040)
    mesh = solid.mesh
    assert max(solid.width, solid.height) == pytest.approx(1.0, abs=0.02)
    assert mesh.points[:, 1].min() == pytest.approx(0.0, abs=1e-6)
    assert np.isfinite(mesh.points).all()
    assert np.isfinite(mesh.normals).all()
    assert (np.linalg.norm(mesh.normals, axis=1) < 1.01).all()
    assert mesh.faces.max() < len(mesh.points) < 65536, "skia counts vertices in 16 bits"


@pytest.mark.parametrize("solid", [
    ball((0, 0, 0), (1, 1, 1), (1, 1, 1)), lathe([(0.0, 1.0), (0.5, 0.8), (0.5, 0.0), (0.0, 0.0)], (1, 1, 1)), box((1, 1, 1), (1, 1, 1)),
    tube([(0, 0, 0), (0.3, 0.5, 0), (1, 1, 0)], 0.1, (1, 1, 1)),
])  # fmt: skip
def test_solids_point_outwards(solid: object) -> None:
    mesh = solid
    corners = mesh.points[mesh.faces]  # type: ignore[attr-defined]
    facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    told = mesh.normals[mesh.faces].mean(1)  # type: ignore[attr-defined]
    sized = np.linalg.norm(facing, axis=1) > 1e-7
    assert ((facing * told).sum(1)[sized] > 0).mean() > 0.97
    volume = (corners[:, 0] * np.cross(corners[:, 1], corners[:, 2])).sum() / 6
    assert volume > 0.02


def test_a_disc_faces_up_and_a_surface_keeps_its_grid() -> None:
    assert (disc(1.0, 0.5, (1, 1, 1)).normals[:, 1] == 1).all()
    flat = surface(np.zeros((3, 4, 3)), (1, 0, 0), normals=np.ones((3, 4, 3)))
    assert len(flat.points) == 12
    assert len(flat.faces) == 12


@pytest.mark.parametrize(
    ("name", "description", "kind"),
    [
        ("Kettlewick teapot", "", "teapot"), ("desk lamp", "", "lamp"), ("Nimbus running shoes", "", "shoe"), ("青瓷茶杯", "", "cup"),
        ("云朵连衣裙", "", "dress"),
        ("晨光精华液", "", "bottle"), ("牛肉面", "", "bowl"), ("Aurora", "a silk trench coat", "coat"),
        ("Watch strap", "", "watch"), ("Zorb", "", "form"),
        ("无线耳机", "", "headphones"), ("Honey jar", "", "jar"), ("Ledgerly", "a bookkeeping app", "phone"),
    ],
)  # fmt: skip
def test_words_choose_the_object(name: str, description: str, kind: str) -> None:
    assert kind_of(name, description) == kind


def test_words_choose_the_colour_and_the_label() -> None:
    assert colour_in("a deep navy coat with red lining") == colour_in("navy")
    assert colour_in("墨绿色大衣") == colour_in("墨绿")
    assert colour_in("米粉") is None, "rice noodles are not a colour"
    assert colour_in("bored") is None
    assert label_for("Kettlewick teapot") == "Kettlewick"
    assert label_for("晨光精华液") == "晨光"
    assert label_for("teapot") == ""


def test_a_props_own_colour_wins_over_its_words() -> None:
    _, red = build_object(Prop(name="teapot", description="green", colour="#c01010"), 0xFFFF7040)
    _, green = build_object(Prop(name="teapot", description="green"), 0xFFFF7040)
    assert red.meshes[0].colour[0, 0] > red.meshes[0].colour[0, 1]
    assert green.meshes[0].colour[0, 1] > green.meshes[0].colour[0, 0]


def test_garments_differ_in_cut_by_their_words() -> None:
    def outline(words: str) -> np.ndarray:
        return coverage("dress", words)[..., 3] > 0

    mini, maxi, qipao = outline("red mini"), outline("red maxi"), outline("red qipao")
    for one, other in ((mini, maxi), (maxi, qipao), (mini, qipao)):
        assert (one ^ other).sum() > 0.12 * (one | other).sum()


@pytest.mark.parametrize(
    "action", ["in a studio", "on a stone plinth", "on calm water", "on a kitchen table", "it floats at night"]
)
@pytest.mark.parametrize("size", [(384, 216), (216, 384)])
def test_every_set_fills_the_frame_repeats_itself_and_moves(action: str, size: tuple[int, int]) -> None:
    stage = Stage(*size, order(action), 5)
    first, last = painted(stage, START, END)
    again = painted(Stage(*size, order(action), 5), START)[0]
    assert (first == again).all()
    assert (first[..., 3] == 255).all()
    assert not (first == [255, 0, 255, 255]).all(-1).any(), "some of the frame was not painted"
    assert np.abs(first - last).mean() > 1.0


def test_words_choose_the_set_and_the_seed_chooses_without() -> None:
    stage = Stage(320, 180, order("A gift"), 1)
    assert kind_for(stage, "窗边的餐桌") == "window"
    assert kind_for(stage, "reflected in water") == "water"
    assert named_kind("a stoneware pot") is None
    assert named_kind("on a stone") == "plinth"
    assert len({kind_for(Stage(320, 180, order("A gift"), seed), "a gift") for seed in range(40)}) == 5


@pytest.mark.parametrize("size", [(384, 216), (216, 384)])
def test_the_calm_part_stays_calm(size: tuple[int, int]) -> None:
    stage = Stage(*size, order("in a studio", room="part"), 3)
    (frame,) = painted(stage, View(progress=0.5, time=1.0))
    calm = stage.calm
    light = frame[..., :3].mean(-1)
    part = light[: int(size[1] * calm.bottom() * 0.95), : int(size[0] * calm.right() * 0.95)]
    rest = light[
        int(size[1] * calm.bottom()) if stage.portrait else 0 :,
        int(size[0] * calm.right()) if not stage.portrait else 0 :,
    ]
    assert part.std() < 0.6 * rest.std()
    assert np.abs(np.diff(part, axis=1)).mean() < 3.0


def test_a_close_shot_shows_the_part_that_the_action_names() -> None:
    def at_spout(action: str) -> float:
        stage = Stage(384, 216, order(action, size="close"), 2)
        scene = product.build(stage)
        assert isinstance(scene, product.SolidSet)
        spout = scene.table.solid.details[0].at
        place = project(np.array([spout]), scene._pose(View(progress=0.5)))[0][0]
        return float(np.hypot(place[0] - 192, place[1] - 80))

    assert at_spout("the spout, in a studio") < 60
    assert at_spout("the handle, in a studio") > 2 * at_spout("the spout, in a studio")


def silhouette(stage: Stage, view: View) -> np.ndarray:
    """Where the product itself is on screen."""
    scene = product.build(stage)
    assert isinstance(scene, product.SolidSet)
    surface = skia.Surface(stage.width, stage.height)
    scene.table.draw(surface.getCanvas(), scene._pose(view))
    return surface.toarray()[..., 3] > 0


@pytest.mark.parametrize(
    ("move", "size"),
    [("push", "medium"), ("orbit", "medium"), ("crane-down", "full"), ("truck-left", "wide"), ("pull", "medium")],
)
@pytest.mark.parametrize("prop", [POT, Prop(name="Dawn serum bottle")])
def test_a_product_stands_clear_of_captions_edges_and_text(move: Move, size: Size, prop: Prop) -> None:
    shot = order("On a stone plinth in a studio", prop, size, "part").model_copy(
        update={"camera": Camera(size=size, move=move), "action": "in a studio"}
    )
    for width, height in ((216, 384), (384, 216)):
        stage = Stage(width, height, shot, 4)
        moving = path(stage)
        for index in (0, 24, 47):
            seen = silhouette(stage, moving(index))
            rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
            if stage.portrait:
                assert rows[-1] <= 0.70 * height
                assert rows[0] >= 0.34 * height
                assert columns[0] > 0.05 * width
                assert columns[-1] < 0.95 * width
            else:
                assert rows[-1] <= 0.785 * height
                assert columns[0] >= 0.5 * width
                assert columns[-1] < 0.985 * width


def test_a_close_product_leaves_the_texts_half_free() -> None:
    for action in ("the spout, in a studio", "the lid, in a studio", "the handle, in a studio"):
        stage = Stage(384, 216, order(action, size="extreme-close", room="part"), 2)
        columns = np.flatnonzero(silhouette(stage, View(progress=0.5)).any(0))
        assert columns[0] >= 0.5 * 384


def test_the_shots_size_and_angle_change_the_picture() -> None:
    def area(size: Size) -> float:
        return float(silhouette(Stage(384, 216, order("in a studio", size=size), 2), View(progress=0.5)).mean())

    assert area("wide") * 2 < area("full") < area("medium") < area("extreme-close")
    level, above = (
        silhouette(
            Stage(
                384,
                216,
                order("in a studio", Prop(name="Dawn serum bottle")).model_copy(update={"camera": Camera(angle=angle)}),
                2,
            ),
            View(progress=0.5),
        )
        for angle in ("eye", "overhead")
    )
    tall = [np.ptp(np.flatnonzero(s.any(1))) / np.ptp(np.flatnonzero(s.any(0))) for s in (level, above)]
    assert tall[1] < 0.75 * tall[0]


def test_a_pour_has_a_stream_a_cup_and_a_rising_drink() -> None:
    stage = Stage(384, 216, order("The teapot pours tea into a cup, in a studio"), 2)
    scene = product.build(stage)
    assert isinstance(scene, product.SolidSet)
    assert scene.pour is not None
    levels = []
    for share in (0.0, 1.0):
        scene.pour.fill(share)
        levels.append(float(scene.pour.cup_solid.mesh.points[scene.pour._drink, 1].mean()))
    assert levels[1] > levels[0]
    (frame,) = painted(stage, View(progress=0.5, time=1.0))
    pose = scene._pose(View(progress=0.5, time=1.0))
    x, y = pose.x + scene.pour.spout[0] * pose.scale, pose.y - scene.pour.mouth[1] * pose.scale - 0.1 * pose.scale
    around = frame[int(y), int(x) - 2 : int(x) + 14, :3]
    assert (around[:, 0] - around[:, 2]).max() > 70, "tea falls from the spout"
    still = product.build(Stage(384, 216, order("The teapot in a studio"), 2))
    assert isinstance(still, product.SolidSet)
    assert still.pour is None


def test_the_product_turns_solid_in_its_own_colour_when_the_camera_orbits() -> None:
    pixels = np.zeros((120, 100, 4), np.uint8)
    pixels[20:110, 20:80] = [200, 30, 160, 255]
    shot = order("in a studio").model_copy(update={"camera": Camera(move="orbit")})
    scene = product.build(Stage(384, 216, shot, 3, [Still("prop:it", pixels)]))
    assert isinstance(scene, product.SolidSet)
    colour = np.median(scene.table.solid.meshes[0].colour, axis=0)
    assert np.abs(colour - np.array([200, 30, 160]) / 255).max() < 0.05


def test_others_scenes_get_the_same_product() -> None:
    red = order(prop=Prop(name="teapot", colour="#c01010"))
    picture = likeness(Stage(384, 216, red, 1), "teapot")
    assert picture is not None
    pixels = picture.toarray(colorType=skia.ColorType.kRGBA_8888_ColorType)
    body = pixels[pixels[..., 3] > 250].astype(int)
    assert (body[:, 0] > body[:, 1] + 30).mean() > 0.5
    assert likeness(Stage(384, 216, red, 1), "cup") is None


def test_a_place_lies_beyond_the_table_and_people_get_the_figure_scene() -> None:
    home = Location(name="Kitchen by the window", description="an oak table", setting="interior")
    shot = order("The teapot on the table").model_copy(update={"location": home, "location_id": "home"})
    kitchen, city = (
        painted(Stage(192, 108, shot.model_copy(update={"action": action}), 3), START)[0]
        for action in ("The teapot on the table", "The teapot on a balcony, the city behind")
    )
    assert np.abs(kitchen[:30] - city[:30]).mean() > 6
    assert choose(shot, ["prop:it", "location:home"]) == "product"
    acted = shot.model_copy(update={"action": "Two hands hold the teapot", "use_case": "human-action"})
    assert choose(acted, ["prop:it", "location:home"]) == "kitchen"
    assert choose(shot, ["prop:it", "image"]) == "still"
    assert choose(shot.model_copy(update={"props": (), "use_case": "landscape"}), ["location:home"]) == "still"


def test_a_prop_still_given_again_as_image_says_nothing_new() -> None:
    one, two = (np.full((8, 8, 4), v, np.uint8) for v in (10, 200))
    stills = [Still("prop:it", one), Still("prop:it", two), Still("image", one.copy()), Still("image", two)]
    assert [s.role for s in own_pictures(stills)] == ["prop:it", "image"]


def test_a_supplied_cut_out_is_the_product() -> None:
    pixels = np.zeros((120, 100, 4), np.uint8)
    pixels[20:110, 20:80] = [230, 20, 200, 255]
    stage = Stage(384, 216, order("in a studio"), 3, [Still("prop:it", pixels)])
    frame, later = painted(stage, START, END)
    magenta = (frame[..., 0] > 150) & (frame[..., 1] < 110) & (frame[..., 2] > 120)
    assert 0.05 < magenta.mean() < 0.5
    assert np.abs(frame - later).mean() > 0.5


def test_the_looks_palette_reaches_the_set() -> None:
    plain = painted(Stage(192, 108, order("in a studio"), 3), START)[0]
    graded = painted(
        Stage(192, 108, order("in a studio", look=Look(name="Red", palette=["#300808", "#a01818", "#ff6048"])), 3),
        START,
    )[0]
    warmth = [(f[..., 0] - f[..., 2]).mean() for f in (plain, graded)]
    assert warmth[1] > warmth[0] + 4
