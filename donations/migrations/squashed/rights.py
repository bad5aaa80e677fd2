"""Which role may do what; the actions of each kind of row."""

from people import roles

ALL = ("view", "add", "change", "delete")
BOTH_SEE = [
    "account",
    "acknowledgement",
    "checkoutattempt",
    "closedmonth",
    "consent",
    "dispute",
    "donation",
    "donor",
    "donornote",
    "donortag",
    "donorwallentry",
    "erasure",
    "fund",
    "journalentry",
    "payout",
    "receipt",
    "receiptrun",
    "recurringdonation",
    "statementrun",
    "stripeevent",
    "suggestedamount",
]
BOTH = [
    *(("view", row) for row in BOTH_SEE),
    *((action, "fund") for action in ("add", "change", "delete")),
    ("change", "givingsettings"),
    ("change", "mailtext"),
]
ONLY_TREASURY = [
    *((action, "suggestedamount") for action in ("add", "change", "delete")),
    *((action, "donornote") for action in ("add", "delete")),
    *((action, "donation") for action in ("add", "change")),
    *((action, "bankstatement") for action in ("view", "add")),
    *((action, "bankline") for action in ("view", "change")),
    *((action, "gifttry") for action in ("view", "change")),
    ("add", "closedmonth"),
    ("add", "coderequest"),
    ("add", "erasure"),
    ("add", "receiptrun"),
    ("add", "refundrequest"),
    ("add", "statementrun"),
    ("change", "donor"),
    ("change", "donorwallentry"),
    ("change", "erasurerequest"),
    ("change", "payout"),
    ("change", "recurringdonation"),
    ("change", "stripeevent"),
    ("change", "thanksinperson"),
]
THINGS = [(action, row) for row in ("premium", "pickupplace") for action in ALL]
PACKING = [(action, "premiumclaim") for action in ("view", "change")]
OF = {
    roles.CAMPAIGNERS: THINGS,
    roles.TREASURY: [*BOTH, *ONLY_TREASURY, *THINGS, *PACKING],
    roles.COORDINATION: [*BOTH, *THINGS, *PACKING],
    roles.PACKERS: PACKING,
}


def allow(apps, schema_editor):
    for role, rights in OF.items():
        names = [f"{action}_{row}" for action, row in rights]
        roles.grant(apps, role=role, app_label="donations", codenames=names)
