"""Listens: the pages and the mailbox through which leads answer.

Its door: `web.app.make_app`, `mailbox.folder.open_mailbox`, `mail.message.Mail`, and the recorders of
`records`.
"""
