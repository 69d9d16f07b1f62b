from pathlib import Path

from tools.docs.mermaid import all_fences, faults

PAGE = """\
# A page

```mermaid
sequenceDiagram
  a->>b: fine
```

Text.

```mermaid
stateDiagram-v2
  [*] --> PENDING: RunQueued
  PENDING -> RUNNING: one dash too few
```
"""


def test_a_broken_fence_is_named_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text(PAGE, "utf-8")
    found = faults(all_fences(tmp_path))
    assert [fault.split(": ")[0] for fault in found] == ["docs/page.md:13"]


def test_a_fence_of_no_known_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("```mermaid\nsequenceDiagramm\n  a->>b: x\n```\n", "utf-8")
    assert [fault.split(": ")[0] for fault in faults(all_fences(tmp_path))] == ["page.md:2"]


def test_every_fence_of_the_repository_is_drawn_by_mermaid() -> None:
    found = all_fences()
    assert found
    assert faults(found) == []
