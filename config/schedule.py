"""The beat's table: every tick only looks for rows that are due."""

from typing import Any


def every(seconds: float, task: str) -> dict[str, Any]:
    """A tick that is worthless once the next one is due: it expires."""
    return {"task": task, "schedule": seconds, "options": {"expires": max(seconds, 1.0)}}


TICKS = {
    "heartbeat": every(5, "config.tasks.heartbeat"),
    "posts": every(1, "campaigns.tasks.send_due"),
    "posts without proof": every(10, "campaigns.tasks.reconcile"),
    "posts as approved": every(60, "campaigns.tasks.recheck"),
    "accounts": every(60, "campaigns.tasks.check_accounts"),
    "stripe-events": every(1, "donations.tasks.process_events"),
    "acknowledgements": every(2, "donations.tasks.acknowledge"),
    "refunds": every(5, "donations.tasks.ask_refunds"),
    "changes of promises": every(5, "donations.tasks.change_promises"),
    "cards about to expire": every(300, "donations.tasks.warn_of_cards"),
    "treasury alerts": every(5, "donations.tasks.alert_treasury"),
    "receipts without a file": every(10, "donations.tasks.draw_receipts"),
    "cumulative receipts": every(5, "donations.tasks.issue_yearly_receipts"),
    "codes asked for": every(5, "donations.tasks.ask_codes"),
    "imports": every(2, "donations.tasks.import_gifts"),
    "yearly statements": every(2, "donations.tasks.make_statements"),
    "stripe-sweep": every(300, "donations.tasks.sweep"),
    "promised transfers": every(60, "donations.tasks.remind_of_transfers"),
    "unfinished gifts": every(300, "donations.tasks.forget_unfinished"),
    "recipients of cards": every(300, "donations.tasks.forget_recipients"),
    "pieces nobody pays for": every(300, "donations.tasks.put_pieces_back"),
    "addresses of parcels": every(300, "donations.tasks.forget_parcels"),
    "entry links": every(2, "donations.tasks.write_entry_links"),
    "entries that are over": every(300, "donations.tasks.forget_entries"),
    "attempts at the form": every(300, "donations.tasks.forget_gift_tries"),
    "erased donors": every(300, "donations.tasks.follow_erasures"),
    "customers of erased donors": every(60, "donations.tasks.remove_customers"),
    "old events and mails": every(300, "donations.tasks.forget_old"),
    "mails": every(2, "mail.tasks.send_due"),
    "files without a row": every(300, "mail.tasks.delete_files"),
    "tries": every(300, "people.tasks.forget_tries"),
}
