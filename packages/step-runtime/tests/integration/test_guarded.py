"""A guarded program's end, as its worker hears of it."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from dvt_step_runtime.supervision.guarded import Guarded
from dvt_step_runtime.supervision.program import Ended, Program


@pytest.mark.skipif(sys.platform != "linux", reason="the moment is read from /proc, which only Linux has")
async def test_a_kill_that_comes_with_the_end_does_not_hide_how_it_ended(tmp_path: Path) -> None:
    async def ended() -> Ended:
        program = await Guarded.start(
            Program(("sh", "-c", "exit 7"), tmp_path, dict(os.environ), nothing.fileno(), nothing.fileno(), 2)
        )
        while os.path.exists(f"/proc/{program.pid}/fd/0"):  # noqa: ASYNC110, ASYNC240, PTH110 - does not block; the kernel sends no event
            await asyncio.sleep(0)
        program.kill()
        try:
            return await program.wait()
        finally:
            await program.close()

    with open(os.devnull, "r+b") as nothing:  # noqa: ASYNC230, PTH123 - does not block
        assert [await ended() for _ in range(40)] == [Ended(7, None)] * 40
