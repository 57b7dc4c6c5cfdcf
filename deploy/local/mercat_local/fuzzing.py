"""`mercat fuzz`: runs the libFuzzer targets of tests/fuzz side by side, one on each core, and says what they found.

What is found stays in build/fuzz/findings/<target>, the growing corpus in build/fuzz/corpus/<target>, the output in
build/fuzz/logs. The seeds in tests/fuzz/corpus are read, never written.
"""

import os
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from .console import Trouble, last_lines, say
from .instance import ROOT

TESTS = ROOT / "tests" / "fuzz"
TREE = ROOT / "build" / "fuzz"
# Of one input. Under the sanitizers on a busy machine the slowest take some 10 ms.
SECONDS_PER_INPUT, MEBIBYTES = 20, 2048
SYMBOLIZER = "/usr/bin/llvm-symbolizer-16"


def add_to(command):
    command.add_argument("--list", action="store_true")
    command.add_argument("--seconds", type=int, default=30, metavar="N")
    command.add_argument("--seed", type=int, default=0, metavar="S")
    command.add_argument("targets", nargs="*")


def targets():
    return sorted(path.stem for path in (TESTS / "targets").glob("*.cpp"))


def run(_, options):
    if options.list:
        for name in targets():
            say(f"{name:<16}{_purpose(name)}")
        return 0
    if options.seconds < 1:
        raise Trouble("--seconds takes a number from 1 on")
    if not 0 <= options.seed < 2**32:
        raise Trouble("--seed takes a number from 0, another search each time, to 4294967295")
    unknown = [name for name in options.targets if name not in targets()]
    if unknown:
        raise Trouble(f"there is no fuzz target {unknown[0]}; ./mercat fuzz --list names them all")
    chosen = options.targets or targets()
    at_once = min(len(chosen), len(os.sched_getaffinity(0)))
    say(f"Fuzzing {len(chosen)} targets for {options.seconds} s each, {at_once} at once: about "
        f"{-(-len(chosen) // at_once) * options.seconds} s")
    say(f"\n  {'target':<16}{'executions':>12}{'per s':>9}{'edges':>8}{'features':>10}{'corpus':>8}  result")
    started = time.monotonic()
    with ThreadPoolExecutor(at_once) as pool:
        results = []
        for done in as_completed([pool.submit(_fuzz, name, options) for name in chosen]):
            results.append(done.result())
            _print_row(results[-1])
    found = [result for result in results if result.code]
    say(f"\n{sum(result.number('executions') for result in results):,} executions in "
        f"{time.monotonic() - started:.0f} s; findings: {len(found)}")
    for result in found:
        _explain(result)
    return 1 if found else 0


@dataclass
class Result:
    name: str
    code: int
    log: Path
    finding: Path | None
    numbers: dict

    def number(self, what):
        return self.numbers.get(what, 0)


def _fuzz(name, options):
    program = TREE / "targets" / name
    if not program.exists():
        raise Trouble(f"{program} is missing: it is built by ./mercat fuzz")
    corpus, findings, log = TREE / "corpus" / name, TREE / "findings" / name, TREE / "logs" / f"{name}.log"
    for folder in (corpus, findings, log.parent):
        folder.mkdir(parents=True, exist_ok=True)
    known = set(findings.iterdir())
    dictionary = TESTS / "dictionaries" / f"{name}.dict"
    arguments = [str(program), f"-max_total_time={options.seconds}", f"-seed={options.seed}",
                 f"-timeout={SECONDS_PER_INPUT}", f"-rss_limit_mb={MEBIBYTES}",
                 f"-artifact_prefix={findings}/", "-print_final_stats=1",
                 *([f"-dict={dictionary}"] if dictionary.exists() else []),
                 str(corpus), *([str(TESTS / "corpus" / name)] if (TESTS / "corpus" / name).is_dir() else [])]
    with open(log, "wb") as output:
        code = subprocess.run(arguments, stdout=output, stderr=output, stdin=subprocess.DEVNULL, check=False,
                              env=_environment()).returncode
    new = sorted(set(findings.iterdir()) - known)
    return Result(name, code, log, new[0] if new else None, _numbers(log.read_text(errors="replace")))


def _environment():
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MERCAT_")}
    return environment | {"ASAN_OPTIONS": "detect_stack_use_after_return=1", "UBSAN_OPTIONS": "print_stacktrace=1",
                          "ASAN_SYMBOLIZER_PATH": SYMBOLIZER, "UBSAN_SYMBOLIZER_PATH": SYMBOLIZER}


def _numbers(text):
    """Of libFuzzer's output: the last status line, and its statistics at the end."""
    numbers = {}
    for status in re.finditer(r"^#(\d+)\s.*cov: (\d+) ft: (\d+) corp: (\d+)/", text, re.MULTILINE):
        numbers = dict(zip(("executions", "edges", "features", "corpus"), map(int, status.groups())))
    for key, pattern in (("executions", r"^stat::number_of_executed_units:\s+(\d+)"),
                         ("per second", r"^stat::average_exec_per_sec:\s+(\d+)")):
        found = re.search(pattern, text, re.MULTILINE)
        if found:
            numbers[key] = int(found.group(1))
    return numbers


def _print_row(result):
    says = "ok" if result.code == 0 else "FOUND" if result.finding else f"ended with code {result.code}"
    say(f"  {result.name:<16}{result.number('executions'):>12,}{result.number('per second'):>9,}"
        f"{result.number('edges'):>8,}{result.number('features'):>10,}{result.number('corpus'):>8,}  {says}")


def _explain(result):
    say(f"\n{result.name}:\n{last_lines(result.log, 60)}")
    if result.finding:
        program, finding = (os.path.relpath(path, ROOT) for path in (TREE / "targets" / result.name, result.finding))
        say(f"  again:   {program} {finding}\n  smaller: {program} -minimize_crash=1 -max_total_time=60 {finding}")


def _purpose(name):
    """The comment a target begins with, up to its first full stop or colon."""
    words = []
    for line in (TESTS / "targets" / f"{name}.cpp").read_text().splitlines():
        if not line.startswith("// "):
            break
        words.append(line[3:])
    return re.split(r"[.:] ", " ".join(words) + " ")[0].rstrip(".:")
