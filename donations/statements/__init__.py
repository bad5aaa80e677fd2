"""Reading a bank's statement, CSV or CAMT.053: bytes in, lines and sentences out, no database."""
