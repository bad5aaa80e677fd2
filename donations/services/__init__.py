"""What giving does. Keyword-only functions; amounts in integer cents, times in UTC."""

from donations.services.giving import Details, InvalidAmount, Started, start_donation

__all__ = ["Details", "InvalidAmount", "Started", "start_donation"]
