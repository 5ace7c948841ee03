"""The extractors: figures, problems, measures, tables, targets and citations, each in a module of its own."""
