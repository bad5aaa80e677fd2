"""Personal data is shown in part until somebody asks for it, and the asking is written down."""

from mail.masks import address as mail

__all__ = ["fiscal_code", "mail"]


def fiscal_code(code: str) -> str:
    """SMPNNA80A41I829E → SMP•••••••••••••"""
    return code[:3] + "•" * (len(code) - 3)
