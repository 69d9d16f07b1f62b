# Generated from contracts/ by `nox -s generate`. Do not edit.


from enum import StrEnum


class Lifecycle(StrEnum):
    """proposed: no engine has it;

    experimental: may change or go in any minor; stable: changes by the rules of the contract; deprecated: works,
    with a date of removal; removed: refused, the name is never given again.
    """

    PROPOSED = "proposed"
    EXPERIMENTAL = "experimental"
    STABLE = "stable"
    DEPRECATED = "deprecated"
    REMOVED = "removed"


class SupportLevel(StrEnum):
    """native: the engine does it itself;

    emulated: the adapter does it, with the same semantics; degraded: with a stated loss; unsupported: plans that
    need it are refused.
    """

    NATIVE = "native"
    EMULATED = "emulated"
    DEGRADED = "degraded"
    UNSUPPORTED = "unsupported"
