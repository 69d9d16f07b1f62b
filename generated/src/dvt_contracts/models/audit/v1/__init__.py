# Generated from contracts/ by `nox -s generate`. Do not edit.

