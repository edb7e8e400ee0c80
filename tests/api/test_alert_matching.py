"""Which watches an article matches, and why."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api.alerts.matching import Arrival, main_subjects, matches, may_tell
from api.alerts.model import Ask, Subject
from api.wording import JAKARTA
from nlp.analysis import EntityType
from tests.api.alert_samples import BANK, MAKER, NOW, SCHEME, analysis, arrival, commitment, mention, no_query, watch


def why(*args: object, **kwargs: object) -> str | None:
    found = matches(watch(*args, **kwargs), arrival(), no_query)  # type: ignore[arg-type]  # handed on
    return found[0].why if found else None


def test_a_company_that_pays_is_told_with_its_fact() -> None:
    found = matches(watch(), arrival(), no_query)
    assert found is not None
    assert (found[0].why, found[0].fact_ids, found[1]) == ("pays", (11,), (0,))


def test_a_body_that_receives_is_told() -> None:
    assert why(value="group:ikm") == "receives"


def test_a_company_in_the_title_is_the_subject() -> None:
    named = arrival(analysis(entities=(mention(BANK, 0, field="title"),)))
    found = matches(watch(value=BANK), named, no_query)
    assert found is not None
    assert found[0].why == "subject"


def test_a_passing_mention_is_told_only_to_those_who_ask_for_it() -> None:
    passing = arrival(analysis(entities=(mention(MAKER, 5, 40, field="title"), mention(BANK, 400))))
    assert matches(watch(value=BANK), passing, no_query) is None
    found = matches(watch(value=BANK, asks=tuple(Ask)), passing, no_query)
    assert found is not None
    assert found[0].why == "mention"


def test_who_is_named_most_and_early_is_the_subject() -> None:
    entities = (mention(MAKER, 10, 200, 500), mention(BANK, 900, 950, 990), mention("gov:kemenperin", 20))
    assert main_subjects(analysis(entities=entities)) == {MAKER}


def test_a_programme_is_told_by_its_money_and_as_the_subject_but_not_in_passing() -> None:
    paid = arrival(analysis(commitment(programme_id=SCHEME)))
    passing = arrival(analysis(entities=(mention(MAKER, 0, field="title"), mention(SCHEME, 500, kind=EntityType.PROGRAMME))))
    follower = watch(Subject.PROGRAMME, SCHEME)
    assert matches(follower, paid, no_query) is not None
    assert matches(follower, passing, no_query) is None


def test_a_query_watch_tells_the_facts_that_satisfy_it() -> None:
    def second_only(query: str, found: Arrival) -> tuple[int, ...] | None:
        return (1,) if query == "kind:kredit" else None

    two = arrival(analysis(commitment(), commitment()))
    found = matches(watch(Subject.QUERY, "kind:kredit"), two, second_only)
    assert found is not None
    assert found[0].fact_ids == (12,)
    assert matches(watch(Subject.QUERY, "lain"), two, second_only) is None


@pytest.mark.parametrize("origin", ["import", "replay", "reanalysis"])
def test_only_what_a_crawl_brought_is_told(origin: str) -> None:
    assert not may_tell(arrival(origin=origin), NOW)


@pytest.mark.parametrize(
    ("age", "told"), [(timedelta(0), True), (timedelta(days=7), True), (timedelta(days=7, minutes=1), False), (timedelta(days=-1), True)]
)
def test_only_what_is_seven_days_old_is_told(age: timedelta, told: bool) -> None:
    assert may_tell(arrival(published=NOW - age), NOW) is told


def test_a_day_without_a_time_counts_by_the_calendar_of_jakarta() -> None:
    today = NOW.astimezone(JAKARTA).date()
    assert may_tell(arrival(published=today - timedelta(days=7)), NOW)
    assert not may_tell(arrival(published=today - timedelta(days=8)), NOW)
    assert not may_tell(arrival(published=None), NOW)
