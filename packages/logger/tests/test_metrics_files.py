"""prometheus_client's multiprocess mode: real processes, scraped as one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Wait = Callable[[Callable[[], object]], None]
PRELUDE = """
import os, shutil, signal, sys, urllib.request
import prometheus_client
from logging_system import configure, flush, get_logger, metrics, shutdown
configure(console_output=False)
log = get_logger("m")
def scraped():
    server, _ = metrics.start_server(0)
    with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    server.shutdown(); server.server_close()
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")
def child(work):
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work()
            status = 0 if flush() else 2
        finally:
            os._exit(status)
    return pid
def wait(pid): assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
"""
INFO, WORK = 'log_messages_total{level="INFO"}', 'operation_duration_seconds_count{operation="work",outcome="ok"}'

pytestmark = pytest.mark.guarantee(67)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The directory that the processes share."""
    directory = tmp_path / "multiproc"
    directory.mkdir()
    return directory


def test_forked_workers_are_scraped_as_one(files: Path, run_program: Run) -> None:
    """What the parent counted before the fork is counted once, and each child counts into files of its own."""
    source = f"""
INFO, WORK = {INFO!r}, {WORK!r}
log.info("before"); flush()
user = prometheus_client.Counter("user_total", "of the program itself")
user.inc()
def work():
    user.inc()
    for _ in range(5):
        with log.context(), log.timer("work"): log.info("x")
for pid in [child(work) for _ in range(4)]: wait(pid)
with log.context():
    found = scraped()
print(found[INFO], found[WORK], found["user_total"], found["active_contexts"], found["log_buffer_bytes"])
print(found['operation_duration_seconds_bucket{{le="+Inf",operation="work",outcome="ok"}}'])
print(found['log_records_written_total{{sink="file"}}'], found['log_messages_total{{level="CRITICAL"}}'])
print(found['app_build_info{{service="app",version="0.0.0"}}'])
print(prometheus_client.REGISTRY.get_sample_value("log_messages_total", {{"level": "INFO"}}))
"""
    done = run_program(PRELUDE + source, PROMETHEUS_MULTIPROC_DIR=str(files))

    assert done.stdout.splitlines() == [
        "41.0 20.0 5.0 1.0 0.0",
        "20.0",
        "41.0 0.0",
        "1.0",
        "1.0",
    ], done.stderr


def test_a_dead_worker_counts_no_more_as_alive(files: Path, run_program: Run) -> None:
    """Killed inside its contexts: its gauges go with `mark_process_dead`, its counters stay."""
    source = f"""
def work():
    log.context().__enter__(); log.context().__enter__()
    log.info("x"); flush()
    os.write(to_parent, b"ready")
    signal.pause()
from_child, to_parent = os.pipe()
pid = child(work)
os.read(from_child, 5)
print(scraped()["active_contexts"])
os.kill(pid, signal.SIGKILL); os.waitpid(pid, 0)
print(scraped()["active_contexts"])
metrics.mark_process_dead(pid)
metrics.mark_process_dead(pid)
found = scraped()
print(found["active_contexts"], found[{INFO!r}])
"""
    done = run_program(PRELUDE + source, PROMETHEUS_MULTIPROC_DIR=str(files))

    assert done.stdout.splitlines() == ["2.0", "2.0", "0.0 1.0"], done.stderr


def test_a_process_with_the_number_of_an_earlier_one_goes_on_counting(files: Path, run_program: Run) -> None:
    """In a container every start may have the same process id; a counter that went back would look like a restart."""
    source = PRELUDE.replace("import prometheus_client\n", "import prometheus_client.values as v\n", 1).replace(
        "v\nfrom", "v, prometheus_client\nv.ValueClass = v.MultiProcessValue(lambda: 7)\nfrom", 1
    )
    source += "log.info('x'); flush(); shutdown(); metrics.settle(wait=True)\n"
    run_program(source + "log.context().__enter__(); metrics.settle(wait=True)", PROMETHEUS_MULTIPROC_DIR=str(files))
    done = run_program(
        source + f"f = scraped(); print(f[{INFO!r}], f['active_contexts'])", PROMETHEUS_MULTIPROC_DIR=str(files)
    )

    assert sorted(path.name for path in files.iterdir() if "7" in path.name)
    assert done.stdout == "2.0 0.0\n", done.stderr


def test_a_directory_that_was_never_there_is_said_and_nothing_fails(tmp_path: Path, run_program: Run) -> None:
    """The process starts, logs, and is scraped for itself."""
    source = PRELUDE + f"log.info('x'); flush(); print(scraped()[{INFO!r}])"
    done = run_program(source, PROMETHEUS_MULTIPROC_DIR=str(tmp_path / "nowhere"))

    assert done.stdout == "1.0\n"
    lines = done.stderr.splitlines()  # one for writing, one for reading
    assert 1 <= len(lines) <= 2
    assert all(line.startswith("logging_system: metrics: ") and "nowhere" in line for line in lines)


