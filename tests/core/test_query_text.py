"""The language of the search bar: what is typed, what it means, and the way back."""

import os
import time
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from photoclip.core.contradictions import contradiction
from photoclip.core.filter_values import TYPES, canonical
from photoclip.core.query import Feedback, Filter, Item, Key, Picture, Query, Words
from photoclip.core.query_text import Chips, chips, parse, written, written_item

TODAY = date(2026, 11, 21)
HASH = "0123456789abcdef" * 2

# PHOTOCLIP_EXAMPLES=10000 asks for as many.
thorough = settings(
    max_examples=int(os.environ.get("PHOTOCLIP_EXAMPLES", "300")),
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def asked(text: str) -> tuple[str, list[Item]]:
    query = parse(text, TODAY)
    return query.phrase, list(query.items)


def only(text: str) -> Item:
    phrase, items = asked(text)
    assert (phrase, len(items)) == ("", 1)
    return items[0]


def where(key: Key, *values: str) -> Filter:
    return Filter(key, values)


def test_all_in_one_bar() -> None:
    text = (
        "dog on the beach -people 2023 camera:iphone tag:holiday rating:>=3 in:Italy"
        f' "IMG_2034" 2:sunset like:{HASH} liked:{HASH} disliked:{HASH}'
    )
    assert asked(text) == (
        "dog on the beach",
        [
            Words("people", -1),
            where(Key.DATE, "2023"),
            where(Key.CAMERA, "iphone"),
            where(Key.TAG, "holiday"),
            where(Key.RATING, ">=3"),
            where(Key.IN, "Italy"),
            where(Key.EXACT, "IMG_2034"),
            Words("sunset", 2),
            Picture(HASH),
            Feedback(HASH, True),
            Feedback(HASH, False),
        ],
    )


def test_parts_filters_and_feedback() -> None:
    query = parse(f"dog -people camera:x 2:sunset like:{HASH} liked:{HASH}", TODAY)
    assert query.parts == (Words("dog"), Words("people", -1), Words("sunset", 2), Picture(HASH))
    assert query.filters == (where(Key.CAMERA, "x"),)
    assert query.feedback == (Feedback(HASH, True),)


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("2:sunset", Words("sunset", 2)),
        ('0.5:"red car"', Words("red car", 0.5)),
        (".5:fog", Words("fog", 0.5)),
        ("-2:fog", Words("fog", -2)),
        ('-1:"red car"', Words("red car", -1)),
        ("-😀", Words("😀", -1)),
        ("－人", Words("人", -1)),
        ("2：日落", Words("日落", 2)),
        ('2:"2019"', Words("2019", 2)),
        (f"-like:{HASH}", Picture(HASH, -1)),
        (f"2:like:{HASH.upper()}", Picture(HASH, 2)),
        ('like:"/a b/c.jpg"', Picture("/a b/c.jpg")),
        ("like:./c.jpg", Picture("./c.jpg")),
        ('"IMG 2034"', where(Key.EXACT, "IMG 2034")),
        ('"2019"', where(Key.EXACT, "2019")),
        ("“IMG 2034”", where(Key.EXACT, "IMG 2034")),
        ('"say ""hi"""', where(Key.EXACT, 'say "hi"')),
        ('-"exactly"', Filter(Key.EXACT, ("exactly",), True)),
        ("2019..2021", where(Key.DATE, "2019..2021")),
        ("before:2020", where(Key.DATE, "before 2020")),
        ("after:2019-05", where(Key.DATE, "after 2019-05")),
        ("since 2019", where(Key.DATE, "since 2019")),
        ('date:"Last  Month"', where(Key.DATE, "last month")),
        ("date:2019,2021", where(Key.DATE, "2019", "2021")),
        ("-2019", Filter(Key.DATE, ("2019",), True)),
        ('-date:"summer 2019"', Filter(Key.DATE, ("summer 2019",), True)),
        ("tag：狗", where(Key.TAG, "狗")),
        ("标签：狗，猫", where(Key.TAG, "狗", "猫")),
        ('tag:"a, b"', where(Key.TAG, "a, b")),
        ("tag:a/b", where(Key.TAG, "a/b")),
        ("-tag:שלום", Filter(Key.TAG, ("שלום",), True)),
        ("camera:iphone,nikon", where(Key.CAMERA, "iphone", "nikon")),
        ("camera：iphone，nikon", where(Key.CAMERA, "iphone", "nikon")),
        ("camera:iphone,", where(Key.CAMERA, "iphone")),
        ("Camera:iPhone", where(Key.CAMERA, "iPhone")),
        ('lens:"EF  50mm"', where(Key.LENS, "EF 50mm")),
        ('folder:"/a  b"', where(Key.FOLDER, "/a  b")),
        (r"folder:C:\Users", where(Key.FOLDER, r"C:\Users")),
        ("album:Wedding", where(Key.ALBUM, "Wedding")),
        ("rating:3", where(Key.RATING, "3")),
        ("rating:>3", where(Key.RATING, ">=4")),
        ("rating:≥3", where(Key.RATING, ">=3")),
        ("rating:3+", where(Key.RATING, ">=3")),
        ("rating:<3", where(Key.RATING, "<=2")),
        ("rating:2..4", where(Key.RATING, "2..4")),
        ("rating:none", where(Key.RATING, "0")),
        ("rating:rejected", where(Key.RATING, "rejected")),
        ("is:fav", where(Key.IS, "favourite")),
        ("-is:Portrait", Filter(Key.IS, ("portrait",), True)),
        ("type:JPG,heif,.tif", where(Key.TYPE, "jpeg", "heic", "tiff")),
        ("has:gps", where(Key.HAS, "place")),
        ("near:48.85,2.35", where(Key.NEAR, "48.85,2.35,5km")),
        ("near:48.850，-2.35，500m", where(Key.NEAR, "48.85,-2.35,0.5km")),
        ('near:"48.85, 2.35, 10 mi"', where(Key.NEAR, "48.85,2.35,16.09344km")),
    ],
)
def test_one_item(text: str, item: Item) -> None:
    assert only(text) == item
    assert only(written_item(item)) == item


