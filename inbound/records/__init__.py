"""What each kind of mail changes in the store: one module a kind, all of one shape.

Its door: `bounce.record_bounce`, `complaint.record_complaint`, `leave.record_leave`, `reply.record_reply`,
`note.record_note`.
"""
