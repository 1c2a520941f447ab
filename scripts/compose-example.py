"""Carries out examples/envoy/compose/README.md with docker-compose, command by command, and compares what the commands print.

    python3 scripts/compose-example.py FOLDER GATEWAY_PORT ADMIN_PORT COMPOSE...

FOLDER is a copy of examples/envoy, as far as the example needs it; COMPOSE is the command that stands for `docker compose`. A line below a command must stand in what
the command prints. Where it is a count, as `uniq -c` prints it, the count may be off by what chance makes of it: four standard
deviations. What takes a moment (a container that starts, an edit that is taken over) is awaited by asking again.
"""

import math
import pathlib
import re
import shlex
import subprocess
import sys
import time

folder = pathlib.Path(sys.argv[1])
gateway, admin, compose = sys.argv[2], sys.argv[3], shlex.join(sys.argv[4:])
DEADLINE = 60
passed = failed = 0


def steps(readme):
    """The commands of the README, each with the lines below it."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", readme, re.S):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line:
                found[-1][1].append(line)
    return found


def is_for_people(command):
    return command.startswith(("./just ", "cd ", "git "))


def run(command):
    command = command.replace("docker compose", compose)
    command = command.replace(":10000", f":{gateway}").replace(":9901", f":{admin}")
    ran = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True)
    # What a backend received shows the port that the README has.
    return ran.returncode, ran.stdout.replace("\r", "").replace(f"127.0.0.1:{gateway}", "127.0.0.1:10000"), ran.stderr


def missing(expected, printed):
    lines = [line.strip() for line in printed.splitlines()]
    counts = {}
    for line in lines:
        if match := re.fullmatch(r"(\d+) (.*)", line):
            counts[match[2]] = int(match[1])
    wanted = [re.fullmatch(r"\s*(\d+) (.*)", line) for line in expected]
    total = sum(int(match[1]) for match in wanted if match)
    for line, count in zip(expected, wanted):
        if count:
            share = int(count[1]) / total
            slack = 4 * math.sqrt(total * share * (1 - share))
            if abs(counts.get(count[2], 0) - int(count[1])) > slack:
                return line
        elif not any(line.strip() in each for each in lines):
            return line
    if total and set(counts) - {match[2] for match in wanted if match}:
        return "nothing else"
    return None


for command, expected in steps((folder / "compose" / "README.md").read_text()):
    if is_for_people(command):
        continue
    end = time.monotonic() + DEADLINE
    while True:
        code, printed, errors = run(command)
        lacks = missing(expected, printed)
        if (code == 0 and lacks is None) or time.monotonic() > end or "uniq -c" in command:
            break
        time.sleep(0.1)
    if code == 0 and lacks is None:
        passed += 1
        print(f"ok      {command}")
        if expected:
            print("\n".join(f"        {line}" for line in printed.splitlines()[-4:]))
    else:
        failed += 1
        print(f"FAILED  {command}\n        exit code {code}, and it lacks: {lacks}\n{printed}{errors}")
print(f"test result: {'ok' if failed == 0 else 'FAILED'}. {passed} passed; {failed} failed; 0 ignored")
sys.exit(1 if failed else 0)