@pytest.mark.parametrize(
    "text",
    [
        "12:30 clock",
        "16:9",
        "(",
        ")(",
        ":",
        "a : b",
        "::",
        "https://example.com/a?b=c",
        "foo:bar",
        "tag:",
        "camera:,",
        '"unclosed',
        'tag:"unclosed words',
        'date:"foo"',
        "date:soon",
        "2023-02-30",
        "before:soon",
        "rating:7",
        "rating:>5",
        "type:exe",
        "is:nice",
        "has:legs",
        "near:here",
        "near:91,0",
        "near:1,2,3,4",
        "like:sunset",
        "liked:sunset",
        f"-liked:{HASH}",
        "2:tag:dog",
        "0:dog",
        "2000:dog",
        "-",
        "--",
        "->",
        "😀 8:) שלום עולם",
        "may flowers",
        "1000 people",
        "Room 2019",
        'a 5" nail',
    ],
)
def test_what_is_no_filter_is_words(text: str) -> None:
    assert asked(text) == (text, [])


def test_chinese_punctuation_parts_words() -> None:
    assert asked("狗，海滩、2023年8月日落") == ("狗 海滩 日落", [where(Key.DATE, "2023年8月")])


def test_a_backslash_makes_a_word() -> None:
    assert asked(r"space odyssey \2001") == ("space odyssey 2001", [])
    assert asked(r"\-people \tag:dog summer \2019") == ("-people tag:dog summer 2019", [])
    assert written(Query("last month")) == r"\last month"


def test_what_stands_apart_is_no_date_together() -> None:
    query = parse("last -people month", TODAY)
    assert query.phrase == "last month"
    assert parse(written(query), TODAY) == query


def test_an_item_can_be_taken_out_and_added() -> None:
    query = parse("dog -people camera:x", TODAY)
    assert query.without(Words("people", -1)) == parse("dog camera:x", TODAY)
    assert query.without(Words("dog")) == parse("-people camera:x", TODAY)
    assert query.without(where(Key.TAG, "y")) == query
    one = where(Key.CAMERA, "x")
    assert Query("dog").extended(Words("people", -1), one, one) == query
    assert not Query()


@pytest.mark.parametrize(
    ("text", "kind", "label"),
    [
        ("camera:iPhone", "camera", "camera: iPhone"),
        ("camera:iPhone,Nikon", "camera", "camera: iPhone or Nikon"),
        ("-people", "words", "not: people"),
        ("2:sunset", "words", "2 × sunset"),
        ("-0.5:fog", "words", "not: 0.5 × fog"),
        ("2023", "date", "2023"),
        ("before:2020", "date", "before 2020"),
        ("-2023", "date", "not 2023"),
        ("-camera:x", "camera", "not camera: x"),
        ("rating:>=3", "rating", "rating: ≥ 3"),
        ("is:fav", "is", "favourite"),
        ("has:place", "has", "has place"),
        ('"IMG_1"', "exact", '"IMG_1"'),
        (f"2:like:{HASH}", "like", "2 × like this picture"),
        (f"liked:{HASH}", "liked", "more like this one"),
        (f"disliked:{HASH}", "disliked", "less like this one"),
    ],
)
def test_what_a_chip_says(text: str, kind: str, label: str) -> None:
    item = only(text)
    assert (item.kind, item.label) == (kind, label)


