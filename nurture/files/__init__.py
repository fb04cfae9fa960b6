"""YAML as people write it: a tree that knows every place, strict models, and faults with a caret.

Its door: `source.load_yaml`, `source.validate`, `diagnosis.Fault`, `diagnosis.render_text`.
"""
