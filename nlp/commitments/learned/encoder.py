"""The encoder of amounts at run time: a small transformer reads the words around an amount and says what it is.

An int8 ONNX model by onnxruntime and tokenizers on one thread, with heads in numpy; one window a run, so that an answer depends on no
neighbour. Trained by `nlp.training.encoder`; the card is `nlp/models/amounts/README.md`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from nlp.analysis import Kind, Money, MoneyRole, Status
from nlp.commitments.learned.mixing import mixed
from nlp.commitments.learned.pointers import POINTERS, WIDTH, Pointers
from nlp.commitments.learned.windows import Window, windows
from nlp.embeddings.onnx import BUNDLED, ONNX_ERRORS, session_options
from nlp.errors import ModelError

FOLDER = Path(__file__).parents[2] / "models" / "amounts"
ROLES, KINDS, STAGES = tuple(MoneyRole), tuple(Kind), tuple(Status)
HEADS: Mapping[str, Sequence[str]] = {"role": ROLES, "kind": KINDS, "stage": STAGES}
"""Head → its labels in the order of its outputs, for training and for use."""
POINTING = {"asks": len(POINTERS) * WIDTH, "answers": len(POINTERS) * WIDTH, "alone": len(POINTERS)}
"""The heads that point to words (`nlp.training.pointers`) with their numbers of outputs."""
POINTED = 0.15
"""From this probability of an undertaking or a target on it is also said which words name its parties."""
Row = NDArray[np.float32]
_AGAIN = "build it again with nlp.training.encoder"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the encoder says of one amount: probabilities of its role and, if it is of an undertaking, of its kind and stage and
    which words name its parties (None where it is none in all likelihood)."""

    role: Mapping[MoneyRole, float]
    kind: Mapping[Kind, float]
    stage: Mapping[Status, float]
    pointers: Pointers | None = None

    def heard(self, title: Judgement | None) -> Judgement:
        """With the role of the same figure in the title as half of its own; kind and stage stay, since titles are short."""
        return self if title is None else replace(self, role=mixed(title.role, self.role))


class AmountEncoder:
    """The loaded model. Safe between threads: nothing changes after loading."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Read `model.onnx` and `heads.npz` of `folder`, and the pieces of the bundled embedder.

        Raises:
            ModelError: a file is missing or not what its name says.
        """
        try:
            weights = (folder / "model.onnx").read_bytes()
            with np.load(BytesIO((folder / "heads.npz").read_bytes()), allow_pickle=False) as arrays:
                self._heads = {
                    name: (arrays[f"{name}.weight"].astype(np.float32), arrays[f"{name}.bias"].astype(np.float32))
                    for name in (*HEADS, *POINTING)
                }
            self._tokenizer = Tokenizer.from_buffer((BUNDLED / "tokenizer.json").read_bytes())
            self._session = onnxruntime.InferenceSession(weights, session_options(), providers=["CPUExecutionProvider"])
        except (OSError, ValueError, KeyError, EOFError, BadZipFile, *ONNX_ERRORS) as error:
            raise ModelError(f"the encoder of amounts in {folder} cannot be used: {error}; {_AGAIN}") from error
        outputs = {name: len(labels) for name, labels in HEADS.items()} | POINTING
        wrong = [name for name, count in outputs.items() if {len(values) for values in self._heads[name]} != {count}]
        if wrong:
            raise ModelError(f"the encoder of amounts in {folder} has other labels ({', '.join(wrong)}); {_AGAIN}")

    def read(self, title: str, text: str, money: Sequence[Money], titled: Sequence[Money], asked: Collection[int]) -> dict[int, Judgement]:
        """What it says of the amounts of the passages that hold one of `asked`, by number.

        What it says of the same figure in the title is half of a role.

        Args:
            money, titled: the amounts of `text` and of `title`.
        """
        if not asked:
            return {}
        said: dict[int, Judgement] = {}
        for window in self.windows(title, text, money):
            if not set(asked).isdisjoint(window.numbers):
                said |= self.judge(window)
        told = {number: item for window in self.windows("", title, titled) for number, item in self.judge(window).items()}
        heads = {_figure(titled[number]): item for number, item in told.items()}
        return {place: item.heard(heads.get(_figure(money[place]))) for place, item in said.items()}

    def windows(self, title: str, text: str, money: Sequence[Money]) -> list[Window]:
        """The windows that judge these amounts of `text`."""
        return windows(self._tokenizer, title, text, [(item.start, item.end) for item in money])

    def judge(self, window: Window) -> dict[int, Judgement]:
        """What it says of the amounts of a window, by their number."""
        hidden = self._states(window)
        rows = (np.concatenate([hidden[first:end].mean(axis=0), hidden[0]]) for first, end in window.pieces)
        judged = {number: (self._judgement(row), row) for number, row in zip(window.numbers, rows, strict=True)}
        return {
            number: replace(said, pointers=self._pointers(window, hidden, row)) if _may_undertake(said) else said
            for number, (said, row) in judged.items()
        }

    def _states(self, window: Window) -> Row:
        ids = np.array([window.ids], np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.array([window.types], np.int64)}
        (states,) = self._session.run(None, feed)
        return np.asarray(states[0], np.float32)

    def _judgement(self, row: Row) -> Judgement:
        role, kind, stage = (_softmax(self._linear(name, row)).tolist() for name in HEADS)
        return Judgement(dict(zip(ROLES, role, strict=True)), dict(zip(KINDS, kind, strict=True)), dict(zip(STAGES, stage, strict=True)))

    def _pointers(self, window: Window, hidden: Row, row: Row) -> Pointers:
        asks = self._linear("asks", row).reshape(len(POINTERS), WIDTH)
        answers = self._linear("answers", hidden).reshape(-1, len(POINTERS), WIDTH)
        scores = np.einsum("nsd,sd->ns", answers, asks) / WIDTH**0.5 + self._linear("alone", hidden)
        return Pointers(window.written, window.body, 1 / (1 + np.exp(-scores)))

    def _linear(self, name: str, values: Row) -> Row:
        weight, bias = self._heads[name]
        return np.asarray(values @ weight.T + bias, np.float32)


def _may_undertake(said: Judgement) -> bool:
    return said.role[MoneyRole.COMMITMENT] + said.role[MoneyRole.TARGET] >= POINTED


def _figure(money: Money) -> tuple[str, object, object]:
    return money.currency, money.low, money.high


def _softmax(values: Row) -> Row:
    raised = np.exp(values - values.max())
    return np.asarray(raised / raised.sum(), np.float32)


@cache
def amount_encoder() -> AmountEncoder:
    """The shipped model, loaded once. Raises ModelError where it is missing or damaged."""
    return AmountEncoder()
