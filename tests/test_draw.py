"""The picture of a course: a graph that says what the rules do, and an SVG that everybody can read."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pypdf
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.plain import one_line
from console.draw.sheet import Type, width, wrapped
from console.draw.svg import svg
from console.main import run
from dunning.assumed import People
from dunning.case import Case
from dunning.drawing import Drawing, drawing
from dunning.policy import Policy
from dunning.simulate import simulate_with
from tests.policy_text import POLICIES, README, example, load_text
from tests.strategies import cases, policies
from tests.test_explain import SHIPPED

LANGUAGES = ("en", "fr")
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    '<script>alert("1")</script> & ]]> <!-- -->',
    '"]; end; click s1 href "javascript:alert(1)" #quot; %%{init: {}}%%',
    "1. `one` **two** _three_ [four](http://example.org) <br/> {{ five }}",
    "Wiederholungszahlungserinnerungsschreibenversandabteilungsleiter",
    "催促状の送付について（第一回目のお知らせ）未払いのご請求書がございます",
]


def titled(title: str) -> Policy:
    """The standard policy with this title everywhere."""
    policy = SHIPPED["standard-b2b"]
    steps = tuple(step.model_copy(update={"title": title}) for step in policy.steps)
    return policy.model_copy(update={"title": title, "steps": steps})


# ------------------------------------------------------------------------------------------------------------ the graph


def reached(drawn: Drawing) -> set[str]:
    """The nodes to which some way leads from the first."""
    found, ahead = set(), [drawn.nodes[0].id]
    while ahead:
        here = ahead.pop()
        found.add(here)
        ahead += [edge.target for edge in drawn.edges if edge.source == here and edge.target not in found]
    return found


@pytest.mark.parametrize("name", sorted(SHIPPED))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_node_of_a_shipped_policy_is_reached(name: str, language: str) -> None:
    """A reader follows the lines with a finger: they lead to every step, condition and way out, and to nothing else."""
    drawn = drawing(SHIPPED[name], language)
    ids = [node.id for node in drawn.nodes]
    assert len(set(ids)) == len(ids)
    assert reached(drawn) == set(ids)
    steps = [node.step for node in drawn.nodes if node.kind in ("message", "call", "handover")]
    assert steps == [step.step for step in SHIPPED[name].steps]


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_life_follows_the_lines_of_the_picture(data: st.DataObject) -> None:
    """Whatever the policy and the case: the steps that the rules carry out or leave out lie on one way of the graph."""
    policy = up_to_the_way_out(data.draw(policies()))
    case = data.draw(cases(policy))
    ways = {(edge.source, edge.target) for edge in drawing(policy).edges}
    names = {node.id for node in drawing(policy).nodes}
    for one, next_ in pairwise(passed(policy, case)):
        entry = f"c{next_[1:]}"
        assert (one, entry if entry in names else next_) in ways, (one, next_)
        assert entry not in names or (entry, f"s{next_[1:]}") in ways


def up_to_the_way_out(policy: Policy) -> Policy:
    """The policy without what stands after its first fork, which is a finding (P601) and never drawn."""
    ends = next((n for n, step in enumerate(policy.steps, start=1) if step.fork), len(policy.steps))
    return policy.model_copy(update={"steps": policy.steps[:ends]})


def passed(policy: Policy, case: Case) -> list[str]:
    """The nodes behind a case after two years in which nobody pays: a condition where it left the step out."""
    begin = case.added_at
    life = simulate_with(policy, case, People(), (begin, begin + timedelta(days=730)))
    met: list[str] = []
    for record in life.case.steps[len(case.steps) :]:
        letter = "c" if record.why == "condition_not_met" else "s"
        node = f"{letter}{policy.order[record.step] + 1}"
        if not met or met[-1][1:] != node[1:]:  # a step repeated stays one node
            met.append(node)
    return met


@pytest.mark.parametrize(
    ("day", "mark", "told"),
    [
        ("{days: 7, after: due_date}", "D+7", None),
        ("{days: 0, after: due_date}", "D+0", None),
        ("{days: 7, after: due_date, counted_in: business_days}", "+7", "7 business days after the due date"),
        ("{days: 5, before: due_date}", "D−5", None),
        ("{days: 5, before: due_date, counted_in: business_days}", "−5", "5 business days before the due date"),
        ("{days: 30, after: invoice_date}", "+30", "30 days after the invoice date"),
        ("{days: 10, after: end_of_due_month}", "+10", "10 days after the end of the due month"),
    ],
)
def test_a_day_stands_on_the_line_as_it_is_counted(tmp_path: Path, day: str, mark: str, told: str | None) -> None:
    """Seven business days after the due date are not D+7: the mark says +7, and the words say of what."""
    text = example(f"steps:\n  - {{step: first, day: {day}, channels: [email], letter: reminder}}\n")
    [loaded] = load_text(tmp_path, text).policies
    first = next(node for node in drawing(loaded.policy).nodes if node.id == "s1")
    assert first.mark == mark
    assert [fact.text for fact in first.facts if fact.kind == "day"] == ([told] if told else [])


def test_the_due_date_stands_between_the_note_before_it_and_the_reminder_after_it() -> None:
    """The standard course writes five days before the due date and one day after: D stands between the two."""
    assert drawing(SHIPPED["standard-b2b"]).due_before == "s2"
    assert drawing(SHIPPED["consumer"]).due_before == "s1"


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("{attempts: 1}", "no answer: next step"),
        ("{attempts: 3}", "no answer at the last attempt: next step"),
        ("{attempts: 3, results: {no_answer: ask}}", "no answer: a person decides"),
        ("{attempts: 1, results: {no_answer_at_last: ask}}", "no answer: a person decides"),
        ("{attempts: 2, results: {reached: try_again}}", "reached at the last attempt: next step"),
    ],
)
def test_a_call_says_how_it_ends(tmp_path: Path, call: str, told: str) -> None:
    """What would be tried again ends as the last attempt does; with one attempt there is nothing to try again."""
    text = example(f"steps:\n  - {{step: call, day: {{days: 5, after: due_date}}, call: {call}}}\n")
    [loaded] = load_text(tmp_path, text).policies
    [ends] = [fact.text for node in drawing(loaded.policy).nodes for fact in node.facts if fact.kind == "result"]
    assert told in ends.lower().replace("reached, no promise", "reached")


# -------------------------------------------------------------------------------------------------------------- the SVG


def texts(root: ET.Element) -> Iterator[ET.Element]:
    return root.iter(f"{SVG}text")


def words_of(root: ET.Element) -> str:
    return " ".join(text.text or "" for text in texts(root)).replace("\u00a0", " ")


@pytest.mark.parametrize("title", HOSTILE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hostile_title_stays_text_and_inside_the_picture(title: str, language: str) -> None:
    """A title with tags, quotes, brackets or no space at all is shown as it was written, within the border."""
    root = ET.fromstring(svg(drawing(titled(title), language)))
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags == {"svg", "title", "desc", "rect", "line", "path", "circle", "text"}
    assert title[:12] in words_of(root)
    whole = re.sub(r"\s", "", "".join(text.text or "" for text in texts(root)))
    assert re.sub(r"\s", "", title) in whole
    right = float(root.get("width", "0"))
    for text in texts(root):
        style = Type(float(text.get("font-size", "0")), bold=text.get("font-weight") == "bold")
        wide = width(text.text or "", style)
        left = float(text.get("x", "0")) - (wide if text.get("text-anchor") == "end" else 0)
        assert left >= 0, text.text
        assert left + wide <= right, text.text


def test_a_step_may_be_named_as_the_ends_of_the_line(tmp_path: Path) -> None:
    """Who names the first step `opened` and the last one `ended` sees both, and the two ends as well."""
    steps = "steps:\n" + "".join(
        f"  - {{step: {name}, title: Step {day}, day: {{days: {day}, after: due_date}}, channels: [email], "
        "letter: reminder}\n"
        for name, day in (("opened", 1), ("ended", 7))
    )
    [loaded] = load_text(tmp_path, example(steps)).policies
    shown = words_of(ET.fromstring(svg(drawing(loaded.policy))))
    assert [text for text in ("Invoice taken", "Step 1", "Step 7", "No step left") if text not in shown] == []


def test_a_picture_needs_nothing_from_outside_and_runs_nothing() -> None:
    """The file is sent by e-mail: it asks for no font, no style, no picture and no script."""
    for name in SHIPPED:
        text = svg(drawing(SHIPPED[name]))
        assert re.findall(r"[a-z]+://[^\"]*", text) == ["http://www.w3.org/2000/svg"]
        assert not re.search(r"<(script|style|image|use|a|foreignObject)\b|\bon[a-z]+=|url\(|href|@import", text)


def test_the_same_policy_gives_the_same_picture() -> None:
    """Two people who draw the policy on two days see no difference."""
    policy = SHIPPED["habitual-late-b2b"]
    assert svg(drawing(policy)) == svg(drawing(Policy.model_validate(policy.model_dump(mode="json"))))


def test_who_cannot_see_the_picture_is_told_the_whole_course() -> None:
    """A screen reader finds a title and every sentence of `relance policy explain`."""
    drawn = drawing(SHIPPED["consumer"], "fr")
    root = ET.fromstring(svg(drawn))
    assert root.get("role") == "img"
    named = {element.get("id"): element.text for element in root if element.get("id")}
    assert list(named) == str(root.get("aria-labelledby")).split()
    assert SHIPPED["consumer"].title in str(named["title"])
    assert all(sentence in str(named["description"]) for sentence in drawn.sentences)
    assert len(drawn.sentences) > len(SHIPPED["consumer"].steps)


def test_the_tone_is_told_by_a_word_and_a_shape_beside_its_colour() -> None:
    """Printed in grey, the firm reminder of D+15 still says firm, under a triangle, in a thicker frame."""
    root = ET.fromstring(svg(drawing(SHIPPED["standard-b2b"])))
    tones = [step.tone for step in SHIPPED["standard-b2b"].steps]
    told = [t.text for t in texts(root) if t.get("fill") == "#ffffff"]
    assert told == [*tones, "courteous", "firm", "formal"]  # and the key
    by_tone: dict[str, set[tuple[str, str]]] = {}
    shapes = [p.get("d", "") for p in root.iter(f"{SVG}path") if p.get("fill") == "#ffffff"]
    frames = [r.get("stroke-width", "") for r in root.iter(f"{SVG}rect") if r.get("rx") == "8"]
    for tone, shape, frame in zip(tones, shapes, frames, strict=False):
        by_tone.setdefault(tone, set()).add((shape, frame))
    assert len(by_tone) == 3
    assert all(len(signs) == 1 for signs in by_tone.values())
    assert len({sign for signs in by_tone.values() for sign in signs}) == 3


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb as WCAG 2.2 defines it."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_word_stands_out_from_what_is_behind_it() -> None:
    """WCAG AA asks for a contrast of 4.5 to 1 between text and its ground; the last box painted there is the ground."""
    assert round(contrast("#ffffff", "#767676"), 1) == 4.5
    root = ET.fromstring(svg(drawing(SHIPPED["standard-b2b"])))
    boxes: list[tuple[float, float, float, float, str]] = []
    for element in root:
        if element.tag == f"{SVG}rect":
            x, y, wide, tall = (float(element.get(key, "0")) for key in ("x", "y", "width", "height"))
            boxes.append((x, y, x + wide, y + tall, element.get("fill", "")))
        if element.tag == f"{SVG}text":
            x, y = float(element.get("x", "0")), float(element.get("y", "0")) - 3
            ground = [fill for left, top, right, end, fill in boxes if left <= x <= right and top <= y <= end][-1]
            assert contrast(element.get("fill", ""), ground) >= 4.5, element.text


def test_no_box_lies_on_another_and_every_line_has_its_room() -> None:
    """The steps of the longest policy stand one below the other, and no line of text is written over the one above."""
    root = ET.fromstring(svg(drawing(SHIPPED["standard-b2b"], "fr")))
    frames = [r for r in root.iter(f"{SVG}rect") if r.get("rx") == "8"]
    spans = [(float(f.get("y", "0")), float(f.get("y", "0")) + float(f.get("height", "0"))) for f in frames]
    assert len(spans) == len(SHIPPED["standard-b2b"].steps)
    assert all(above[1] + 9 < below[0] for above, below in pairwise(spans))
    inside = [t for t in texts(root) if t.get("fill") != "#ffffff" and not t.get("text-anchor")]
    lines = [float(t.get("y", "0")) for t in inside]
    assert all(below - above >= 14 for above, below in pairwise(lines))


@given(st.text(max_size=60), st.integers(40, 300))
def test_text_is_broken_into_lines_that_fit_and_lose_nothing(text: str, room: int) -> None:
    """Whatever a title says, each of its lines is as wide as its room at most, unless it is a single sign."""
    lines = wrapped(text, Type(14), room)
    assert all(width(line, Type(14)) <= room or len(line) == 1 for line in lines)
    shown = "".join("".join(lines).split())
    assert shown == "".join(one_line(text).split())


def test_a_picture_can_be_put_on_paper(tmp_path: Path) -> None:
    """Another program sets the picture on a page: every title of a step can be searched in the PDF."""
    (tmp_path / "course.svg").write_text(svg(drawing(SHIPPED["loyal-b2b"])), "utf-8")
    (tmp_path / "page.typ").write_text('#set page(paper: "a4")\n#image("course.svg", height: 100%)')
    pdf = pypdf.PdfReader(io.BytesIO(typst.compile(str(tmp_path / "page.typ"), root=str(tmp_path))))
    assert len(pdf.pages) == 1
    said = " ".join(pdf.pages[0].extract_text().split())
    assert [s.words for s in SHIPPED["loyal-b2b"].steps if s.words not in said] == []


# -------------------------------------------------------------------------------------------------- command and README


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_the_pictures_in_the_readme_are_the_policies(name: str) -> None:
    """Whoever changes a shipped policy draws it anew (`make pictures`): the page shows what the file says."""
    file = POLICIES / "pictures" / f"{name}.svg"
    assert file.read_text("utf-8") == svg(drawing(SHIPPED[name])), "run `make pictures`"
    shown = README.partition("<!-- pictures -->")[2].partition("\n## ")[0]
    assert f"](pictures/{name}.svg)" in shown
    assert len(list((POLICIES / "pictures").iterdir())) == len(SHIPPED)


def test_a_picture_is_written_as_its_name_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--out course.svg` writes an SVG, `--out course.mmd` Mermaid; without `--out` the text is on the screen."""
    policy = str(POLICIES / "consumer.yaml")
    for name, begins in (("new/course.svg", "<svg "), ("course.mmd", "---\ntitle: ")):
        target = tmp_path / name
        assert run(["policy", "draw", policy, "--language", "en", "--out", str(target)]) == 0
        assert capsys.readouterr().out == f"{target} drawn.\n"
        assert target.read_text("utf-8").startswith(begins)
    assert run(["policy", "draw", policy, "--language", "fr", "--format", "svg"]) == 0
    assert capsys.readouterr().out == svg(drawing(SHIPPED["consumer"], "fr"))


