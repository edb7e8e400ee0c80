"""The confidence of a commitment: what the fitted line says and how it is measured."""

from __future__ import annotations

import pytest

from nlp.analysis import MoneyRole
from nlp.commitments.roles import Role, calibrated
from nlp.training.calibrate import fit, reliability


def test_a_surer_role_never_gives_a_less_likely_commitment() -> None:
    values = [calibrated(Role(MoneyRole.COMMITMENT, confidence, "", {})) for confidence in (0.0, 0.3, 0.6, 0.9, 1.0)]
    assert values == sorted(values)
    assert all(0 < value < 1 for value in values)


def test_the_fit_recovers_how_often_a_band_is_right() -> None:
    pairs = [(0.9, index % 2 == 0) for index in range(40)]
    slope, intercept = fit(pairs)
    assert slope * 2.197 + intercept == pytest.approx(0.0, abs=0.15)


def test_reliability_counts_each_band() -> None:
    assert reliability([(0.95, True), (0.97, False), (0.3, True)]) == [
        ("0.0-0.5", 1, 0.3, 1.0),
        ("0.9-1.0", 2, pytest.approx(0.96), 0.5),
    ]
