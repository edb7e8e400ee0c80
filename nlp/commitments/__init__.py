"""Roles of amounts and commitments by rules: `Reader.read` turns money and names of one article into its undertakings.

The rules are data (`nlp/commitments/data`), the engine is here: contexts → roles → frames → slots → lists beside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from nlp.analysis import Change, Check, Commitment, Equivalent, Kind, Money, MoneyRole, Progress, Proposal, Status
from nlp.commitments import tables
from nlp.commitments.article_type import article_type
from nlp.commitments.beside import changes, evidence, progress, proposals
from nlp.commitments.checks import checks, share_checks
from nlp.commitments.contexts import contexts
from nlp.commitments.frames import SURE, Frame, build_frames, decide_kind, decide_status
from nlp.commitments.learned.encoder import Judgement, amount_encoder
from nlp.commitments.learned.features import surroundings
from nlp.commitments.learned.roles import doubtful, mixtures, relearned, role_model
from nlp.commitments.parts import part_indices, with_parts
from nlp.commitments.roles import Role, calibrated, decide_roles
from nlp.commitments.slots import Slots
from nlp.commitments.stated import Stated
from nlp.commitments.times import stated_date
from nlp.entities import Found
from nlp.money import find_money

__all__ = ["VERSION", "Reader", "Reading"]

VERSION = "rules-4+roles-2+encoder-2"
_MISMATCH_FACTOR = 0.5


@dataclass(frozen=True, slots=True)
class Reading:
    """What the rules read from one article; the tuples are those of `nlp.analysis.Analysis`."""

    type: str
    money: tuple[Money, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    progress: tuple[Progress, ...] = ()
    changes: tuple[Change, ...] = ()
    checks: tuple[Check, ...] = ()


class Reader:
    """The rules, read and compiled. Stateless after loading."""

    @classmethod
    def load(cls) -> Reader:
        """Read every rule file and the model. Raises RegistryError or ModelError where one is wrong."""
        for table in (tables.role_table, tables.kind_table, tables.status_table, tables.gate_table, tables.slot_table, tables.type_table):
            table()
        tables.sector_patterns()
        role_model()
        amount_encoder()
        return cls()

    def read(
        self,
        title: str,
        text: str,
        money: Sequence[Money],
        found: Found,
        *,
        published: date | None = None,
        given: Mapping[int, MoneyRole] | None = None,
    ) -> Reading:
        """Roles, commitments and the lists beside them; `money` are the amounts of `text`, `found` the names of the article.

        `given` sets roles by the index of their amount instead of deciding them.
        """
        kind = article_type(title, text)
        if not money:
            return Reading(type=kind)
        around = contexts(text, money)
        titled = find_money(title)
        roles = decide_roles(around, title, contexts(title, titled))
        mixed = mixtures(surroundings(title, text, kind, found, money, titled), around, roles)
        judged = amount_encoder().read(title, text, money, titled, doubtful(mixed))
        roles = relearned(around, roles, mixed, {place: said.role for place, said in judged.items()})
        if given is not None:
            roles = [replace(role, role=given.get(index, role.role), rule="given") for index, role in enumerate(roles)]
        slots, stated = Slots(title, text, found), Stated(title, text, found, published)
        frames = _expected(build_frames(around, roles), kind)
        computed = checks(around)
        unsound = {index for check in computed if not check.agrees for index in check.money}
        pairs = [(frame, _commitment(frame, slots, stated, title, published, unsound, judged)) for frame in frames]
        pairs = [(frame, item) for frame, item in pairs if _is_supported(frame, item)]
        frames, commitments = [frame for frame, _ in pairs], tuple(item for _, item in pairs)
        shares = share_checks(commitments)
        unsound |= {index for check in shares if not check.agrees for index in check.money}
        if given is None:
            roles = _with_part_roles(roles, {place for item in commitments for place in part_indices(item, around)})
        return Reading(
            type=kind,
            money=_with_roles(money, roles, unsound),
            commitments=with_parts(commitments, around),
            proposals=proposals(around, roles, slots),
            progress=progress(around, roles, slots, published),
            changes=changes(around, roles, slots),
            checks=(*computed, *shares),
        )


def _with_part_roles(roles: Sequence[Role], parts: set[int]) -> list[Role]:
    """A part of an undertaking has its role."""
    return [replace(role, role=MoneyRole.COMMITMENT, rule="part") if place in parts else role for place, role in enumerate(roles)]


def _expected(frames: list[Frame], kind: str) -> list[Frame]:
    """The frames that an article of this type can hold: none in an advertorial, in a market note sure ones and plans told in passing."""
    if kind == "advertorial":
        return []
    if kind == "market_note":
        return [frame for frame in frames if _is_sure(frame) or frame.roles[0].rule in tables.role_table().in_market_notes]
    return frames


def _is_sure(frame: Frame) -> bool:
    return frame.roles[0].confidence >= SURE


def _is_supported(frame: Frame, item: Commitment) -> bool:
    """Whether enough speaks for an undertaking: a sure role, a sign that starts one, or a known instrument and a payer."""
    if frame.roles[0].rule != "given" and _is_sure(frame):
        return True
    rules = {role.rule for role in frame.roles}
    if item.kind is Kind.INVESTMENT and "actor:generic-payer" in item.rule and not rules & tables.role_table().invested_by_the_state:
        return False
    if rules & tables.role_table().strong or "given" in rules:
        return bool(item.actors) or bool(item.beneficiaries) or item.status in (Status.SIGNED, Status.PLEDGED)
    return bool(item.actors) and "kind:no-sign" not in item.rule


def _with_roles(money: Sequence[Money], roles: Sequence[Role], unsound: set[int]) -> tuple[Money, ...]:
    """The amounts with their roles; one whose stated arithmetic does not hold is half as sure."""
    sure = [role.confidence * (_MISMATCH_FACTOR if index in unsound else 1) for index, role in enumerate(roles)]
    return tuple(
        item.model_copy(update={"role": role.role, "confidence": round(confidence, 3), "rule": role.rule})
        for item, role, confidence in zip(money, roles, sure, strict=True)
    )


def _commitment(
    frame: Frame, slots: Slots, stated: Stated, title: str, published: date | None, unsound: set[int], judged: Mapping[int, Judgement]
) -> Commitment:
    head, money = frame.head, frame.money
    said = [judged[context.index] for context in frame.contexts if context.index in judged]
    kind, kind_rule = decide_kind(frame, title, said)
    status, status_rule = decide_status(frame, kind, title, said)
    parties = slots.parties(said)
    actors, actor_rule = slots.actors(frame, kind, parties)
    if kind is Kind.BUDGET and actors and slots.is_private(actors[0]):
        kind, kind_rule = tables.kind_table().private_budget, "private-budget"
    if kind_rule == "no-sign" and actors and tables.words(tables.kind_table().lenders).search(actors[0].name):
        kind, kind_rule = Kind.CREDIT, "lender"
    receivers = slots.beneficiaries(frame, actors, kind, parties)
    programme = slots.programme(frame, kind, parties)
    confidence = calibrated(frame.roles[0]) * (_MISMATCH_FACTOR if any(item.index in unsound for item in frame.contexts) else 1)
    return Commitment(
        amount_low=money.low,
        amount_high=money.high,
        currency=money.currency,
        approx=any(context.money.approx for context in frame.contexts),
        per=next((context.money.per for context in frame.contexts if context.money.per), None),
        count=next((context.money.count for context in frame.contexts if context.money.count), None),
        kind=kind,
        status=status,
        actors=tuple(actors),
        beneficiaries=tuple(receivers),
        recipients=tuple(slots.recipients(receivers, stated.number(frame))),
        programme=programme.name if programme else None,
        programme_id=programme.id if programme else None,
        date=stated_date(head.sentence, published) or (published.isoformat() if published else None),
        period=stated.period(frame),
        said_by=stated.speaker(frame),
        equivalents=_equivalents(frame),
        place=stated.place(frame),
        sector=stated.sector(frame),
        evidence=evidence(head),
        mentions=tuple(sorted(context.index for context in (*frame.contexts, *frame.converted))),
        confidence=round(confidence, 3),
        rule=f"role:{frame.roles[0].rule} kind:{kind_rule} status:{status_rule} actor:{actor_rule}",
    )


def _equivalents(frame: Frame) -> tuple[Equivalent, ...]:
    amounts = {(context.money.low, context.money.currency): None for context in frame.converted}
    return tuple(Equivalent(amount=amount, currency=currency) for amount, currency in amounts)
