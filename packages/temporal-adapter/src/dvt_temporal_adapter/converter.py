"""The one data converter: pydantic's, with the validators of our messages built once per process.

Temporal makes a payload converter for every workflow run; building its validators anew would cost more than the run's
first task.
"""

from typing import Final

from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import CompositePayloadConverter, DataConverter

_SHARED: Final = PydanticPayloadConverter()


class SharedPayloadConverter(CompositePayloadConverter):
    """A payload converter that shares its encodings with all others."""

    def __init__(self) -> None:
        super().__init__(*_SHARED.converters.values())


DATA_CONVERTER: Final = DataConverter(payload_converter_class=SharedPayloadConverter)