def test_a_program_gets_the_graph(capsys: pytest.CaptureFixture[str]) -> None:
    """`--json` tells nodes, edges and what happens at any time."""
    assert run(["policy", "draw", str(POLICIES / "consumer.yaml"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    [drawn] = told["drawings"]
    assert [node["mark"] for node in drawn["nodes"] if node["kind"] == "message"] == ["D+3", "D+21", "D+40"]
    assert {"source": "c2", "target": "s3", "label": "no: left out", "aside": True} in drawn["edges"]
    assert told["files"] == []


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["nowhere.yaml"], 2, "nowhere.yaml cannot be read: No such file"),
        (["broken.yaml"], 1, "P201 `stepps` is not a key here"),
        (["good.yaml", "--out", "course.png"], 2, "name it .svg or .mmd, or say which with --format"),
        (["good.yaml", "--out", "course.svg", "--format", "mermaid"], 2, "say two things: leave one out"),
        (["good.yaml", "--out", "good.yaml/course.svg"], 2, "cannot be written: "),
        (["good.yaml", "--out", "n" * 300 + ".svg"], 2, "cannot be written: File name too long."),
        (["good.yaml", "--out", "creditor.yaml", "--format", "svg"], 2, "is no picture: it is not written over"),
        (["good.yaml", "--out", "."], 2, "--out . is the folder of the policies: name another folder, or a file"),
        (["."], 1, "P201"),
        (["empty"], 2, "There is no policy in empty"),
        (["creditor.yaml"], 2, "creditor.yaml holds no policy"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    code: int,
    sentence: str,
) -> None:
    """A wrong name, a broken policy, an unknown kind of picture: one sentence says what to do, nothing is written."""
    monkeypatch.chdir(tmp_path)
    load_text(tmp_path, example().replace("policy: example", "policy: good"), "good")
    load_text(tmp_path, example().replace("policy: example", "policy: broken").replace("steps:", "stepps:"), "broken")
    (tmp_path / "empty").mkdir()
    shutil.copy(POLICIES / "creditor.yaml", tmp_path)
    assert run(["policy", "draw", *words]) == code
    assert sentence in capsys.readouterr().err
    assert not list(tmp_path.glob("course*"))


def test_a_folder_of_policies_becomes_a_folder_of_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`make pictures` draws all shipped policies at once; a folder without `--out` is refused."""
    assert run(["policy", "draw", str(POLICIES)]) == 2
    assert "say with --out into which folder" in capsys.readouterr().err
    assert run(["policy", "draw", str(POLICIES), "--out", str(tmp_path / "all.svg")]) == 2
    assert "all.svg is the name of one picture" in capsys.readouterr().err.replace("\n", " ")
    assert list(tmp_path.iterdir()) == []
    assert run(["policy", "draw", str(POLICIES), "--out", str(POLICIES)]) == 2
    assert "is the folder of the policies" in capsys.readouterr().err.replace("\n", " ")
    assert list(POLICIES.glob("*.mmd")) == []
    assert run(["policy", "draw", str(POLICIES), "--format", "svg", "--language", "en", "--out", str(tmp_path)]) == 0
    assert sorted(file.stem for file in tmp_path.glob("*.svg")) == sorted(SHIPPED)
    assert run(["policy", "draw", str(POLICIES / "consumer.yaml"), "--out", str(tmp_path)]) == 0
    assert (tmp_path / "consumer.mmd").is_file()
