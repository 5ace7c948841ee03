"""The dataset: its schema, writing, reading and export."""

from doc_miner.dataset.reader import Dataset, open_dataset

__all__ = ["Dataset", "open_dataset"]
