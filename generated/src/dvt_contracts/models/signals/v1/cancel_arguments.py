# Generated from contracts/ by `nox -s generate`. Do not edit.


from dvt_contracts.base import Empty
from typing_extensions import TypeAliasType

Model = TypeAliasType("Model", Empty)
"""Payload of the signal cancel: nothing."""