@pytest.mark.parametrize(
    ("text", "made", "rest"),
    [
        ("dog camera:iphone ", "camera:iphone", "dog "),
        ("dog camera:iph", "", "dog camera:iph"),
        ("dog 2:sunset on ", "2:sunset", "dog on "),
        ("2023 ", "date:2023", ""),
        ("2023", "", "2023"),
        ("may ", "", "may "),
        ("may 2023 ", 'date:"may 2023"', ""),
        ("from 2019 ", "", "from 2019 "),
        ("between 2019 ", "", "between 2019 "),
        ("from 2019 to 2021 ", 'date:"from 2019 to 2021"', ""),
        ("from 2019 dog", "date:2019", "dog"),
        ('"IMG 1" ', '"IMG 1"', ""),
        ('"IMG 1', "", '"IMG 1'),
        (r"\2019 dog ", "", r"\2019 dog "),
    ],
)
def test_what_becomes_a_chip_on_space(text: str, made: str, rest: str) -> None:
    assert chips(text, TODAY) == Chips(parse(made, TODAY).items, rest)


def test_enter_finishes_what_stands_last() -> None:
    assert chips("dog camera:iph", TODAY, entered=True) == Chips((where(Key.CAMERA, "iph"),), "dog")
    assert chips("from 2019 ", TODAY, entered=True) == Chips((where(Key.DATE, "2019"),), "")


@pytest.mark.parametrize(
    "text",
    [
        "before:2000 after:2010",
        "2019 2020",
        "2019 -2019",
        "last month since 2027",
        "2019 -2019-01..2019-06 -2019-07..2019-12",
        "rating:5 rating:1",
        "rating:>=3 rating:none",
        "rating:3 -rating:2..4",
        "tag:a -tag:a",
        "camera:a,b -camera:a -camera:b",
        "type:raw type:jpeg",
        "is:landscape is:portrait",
        "is:panorama is:square",
        '"a" -"a"',
    ],
)
def test_a_contradiction_is_told(text: str) -> None:
    sentence = contradiction(parse(text, TODAY), TODAY)
    assert sentence is not None
    assert sentence.endswith("so no photo can match.")


def test_the_two_that_exclude_each_other_are_named() -> None:
    query = parse("2019..2021 rating:3 tag:a before:2000 after:2010", TODAY)
    assert contradiction(query, TODAY) == (
        "“2019..2021” and “before 2000” exclude each other, so no photo can match."
    )


@pytest.mark.parametrize(
    "text",
    [
        "dog",
        "2019 2019-05",
        "since 2010 before 2011",
        "2019 -2019-01..2019-06",
        "rating:>=3 rating:<=3",
        "tag:a tag:b",
        "tag:a,b -tag:a",
        "is:landscape is:panorama is:favourite",
        "is:favourite,landscape is:portrait",
        "type:raw,jpeg type:jpeg",
        "-2019",
    ],
)
def test_what_may_match_is_no_contradiction(text: str) -> None:
    assert contradiction(parse(text, TODAY), TODAY) is None


# Any query there can be, made of values and not of text.

