"""``python -m doc_miner``."""

from doc_miner.cli import main

main()
