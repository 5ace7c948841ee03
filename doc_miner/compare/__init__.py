"""Regions side by side: which are meant, a panel of one indicator over years, problems and measures compared."""
