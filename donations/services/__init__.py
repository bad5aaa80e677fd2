"""What giving does. Keyword-only functions; amounts in integer cents, times in UTC."""

from donations.services.giving import Details, InvalidAmount, Meant, Started, start_donation
from donations.services.transfers import promise_transfer

__all__ = ["Details", "InvalidAmount", "Meant", "Started", "promise_transfer", "start_donation"]
