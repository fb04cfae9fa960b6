"""The mailbox that answers come to: an IMAP folder or a Maildir, behind one interface.

Its door: `folder.Mailbox`, `folder.open_mailbox`.
"""
