"""Read a dataset: pandas DataFrames of its tables, with filters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from doc_miner.dataset.connection import connect
from doc_miner.dataset.query import columns_of, select

if TYPE_CHECKING:
    import pandas

__all__ = ["Dataset", "connect", "open_dataset"]


class Dataset:
    """A dataset for analysis: one method a table, each giving a DataFrame.

    Filters are columns of the table, or ``county``, ``city``, ``province``, ``region_code``,
    ``doc_type`` of its document; a list means any of its values, None a gap. Of a column of lists
    (``categories``, ``units``) a record is taken that has any of the values. They are looked up in
    the database: what does not fit is not read. An unknown column, and a value of a closed list
    (category, indicator, status, county …) that occurs nowhere, raise `DatasetError`.
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

    def panel(self, **filters: Any) -> pandas.DataFrame:
        """Return the figures with region, year and the names of category and indicator, ready for analysis (view ``figure_details``).

        ``year`` is the year that the text states for the figure, else the document's.
        """
        return self._frame("figure_details", filters)

    def _frame(self, name: str, filters: dict[str, Any]) -> pandas.DataFrame:
        from doc_miner.dataset.frames import frame_of

        with connect(self.path) as db:
            columns = columns_of(name)
            sql, values = select(db, name, columns, filters)
            return frame_of(columns, db.execute(sql, values).fetchall())


def open_dataset(path: str | Path) -> Dataset:
    """Open the dataset at *path* for analysis; raises `DatasetError` where there is none."""
    return Dataset(path)
