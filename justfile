set positional-arguments

# list the recipes
default:
    @{{ just_executable() }} --list --unsorted

# install everything, the way `uv run` does
setup:
    uv sync

# ask about something: just run query="Powerleague Portobello"
run *args:
    @sightline run "$@"

# lint, types, SQL layout, then every test with coverage
test *args: check
    @pytest --cov=pipeline --cov-branch --cov-report=term:skip-covered --cov-fail-under=85 "$@"

# every fault to survive, in full: kill -9, full disks, 1,000 runs (half an hour)
torture *args:
    @SIGHTLINE_TORTURE=all pytest tests/faults "$@"

# everything but the tests
check: lint types pins-check

# lint Python and the layout of SQL
lint:
    @ruff check .
    @ruff format --check .
    @sqlfmt --check --quiet sql
    @marimo check --strict notebooks/*.py

# type-check
types:
    @mypy

# mend what can be mended
fix:
    @ruff check --fix .
    @ruff format .
    @sqlfmt --quiet sql

# every gate and example of a lens: just lens edinburgh_finds
lens *args:
    @sightline lens check "$@"

# open a notebook: just edit run_report
edit name:
    @marimo edit "notebooks/$1.py"

# simulated APIs on loopback until Ctrl-C, to try mode=live: just simulate --delay 300
[no-exit-message]
simulate *args:
    @python -m tests.simulators "$@"

# what points the connectors at them: eval "$(just simulate-env)"
simulate-env *args:
    @python -m tests.simulators --env "$@"

# build the sample lake from data/sample
sample:
    @python tools/build_sample.py

# measure what docs/benchmarks.md states
bench *args:
    @python tools/bench.py "$@"

# pin today's newest versions
pins:
    @python tools/pins.py

# fail if the two lists of pins disagree
pins-check:
    @python tools/pins.py --check
