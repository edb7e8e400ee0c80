"""Builds `data/idx.csv` from the exchange's lists: `python -m nlp.registry.build FOLDER`.

FOLDER holds `idx_2026_stocklist.md` (957 issuers, February 2026), `idx_2021_listed.csv` and `idx_2021_profiles.csv` (December
2021). Only facts are taken: code, legal name, day of listing. A code whose name differs between the lists gives a former name; an
issuer of 2021 that is gone in 2026 stays, since older news names it.
"""

from __future__ import annotations

import csv
import re
import sys
from datetime import date, timedelta
from pathlib import Path

from nlp.registry.registry import comparable

ROW = re.compile(r"\|\s*\*\*([A-Z]{4})\*\*\s*\|\s*(.+?)\s*\|\s*(\d{4}-\d\d-\d\d)\s*\|")
FIRST_TRADING = "1977"
"""The exchange reopened in 1977; an earlier day in the lists stands for none."""
OUT = Path(__file__).parent / "data" / "idx.csv"


def legal_name(name: str) -> str:
    """The name in one spelling: "PT … Tbk", single spaces, no full stop behind the form."""
    bare = re.sub(r"\s+", " ", name).strip(" .,")
    bare = re.sub(r"^PT\.?\s+", "", bare)
    bare = re.sub(r"(?:[\s,]*\(?\bTbk\)?\.?)+$", "", bare, flags=re.IGNORECASE).strip(" .,")
    if bare.isupper() and " " in bare:
        bare = bare.title()
    return f"PT {bare} Tbk"


def read_2026(path: Path) -> dict[str, tuple[str, str]]:
    """Code → (legal name, day of listing) from the Markdown table, whose days are one too early (midnight in Jakarta as UTC)."""
    rows = ROW.findall(path.read_text(encoding="utf-8"))
    return {code: (legal_name(name), (date.fromisoformat(day) + timedelta(days=1)).isoformat()) for code, name, day in rows}


def read_2021(folder: Path) -> dict[str, tuple[list[str], str]]:
    """Code → (names of December 2021, day of listing) from both lists of that year."""
    found: dict[str, tuple[list[str], str]] = {}
    for file in ("idx_2021_listed.csv", "idx_2021_profiles.csv"):
        with (folder / file).open(encoding="utf-8", newline="") as lines:
            for fields in csv.DictReader(lines):
                code, name = (fields["KodeEmiten"] or "").strip(), legal_name(fields["NamaEmiten"] or "")
                if re.fullmatch(r"[A-Z]{4}", code) and len(name) > len("PT  Tbk"):
                    names, day = found.get(code, ([], ""))
                    day = day or (fields.get("TanggalPencatatan") or "")[:10]
                    day = "" if day < FIRST_TRADING else day
                    found[code] = (names if name in names else [*names, name], day)
    return found


def build(folder: Path) -> list[dict[str, str]]:
    """The rows of idx.csv, by code."""
    now, then = read_2026(folder / "idx_2026_stocklist.md"), read_2021(folder)
    rows: list[dict[str, str]] = []
    taken: set[str] = set()
    for code in sorted(now.keys() | then.keys()):
        names, day_then = then.get(code, ([], ""))
        name, day = now.get(code) or (names[0], day_then)
        if name in taken:  # two codes of a merger under one name: the second keeps the name it had
            name = names[0]
        taken.add(name)
        different = {comparable(old): old for old in names if comparable(old) != comparable(name)}
        source = "idx-2026" if code in now else "idx-2021"
        rows.append({"id": f"idx:{code}", "name": name, "listed": day, "former": "|".join(different.values()), "source": source})
    return rows


def main(arguments: list[str]) -> int:
    """Write idx.csv beside the other registries; returns the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m nlp.registry.build FOLDER\n")
        return 2
    rows = build(Path(arguments[0]))
    with OUT.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, ["id", "name", "listed", "former", "source"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    sys.stdout.write(f"{len(rows)} issuers, {sum(bool(row['former']) for row in rows)} of them with a former name: {OUT.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
