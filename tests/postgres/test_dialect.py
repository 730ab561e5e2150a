"""The words of PostgreSQL: parameters and bytes are translated, and nothing else is."""

from __future__ import annotations

import pytest

from relay.store.postgres.dialect import arranged, translate


@pytest.mark.parametrize(
    ("statement", "words", "bound", "ordered"),
    [
        ("SELECT ?, ?", "SELECT $1, $2", (5, 6), (5, 6)),
        ("SELECT ?2, ?1, ?2", "SELECT $1, $2, $1", (5, 6), (6, 5)),
        ("SELECT ?3, ?", "SELECT $1, $2", (5, 6, 7, 8), (7, 8)),
        ("SELECT :now, :id, :now", "SELECT $1, $2, $1", {"id": 1, "now": 2, "more": 3}, (2, 1)),
        ("SET box=x'', tag=X'0aFF'", "SET box='\\x'::bytea, tag='\\x0aFF'::bytea", (), ()),
        ("WHERE state='why?' AND name=':x' AND n=?", "WHERE state='why?' AND name=':x' AND n=$1", (1,), (1,)),
        ("SELECT 'it''s ?', ?", "SELECT 'it''s ?', $1", (1,), (1,)),
        ("SELECT a::bigint", "SELECT a::bigint", (), ()),
    ],
)
def test_translation(statement: str, words: str, bound: object, ordered: tuple[int, ...]) -> None:
    """Each kind of parameter finds its value, text in quotes is left alone, bytes become bytea."""
    translated, wanted = translate(statement)
    assert translated == words
    assert arranged(wanted, bound) == ordered  # type: ignore[arg-type]
