"""The words of the mails to donors, as staff may write them: their light markup, what can be laid
into them, what is checked when they are saved, and the words that the templates bring."""
