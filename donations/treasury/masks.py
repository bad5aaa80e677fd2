"""Personal data is shown in part until somebody asks for it, and the asking is written down."""

DOTS = "•••"


def mail(address: str) -> str:
    """anna@posta.example → a•••@posta.example"""
    name, at, domain = address.partition("@")
    return f"{name[:1]}{DOTS}{at}{domain}"


def fiscal_code(code: str) -> str:
    """SMPNNA80A41I829E → SMP•••••••••••••"""
    return code[:3] + "•" * (len(code) - 3)
