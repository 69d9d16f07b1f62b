"""Parameters that several commands share."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from cyclopts import Parameter

from dvt.render import Output
from dvt.shell import Shell

OutputOption: TypeAlias = Annotated[Output, Parameter(name=["--output", "-o"], help="Form of the result.")]
RunArgument: TypeAlias = Annotated[str, Parameter(name="RUN", help="Run id, a unique beginning of it, or `latest`.")]
ShellParameter: TypeAlias = Annotated[Shell, Parameter(parse=False)]
