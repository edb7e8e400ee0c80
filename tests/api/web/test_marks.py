"""Marked text is the text: nothing lost, nothing doubled, nothing torn."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from api.ledger.queries import Sum
from api.records import FacetValue
from api.store.annotations import Annotations, CommitmentRow, EntityMark, MoneyMark
from api.web.charts import by_month, by_year
from api.web.marks import paragraphs, plain

TEXTS = st.text(alphabet="ab \n<é", min_size=1, max_size=60)
SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda p: (min(p), max(p))), max_size=6)


def found_in(text: str, money: list[tuple[int, int]], names: list[tuple[int, int]], evidence: list[tuple[int, int]]) -> Annotations:
    def cut(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
        return [(min(a, len(text)), min(b, len(text))) for a, b in spans]

    one = Decimal(1)
    return Annotations(
        tuple(MoneyMark("text", a, b, text[a:b], one, one, "IDR", False, None, "other") for a, b in cut(money)),
        tuple(EntityMark("company", "n", "n", None, None, None, False, (("text", a, b),)) for a, b in cut(names)),
        tuple(
            CommitmentRow(n, None, one, one, "IDR", False, None, "credit", "planned", None, None, False, None, None, text[a:b], "text",
                          a, b, 1.0, False, False, (), ())
            for n, (a, b) in enumerate(cut(evidence))
        ),
    )  # fmt: skip


@given(TEXTS, SPANS, SPANS, SPANS)
def test_pieces_put_together_are_the_text(
    text: str, money: list[tuple[int, int]], names: list[tuple[int, int]], evidence: list[tuple[int, int]]
) -> None:
    made = paragraphs(text, found_in(text, money, names, evidence))
    shown = ["".join(piece.text for run in runs for piece in run.pieces) for runs in made]
    assert shown == [line for line in text.split("\n") if line.strip()]
    first = [fact for runs in made for run in runs for fact in run.first]
    assert len(first) == len(set(first)), "an evidence anchor stands once"


@given(TEXTS, SPANS)
def test_a_snippet_with_any_marks_is_the_snippet(text: str, marks: list[tuple[int, int]]) -> None:
    assert "".join(piece.text for piece in plain(text, marks)) == text


def test_the_chart_never_stacks_stages_and_scales_to_the_largest() -> None:
    one, many = Decimal(1), Decimal(999)
    rows = [
        Sum("2022", "IDR", "disbursed", Decimal(50), Decimal(100), 1), Sum("2022", "IDR", "pledged", one, one, 1),
        Sum("2023", "USD", "pledged", one, one, 1), Sum("—", "IDR", "pledged", many, many, 1),
    ]  # fmt: skip
    chart = by_year(rows, "IDR")
    assert chart is not None
    (cluster,) = chart.clusters
    assert [(bar.code, bar.height) for bar in cluster.bars] == [("pledged", 1.5), ("disbursed", 150.0)]
    assert cluster.bars[0].x + 14 <= cluster.bars[1].x
    assert by_year(rows, "JPY") is None


def test_the_months_run_to_the_newest_one_without_gaps() -> None:
    bars = by_month([FacetValue("2022-11", "", 4), FacetValue("2022-01", "", 2), FacetValue("none", "", 9)])
    assert len(bars) == 36
    assert (bars[-1].value, bars[-1].height) == ("2022-11", 44.0)
    assert bars[-11].count == 2
    assert sum(bar.count for bar in bars) == 6
