#!/usr/bin/env python
"""Segno+'s command line."""

import sys

from config import command_line

if __name__ == "__main__":
    command_line.run(sys.argv)
