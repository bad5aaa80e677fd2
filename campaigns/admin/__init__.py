"""The staff's screens for campaigns: composer, calendar, desk, accounts."""
