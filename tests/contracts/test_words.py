"""Laws over the word lists: every sentence in both languages, same places, every id used exists, none is dead."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from regulars.base.words import LANGUAGES, add_words, places, word_list

SOURCE = Path(__file__).parents[2] / "src"
add_words("regulars_web")  # the web's sentences keep the same laws
SAYERS = {"say", "Text", "tell"}


def ids_in_code() -> tuple[set[str], set[str]]:
    """Message ids written out in the code, and regular expressions of ids that are put together."""
    literal: set[str] = set()
    patterns: set[str] = set()
    domains = {key.split(".")[0] for key in word_list("en")}
    shape = re.compile(rf"^({'|'.join(sorted(domains))})(\.[a-z0-9_]+)+$")
    for path in SOURCE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = {id(v) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for v in node.values}
        for node in ast.walk(tree):
            if id(node) in inside:
                continue
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and shape.match(node.value):
                if node.value.endswith((".typ", ".css", ".toml", ".md")):
                    continue
                literal.add(node.value)
            if isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(str(v.value)) if isinstance(v, ast.Constant) else r"[a-z0-9_.\-]+" for v in node.values
                ]
                pattern = "".join(parts)
                if re.match(rf"^({'|'.join(sorted(domains))})\\\.", pattern):
                    patterns.add(pattern)
    for path in SOURCE.rglob("templates/**/*.html"):
        page = path.read_text(encoding="utf-8")
        literal |= set(re.findall(r"{% t [\"']([a-z0-9_.]+)[\"']", page))
        patterns |= {
            re.escape(start) + r"[a-z0-9_.\-]+" for start in re.findall(r"{% with [\"']([a-z0-9_.]+)[\"']\|add:", page)
        }
    for path in SOURCE.glob("regulars/ledger/sources/*.toml"):  # a source that is refused names the reason and its hint
        for reason in re.findall(r'^refuse = "([a-z0-9_.]+)"', path.read_text(encoding="utf-8"), re.MULTILINE):
            literal |= {reason, f"{reason}_hint"}
    return literal, patterns


def test_both_languages_have_the_same_sentences() -> None:
    english, chinese = (set(word_list(language)) for language in LANGUAGES)
    assert english - chinese == set(), "missing in Chinese"
    assert chinese - english == set(), "missing in English"


def test_both_languages_have_the_same_places() -> None:
    english, chinese = (word_list(language) for language in LANGUAGES)
    # A Chinese sentence may count where English uses its singular, so `n` may stand on one side only.
    assert [id for id in english if places(english[id]) - {"n"} != places(chinese[id]) - {"n"}] == []


def test_every_id_in_the_code_has_a_sentence() -> None:
    literal, patterns = ids_in_code()
    known = set(word_list("en"))
    tables = {".".join(id.split(".")[:-1]) for id in known}
    assert {id for id in literal if id not in known and id not in tables} == set()
    unmatched = {p for p in patterns if not any(re.fullmatch(p, id) for id in known)}
    assert unmatched == set(), "ids put together that no sentence can match"


def test_no_sentence_is_dead() -> None:
    literal, patterns = ids_in_code()
    dead = {
        id
        for id in word_list("en")
        if id.removesuffix("_one") not in literal
        and id not in literal
        and not any(re.fullmatch(p, id.removesuffix("_one")) or re.fullmatch(p, id) for p in patterns)
    }
    assert dead == set()


def test_chinese_is_printed_as_hong_kong_prints_it() -> None:
    shown = {id: re.sub(r"\{[^}]*\}", "", text) for id, text in word_list("zh-Hant").items()}
    half_width = [id for id, text in shown.items() if re.search(r"[一-鿿][,;?!](?:\s|$|[一-鿿])", text)]
    assert half_width == [], "half-width punctuation after a character"
    foreign = {"用戶": "客戶", "信息": "資料／訊息", "質量": "質素", "視頻": "影片", "默認": "預設"}
    assert [(id, right) for id, text in shown.items() for wrong, right in foreign.items() if wrong in text] == []


#: Sentences about published studies. A study of the business's own data is 分析, in the web as in the reports.
PUBLISHED = {
    *("card.relationships.what", "report.trust.a", "report.trust.b", "report.investments.told_curve"),
    *("report.trust.untried_win_back", "strategy.why.evidence_borrowed"),
}


def test_one_chinese_word_for_one_thing() -> None:
    chinese = word_list("zh-Hant")
    assert {id for id, words in chinese.items() if "研究" in words} <= PUBLISHED
    other = {
        "制定": "制訂",
        "擬定": "制訂",
        "增值": "增益",
        "人手時數": "員工工時",
        "常來客戶": "活躍客戶",
        "預繳套票": "預付套票",
    }
    found = {id: word for id, words in chinese.items() for word in other if word in words}
    assert found == {}, "said in another word elsewhere"


def test_every_card_a_page_leads_to_is_there() -> None:
    cards = {key.split(".")[1] for key in word_list("en") if key.startswith("card.")}
    pages = [page.read_text(encoding="utf-8") for page in SOURCE.rglob("templates/**/*.html")]
    led_to = {card for page in pages for card in re.findall(r"{% url 'method' '(\w+)'", page)}
    assert led_to and led_to <= cards
