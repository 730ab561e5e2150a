"""Models: the JSON of every request and answer, once: they validate, and the OpenAPI description is drawn
from them. A module for each matter; `fields` has the forms of values.

Strict and closed: a wrong type or an unknown name is refused (docs/protocol.md, part 13). A model must never
decide anything.
"""
