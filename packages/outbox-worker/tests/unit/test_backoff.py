import pytest
from dvt_outbox_worker.backoff import FIRST_MS, LONGEST_MS, delay_ms


def test_each_failure_doubles_the_delay_up_to_the_longest() -> None:
    """[RELAY-004]."""
    delays = [delay_ms(failures, chance=0) for failures in range(12)]
    assert delays == [100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, LONGEST_MS, LONGEST_MS, LONGEST_MS]


def test_the_longest_delay_and_a_look_fit_into_thirty_seconds() -> None:
    assert LONGEST_MS + 100 == 30_000


def test_it_goes_on_for_ever() -> None:
    assert delay_ms(10**18, chance=0) == LONGEST_MS


@pytest.mark.parametrize(("failures", "chance", "delay"), [(0, 0.5, 75), (1, 0.25, 175), (20, 0.999, 14965)])
def test_chance_spreads_over_the_upper_half(failures: int, chance: float, delay: int) -> None:
    assert delay_ms(failures, chance=chance) == delay


def test_no_chance_makes_a_delay_of_nothing() -> None:
    assert delay_ms(0, chance=0.9999999) >= FIRST_MS // 2
