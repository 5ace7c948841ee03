"""Read a dataset: pandas DataFrames of its tables, with filters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doc_miner.dataset.connection import connect
from doc_miner.dataset.schema import TABLES
from doc_miner.errors import DatasetError

if TYPE_CHECKING:
    import pandas

__all__ = ["Dataset", "connect", "open_dataset"]


class Dataset:
    """A dataset for analysis: one method a table, each giving a DataFrame.

    Filters are columns of the table, or ``county``, ``city``, ``province``, ``doc_type`` of its
    document; a list means any of its values.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        with connect(self.path):
            pass

    def documents(self, **filters: Any) -> pandas.DataFrame:
        """Return the documents."""
        return self._frame("documents", filters)

    def tables(self, **filters: Any) -> pandas.DataFrame:
        """Return the tables of the documents; ``rows`` is a list of lists."""
        return self._frame("tables", filters)

    def sections(self, **filters: Any) -> pandas.DataFrame:
        """Return the outline."""
        return self._frame("sections", filters)

    def problems(self, **filters: Any) -> pandas.DataFrame:
        """Return the problems."""
        return self._frame("problems", filters)

    def measures(self, **filters: Any) -> pandas.DataFrame:
        """Return the measures."""
        return self._frame("measures", filters)

    def figures(self, **filters: Any) -> pandas.DataFrame:
        """Return the figures."""
        return self._frame("figures", filters)

    def changes(self, **filters: Any) -> pandas.DataFrame:
        """Return the movements of figures."""
        return self._frame("changes", filters)

    def targets(self, **filters: Any) -> pandas.DataFrame:
        """Return the cells of the tables of yearly goals."""
        return self._frame("targets", filters)

    def citations(self, **filters: Any) -> pandas.DataFrame:
        """Return the cited documents."""
        return self._frame("citations", filters)

    def findings(self, **filters: Any) -> pandas.DataFrame:
        """Return the findings of the audit."""
        return self._frame("findings", filters)

    def reviews(self, **filters: Any) -> pandas.DataFrame:
        """Return the reviews."""
        return self._frame("reviews", filters)

    def categories(self, **filters: Any) -> pandas.DataFrame:
        """Return the names of the categories."""
        return self._frame("categories", filters)

    def indicators(self, **filters: Any) -> pandas.DataFrame:
        """Return the names of the official indicators."""
        return self._frame("indicators", filters)

    def _frame(self, name: str, filters: dict[str, Any]) -> pandas.DataFrame:
        import pandas

        sql, values = _query(name, filters)
        with connect(self.path) as db:
            rows = db.execute(sql, values).fetchall()
        columns = [column.name for column in TABLES[name]]
        frame = pandas.DataFrame([tuple(row) for row in rows], columns=columns)
        for column in TABLES[name]:
            if column.is_list:
                frame[column.name] = frame[column.name].map(lambda text: json.loads(text) if isinstance(text, str) else None)
            elif column.type == "INTEGER":
                frame[column.name] = frame[column.name].astype("Int64")
            elif column.type in ("REAL", "NUMERIC"):
                frame[column.name] = frame[column.name].astype("Float64")
            elif column.type == "BOOLEAN":
                frame[column.name] = frame[column.name].astype("boolean")
            else:
                frame[column.name] = frame[column.name].astype("string")
        return frame


_ALONE = ("documents", "reviews", "categories", "indicators")
_OF_DOCUMENT = ("county", "city", "province", "doc_type")


def _query(name: str, filters: dict[str, Any]) -> tuple[str, list[Any]]:
    known = {column.name for column in TABLES[name]}
    parts: list[str] = []
    values: list[Any] = []
    for key, value in filters.items():
        if key not in known and (key not in _OF_DOCUMENT or name in _ALONE):
            raise DatasetError(f"{name} 表没有“{key}”这一列；可用：{'、'.join(sorted(known))}。")
        options = list(value) if isinstance(value, (list, tuple, set)) else [value]
        marks = ",".join("?" * len(options))
        column = f't."{key}"' if key in known else f'd."{key}"'
        parts.append(f"{column} IN ({marks})")
        values += options
    join = "" if name in _ALONE else " JOIN documents d ON d.doc_id = t.doc_id"
    where = f" WHERE {' AND '.join(parts)}" if parts else ""
    return f"SELECT t.* FROM {name} t{join}{where}", values


def open_dataset(path: str | Path) -> Dataset:
    """Open the dataset at *path* for analysis; raises `DatasetError` where there is none."""
    return Dataset(path)
