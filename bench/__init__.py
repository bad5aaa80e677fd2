"""Measured claims. What is measured never reads the `.env` of the deployment it stands in."""

import os

os.environ["DOTENV"] = ""
