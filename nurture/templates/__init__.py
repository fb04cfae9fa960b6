"""Templates: read, checked, prepared once for HTML and plain text, and rendered for one lead at a time.

Its door: `render.compile_templates`, `render.TemplateSet`, `written_links.link_fault`.
"""
