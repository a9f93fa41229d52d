from pathlib import Path

from bench.figures import Figure, read, table, write


def test_a_figure_is_reached_up_to_its_limit_and_without_one_always() -> None:
    assert [Figure("b", "n", value, "ms", 4.0).reached for value in (3.9, 4.0, 4.1)] == [True, True, False]
    assert Figure("b", "n", 1e9, "").reached


def test_figures_survive_the_file_and_the_table_shows_what_is_not_reached(tmp_path: Path) -> None:
    found = [Figure("poll", "ratio", 0.25, "", 0.125), Figure("poll", "peer", 7.0, "ms")]
    write(tmp_path / "build" / "figures.json", found)
    assert read(tmp_path / "build" / "figures.json") == found
    lines = table(found).splitlines()
    assert lines[1].split() == ["poll", "ratio", "0.25", "0.125", "NO"]
    assert lines[2].split() == ["poll", "peer", "7", "ms"]
