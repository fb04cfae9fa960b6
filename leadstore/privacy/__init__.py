"""What a person may ask of the store: its record whole, or gone; and the log of who did what to whom.

Its door: `erasure.erase_leads`, `tombstones.find_erased`, `record.read_record`, `journal.note_act`,
`retention.expired_leads`.
"""
