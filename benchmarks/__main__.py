"""A command for each section, and `all`. Results are printed and written to docs/benchmarks.md."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from benchmarks import document


def main() -> None:
    options = _parser().parse_args()
    chosen = SECTIONS if options.section == "all" else {options.section: SECTIONS[options.section]}
    for name, run in chosen.items():
        print(name, flush=True)
        report = run(options)
        print(report)
        if not options.dry:
            document.write(name, report)


def _etl(options: argparse.Namespace) -> str:
    from benchmarks import etl  # noqa: PLC0415 - each section has heavy imports of its own

    return etl.run(options.rows, options.repeats)


def _bytes(options: argparse.Namespace) -> str:
    from benchmarks import bytes_scanned  # noqa: PLC0415

    return bytes_scanned.run(options.rows)


def _streaming(options: argparse.Namespace) -> str:
    from benchmarks import streaming  # noqa: PLC0415

    return streaming.run(options.repeats)


def _consolidation(options: argparse.Namespace) -> str:
    from benchmarks import consolidation  # noqa: PLC0415

    return consolidation.run(options.crowds)


def _tfidf(options: argparse.Namespace) -> str:
    from benchmarks import tfidf  # noqa: PLC0415

    return tfidf.run(options.copies, options.every)


def _capacity(options: argparse.Namespace) -> str:
    from benchmarks import capacity_document, capacity_measure  # noqa: PLC0415

    measured = capacity_measure.measure()
    if not options.dry:
        capacity_measure.save(measured)
        capacity_document.write()
    return capacity_document.summary(measured)


def _search(options: argparse.Namespace) -> str:
    from benchmarks import text_search  # noqa: PLC0415

    return text_search.run(every=options.every)


def _active_learning(options: argparse.Namespace) -> str:
    from benchmarks import active_learning  # noqa: PLC0415

    return active_learning.run(options.seeds)


SECTIONS: dict[str, Callable[[argparse.Namespace], str]] = {
    "etl": _etl,
    "bytes": _bytes,
    "streaming": _streaming,
    "consolidation": _consolidation,
    "tfidf": _tfidf,
    "search": _search,
    "capacity": _capacity,
    "active-learning": _active_learning,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the lake.")
    parser.add_argument("section", choices=[*SECTIONS, "all"])
    parser.add_argument("--rows", type=int, default=5_000_000, help="generated orders (5000000)")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each candidate (3)")
    parser.add_argument("--crowds", type=Path, help="folder of real crowds: <set>/answer.csv and <set>/truth.csv")
    parser.add_argument(
        "--copies", type=int, nargs="+", default=[1, 10], help="sizes of the corpus of text, in times 45 MB (1 10)"
    )
    parser.add_argument("--every", type=int, default=1, help="take every n-th document only, for a trial (1)")
    parser.add_argument("--seeds", type=int, default=20, help="labeling jobs of each team of workers (20)")
    parser.add_argument("--dry", action="store_true", help="print only, leave docs/benchmarks.md as it is")
    return parser


if __name__ == "__main__":
    main()