_tricky = st.sampled_from(
    """dog beach 狗 2019 last month may 2023年8月 去年夏天的狗 -people -2019 12:30 tag:dog tag: :
    camera: http://a.b :: " "" \\ \\x "a b" “ ” “a 狗，海 a,b ( ) 2:x -2:x 0.5:"x " -"x from to
    between and before since 2019..2021 .. the in of room people 昨天 今天 1990s 😀 שלום é
    like:x""".split()
)
_word = st.one_of(_tricky, st.text(min_size=1, max_size=8)).map(lambda t: "".join(t.split()))
_phrases = st.lists(_word, max_size=6).map(lambda words: " ".join(filter(None, words)))
_texts = st.lists(_word, min_size=1, max_size=4).map(" ".join).map(lambda t: " ".join(t.split()))
_some_text = _texts.filter(bool)
_weights = st.builds(
    lambda weight, sign: weight * sign,
    st.one_of(st.sampled_from([1.0, 2.0, 0.5]), st.floats(1e-4, 100)),
    st.sampled_from([1, -1]),
)
_hashes = st.text("0123456789abcdef", min_size=32, max_size=32)
_paths = st.one_of(_some_text, st.text(min_size=1)).filter(
    lambda path: path.strip() != "" and path.lower() not in (HASH,)
)
_dates = st.one_of(
    st.dates(date(1826, 1, 1), date(2100, 1, 1)).map(lambda day: day.isoformat()),
    st.integers(1826, 2100).map(str),
    st.sampled_from(
        """summer 2019|last month|before 2020|since last week|after 2019-05|2019..2021|去年夏天
        |2019年5月到2020年2月|christmas 2020|between may 2019 and june 2020|1990s|may 5, 2019
        |until yesterday|..2021|up to 2019""".replace("\n        ", "").split("|")
    ),
)
_rough = {
    Key.DATE: _dates,
    Key.FOLDER: _paths,
    Key.RATING: st.sampled_from("0 3 5 >=3 <=2 2..4 rejected >3 none".split()),
    Key.IS: st.sampled_from("favourite landscape portrait square panorama".split()),
    Key.TYPE: st.sampled_from(sorted(TYPES)),
    Key.HAS: st.sampled_from("place caption tags rating".split()),
}
_near = st.builds(
    "{:.6f},{:.6f},{:.3f}km".format, st.floats(-90, 90), st.floats(-180, 180), st.floats(0.01, 900)
)


def _filters(key: Key) -> st.SearchStrategy[Filter]:
    values = st.lists(_rough.get(key, _some_text), min_size=1, max_size=3).map(tuple)
    if key is Key.NEAR:
        values = st.tuples(_near)
    if key is Key.EXACT:
        values = st.tuples(_some_text)
    spelled = values.map(lambda given: canonical(key, given, TODAY)).filter(bool)
    return st.builds(Filter, st.just(key), spelled, st.booleans())


_items: st.SearchStrategy[Item] = st.one_of(
    st.builds(Words, _some_text, _weights),
    st.builds(Picture, st.one_of(_hashes, _paths), _weights),
    st.builds(Feedback, _hashes, st.booleans()),
    *map(_filters, Key),
)
_queries = st.builds(Query, _phrases, st.lists(_items, max_size=6).map(tuple))


@thorough
@given(_queries)
def test_a_query_is_written_and_read_back(query: Query) -> None:
    text = written(query)
    assert parse(text, TODAY) == query
    # A live album is read again in years to come.
    assert parse(text, date(2126, 1, 1)) == query


_soup = st.lists(
    st.one_of(
        _tricky,
        st.text(max_size=6),
        st.text(max_size=6, alphabet=" \"“”\\:：,，-－.0123aあ狗年月的"),
        st.sampled_from(["tag:", "date:", "like:", "-", "2:", '"', " ", "：", "，", "\t", "\0"]),
    ),
    max_size=12,
).map("".join)  # fmt: skip


@thorough
@given(st.one_of(st.text(), _soup, st.text(alphabet=st.characters(exclude_categories=()))))
def test_any_text_is_a_query(text: str) -> None:
    query = parse(text, TODAY)
    assert parse(written(query), TODAY) == query
    contradiction(query, TODAY)
    for item in query.items:
        assert item.label
        assert parse(written_item(item), TODAY) == Query(items=(item,))


@thorough
@given(_soup, st.booleans())
def test_chips_and_the_rest_are_the_whole(text: str, entered: bool) -> None:
    made = chips(text, TODAY, entered)
    whole = parse(text, TODAY)
    assert set(made.items) <= set(whole.items)
    if entered:
        assert made.items == whole.items


@pytest.mark.parametrize(
    "piece",
    [
        "tag:a ",
        "-word ",
        "2019 ",
        "last ",
        '"a ',
        '"a"" ',
        'tag:"a ',
        'date:"a"" date:""b ',
        '""""',
        "“a ",
        "去年的",
        "去年的海滩 ",
        "tag:a,",
        "\\",
        "2:",
        "between ",
    ],
)
def test_thousands_of_chips_take_time_in_proportion(piece: str) -> None:
    def seconds(count: int) -> float:
        text = piece * count
        start = time.process_time()
        query = parse(text, TODAY)
        assert parse(written(query), TODAY) == query
        return time.process_time() - start

    seconds(10)
    few = min(seconds(250), seconds(250))
    # Eight times the text takes eight times as long; were it its square, 64 times, always.
    assert any(seconds(2000) < 30 * few + 0.05 for _ in range(5))


def test_thousands_of_filters_are_looked_through() -> None:
    text = " ".join(f"2019-{month:02}-{day:02}" for month in (1, 2) for day in range(1, 28)) * 60
    assert contradiction(parse(text, TODAY), TODAY) is not None
