"""Gifts of before, from a CSV: read (`files`), judged line by line (`lines`, `judging`)."""
