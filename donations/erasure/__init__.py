"""What of a person is erased, what is made nobody's, what is kept: one table (`parts`), which the page
that asks, the act and the test that walks all models read."""
