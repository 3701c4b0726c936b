"""Mails: their texts, their composition, and their delivery by a mail server or to files."""