def test_a_directory_that_goes_away_is_survived_by_old_and_new_processes(files: Path, run_program: Run) -> None:
    """And written again once it is back."""
    source = f"""
log.info("x"); flush()
shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"])
log.info("x"); flush()
wait(child(lambda: log.info("x")))
metrics.mark_process_dead(1)
print(scraped()[{INFO!r}])
os.mkdir(os.environ["PROMETHEUS_MULTIPROC_DIR"])
wait(child(lambda: log.info("x")))
print(scraped()[{INFO!r}])
"""
    done = run_program(PRELUDE + source, PROMETHEUS_MULTIPROC_DIR=str(files))

    assert done.stdout.splitlines() == ["2.0", "1.0"], done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_file_is_left_out(files: Path, run_program: Run) -> None:
    """An empty one is just being made by another process; the others still count."""
    (files / "counter_999999.db").write_bytes(b"")
    (files / "counter_999998.db").write_bytes(b"\xff\x00\x00\x00" + b"\x07" * 200)
    source = PRELUDE + f"log.info('x'); flush(); print(scraped()[{INFO!r}])"
    done = run_program(source, PROMETHEUS_MULTIPROC_DIR=str(files))

    assert done.stdout == "1.0\n", done.stderr


def test_a_new_configuration_takes_the_old_name_of_the_build_back(files: Path, run_program: Run) -> None:
    """Files cannot forget a series; it goes to 0."""
    source = PRELUDE + "log.info('x'); flush(); configure(console_output=False, version='2')\nf = scraped()\n"
    source += """for version in ("0.0.0", "2"): print(f[f'app_build_info{{service="app",version="{version}"}}'])"""
    done = run_program(source, PROMETHEUS_MULTIPROC_DIR=str(files))

    assert done.stdout.splitlines() == ["0.0", "1.0"], done.stderr


def test_a_handler_that_interrupts_prometheus_client_does_not_hang(files: Path, run_program: Run) -> None:
    """Its lock of all values may be held by the very code that the handler interrupts."""
    source = """
user = prometheus_client.Counter("user_total", "of the program itself")
calls = 0
def handler(*_):
    global calls
    calls += 1
    log.info("x")
    metrics.settle()
log.info("x"); shutdown()
signal.signal(signal.SIGALRM, handler)
turn = 0
while calls < 1000:
    turn += 1
    signal.setitimer(signal.ITIMER_REAL, 0.00002 * (turn % 5 + 1))
    for _ in range(20): user.inc()
signal.setitimer(signal.ITIMER_REAL, 0)
print(scraped()['log_messages_total{level="INFO"}'])
"""
    done = run_program(PRELUDE + source, PROMETHEUS_MULTIPROC_DIR=str(files))

    assert float(done.stdout) >= 1001, done.stderr


def test_without_the_variable_nothing_of_it_is_imported(run_program: Run) -> None:
    """Neither does `mark_process_dead` do anything."""
    done = run_program(
        "import sys\nfrom logging_system import metrics\nmetrics.mark_process_dead(1)\n"
        "print('logging_system.metrics_files' in sys.modules, 'prometheus_client.multiprocess' in sys.modules)"
    )

    assert done.stdout == "False False\n"


GUNICORN_CONFIG = """
from logging_system import get_logger, metrics
bind, workers, worker_class, graceful_timeout = "127.0.0.1:0", 2, "sync", 5
def when_ready(server):
    metrics_server, _ = metrics.start_server(0)
    with open("ports.tmp", "w") as f: print(server.LISTENERS[0].getsockname()[1], metrics_server.server_port, file=f)
    import os; os.rename("ports.tmp", "ports")
def child_exit(server, worker):
    metrics.mark_process_dead(worker.pid)
"""
GUNICORN_APP = """
import os, signal
from logging_system import configure, get_logger
configure(console_output=False)
log = get_logger("app")
log.info("loaded in the master")
def app(environ, start_response):
    with log.context():
        if environ["PATH_INFO"] == "/die":
            log.error("dying"); from logging_system import flush; flush(); os.kill(os.getpid(), signal.SIGKILL)
        with log.timer("work"): pass
    start_response("200 OK", [])
    return [str(os.getpid()).encode()]
"""


def test_gunicorn_workers_are_scraped_as_one(files: Path, tmp_path: Path, wait_until: Wait) -> None:
    """Preloaded, two workers, one killed inside a context: nothing lost, nothing counted twice, no gauge left."""
    (tmp_path / "gunicorn.conf.py").write_text(GUNICORN_CONFIG, encoding="utf-8")
    (tmp_path / "service.py").write_text(GUNICORN_APP, encoding="utf-8")
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(files), "LOG_DIR": "logs", "PYTHONPATH": str(tmp_path)}
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--preload", "-c", "gunicorn.conf.py", "service:app"],
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until((tmp_path / "ports").exists)
        port, metrics_port = (tmp_path / "ports").read_text(encoding="utf-8").split()
        url = f"http://127.0.0.1:{port}/"
        pids = {_get(url) for _ in range(30)}
        wait_until(lambda: _scrape(metrics_port).get(WORK) == 30)
        with pytest.raises(OSError, match=r"."):
            _get(f"{url}die")
        wait_until(lambda: _scrape(metrics_port).get('log_messages_total{level="ERROR"}') == 1)
        wait_until(lambda: _scrape(metrics_port)[INFO] == 31 and _scrape(metrics_port)["active_contexts"] == 0)
        found = _scrape(metrics_port)
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=20) == 0

    assert 1 <= len(pids) <= 2
    assert found[INFO] == 31
    assert found[WORK] == 30


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        text: str = answer.read().decode()
    return text


def _scrape(port: str) -> dict[str, float]:
    lines = _get(f"http://127.0.0.1:{port}/metrics").splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}
