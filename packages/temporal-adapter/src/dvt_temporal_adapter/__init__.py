"""Runs DVT plans on Temporal: interpreter workflow, activities, worker, dispatcher."""

__all__: list[str] = []
