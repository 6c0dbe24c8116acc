"""Other processes of this machine."""

from __future__ import annotations

import os
import subprocess
import sys

from pipeline.processes import is_alive


def test_a_process_is_alive_until_it_has_ended():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()

    assert is_alive(os.getpid())
    assert is_alive(1)  # another's
    assert not is_alive(ended.pid)
    assert not is_alive(10**30)  # no id that there could be
