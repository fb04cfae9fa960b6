"""A message as the bytes a relay takes: headers, texts, attachments and a way to leave.

Its door: `build.build_message`, `addresses.wire_address`, `attachments.calendar_part`.
"""
