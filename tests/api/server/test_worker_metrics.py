"""The metrics of several processes: their sum, and that of those that have ended."""

import subprocess
import sys
from pathlib import Path

from api.server.worker_metrics import WorkerMetrics, summed

OWN = """\
# HELP freehold_requests_total Requests.
# TYPE freehold_requests_total counter
freehold_requests_total{method="GET"} 3
# HELP freehold_engines_open Tenants.
# TYPE freehold_engines_open gauge
freehold_engines_open 2
"""
IN_ANOTHER_PROCESS = """
import sys
from pathlib import Path
from api.server.worker_metrics import WorkerMetrics
WorkerMetrics(Path(sys.argv[1])).exchange(sys.argv[2])
print("written", flush=True)
sys.stdin.read()
"""


class Other:
    """A process that has written its metrics, and lives until it is killed."""

    def __init__(self, folder: Path, metrics: str = OWN) -> None:
        command = [sys.executable, "-c", IN_ANOTHER_PROCESS, str(folder), metrics]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"written\n"

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


def samples(text: str) -> dict[str, float]:
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_samples_are_summed_by_name_and_labels() -> None:
    total = summed([OWN, OWN.replace("GET", "PUT"), OWN])
    assert samples(total) == {
        'freehold_requests_total{method="GET"}': 6,
        'freehold_requests_total{method="PUT"}': 3,
        "freehold_engines_open": 6,
    }
    assert total.count("# TYPE") == total.count("# HELP") == 2


def test_counters_of_a_process_that_was_killed_are_kept_and_its_gauges_are_not(tmp_path: Path) -> None:
    other, mine = Other(tmp_path), WorkerMetrics(tmp_path)
    counter, gauge = 'freehold_requests_total{method="GET"}', "freehold_engines_open"
    together = samples(mine.exchange(OWN))
    assert (together[counter], together[gauge]) == (6, 4)
    other.kill()
    for _ in range(3):
        alone = samples(mine.exchange(OWN))
        assert (alone[counter], alone[gauge]) == (6, 2)
    another = Other(tmp_path)
    assert samples(mine.exchange(OWN))[counter] == 9
    another.kill()
    assert samples(mine.exchange(OWN))[counter] == 9
    assert len(list(tmp_path.glob("*.prom"))) == 1


def test_a_file_that_was_included_and_not_deleted_is_not_counted_twice(tmp_path: Path) -> None:
    other, mine = Other(tmp_path), WorkerMetrics(tmp_path)
    (theirs,) = tmp_path.glob("*.prom")
    content = theirs.read_text()
    other.kill()
    first = samples(mine.exchange(OWN))
    theirs.write_text(content)  # as after a crash between the two
    assert samples(mine.exchange(OWN)) == first
    assert not theirs.exists()
