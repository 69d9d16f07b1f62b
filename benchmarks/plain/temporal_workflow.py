"""A hand-written workflow: one activity a step, in sequence, and nothing recorded anywhere else."""

from datetime import timedelta

from temporalio import activity, workflow

QUEUE = "plain"
LIMIT = timedelta(minutes=1)


@activity.defn
async def step(number: int) -> int:
    """Do as little as a no-op step does."""
    return number


@workflow.defn
class Steps:
    """Runs so many steps one after another."""

    @workflow.run
    async def run(self, count: int) -> int:
        """Return the last step's number."""
        last = 0
        for number in range(count):
            last = await workflow.execute_activity(step, number, start_to_close_timeout=LIMIT)
        return last
